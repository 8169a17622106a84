import type { Messaging } from '@patchbay/messaging';
import type { Admin, Agent } from '@patchbay/sdk';
import type { IdentityOperations } from '../nats-routes.ts';
import type { OpenSessions } from '../operations/open-sessions.ts';
import type { PendingAnswers } from '../operations/voice/pending-answers.ts';
import type { MetricsPort } from './metrics-routes.ts';

/** What the routes are made of. */
export interface GatewayPorts {
  /** One of our own services, over NATS. */
  readonly ask: Messaging['request'];
  /** Every process of a service at once. */
  readonly askEvery: Messaging['askEvery'];
  /** Everything that an agent, or an operator, of a tenant can do. */
  readonly agentOf: (tenant: string) => Agent;
  readonly adminOf: (tenant: string) => Admin;
  readonly identity: IdentityOperations;
  readonly sessions: OpenSessions;
  readonly metricsText: MetricsPort;
  readonly voice: {
    readonly pending: PendingAnswers;
    /** The keys under which Retell signs for a tenant; none: nothing is taken from it. Secret. */
    readonly retellKeysOf: (tenant: string) => readonly string[];
  };
}
