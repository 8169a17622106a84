import { liveProtocol } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import type { FastifyInstance } from 'fastify';
import { createNatsLiveSources } from '../adapters/nats-live-sources.ts';
import { subscriptionsProtocol } from '../graphql/subscriptions-door.ts';
import type { OpenSessions } from '../operations/open-sessions.ts';
import { openLiveDoor, openSockets } from './live-door.ts';
import { defaultHubLimits, LiveHub } from './live-hub.ts';
import { LiveSockets } from './live-sockets.ts';
import type { SocketDoor } from './socket-access.ts';

export interface LiveWiring extends SocketDoor {
  readonly messaging: Messaging;
  readonly sessions: OpenSessions;
  readonly maxLiveClients: number;
  readonly maxLiveClientsPerKey: number;
  readonly onFailure: (error: unknown, requestId: string) => void;
}

/** Sockets at once that nobody has authenticated yet. */
const strangers = 128;

/** What is followed live, over `/v1/live`. */
export function wireLive({ messaging, maxLiveClients: total, maxLiveClientsPerKey: perKey, ...ports }: LiveWiring) {
  const hub = new LiveHub(createNatsLiveSources(messaging), defaultHubLimits);
  const sockets = new LiveSockets({ total, perKey, strangers });
  const reconnects = messaging.onReconnect(() => hub.lose());
  return {
    hub,
    sockets,
    async door(app: FastifyInstance) {
      await openSockets(app, [liveProtocol, subscriptionsProtocol]);
      openLiveDoor(app, { ...ports, hub, sockets });
    },
    close() {
      reconnects.unsubscribe();
      sockets.close();
      hub.close();
    },
  };
}
