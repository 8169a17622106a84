import type { FastifyInstance } from 'fastify';
import type { Entrance } from '../http/door.ts';
import type { GatewayPorts } from '../http/gateway-ports.ts';
import type { LiveHub } from '../live/live-hub.ts';
import type { LiveSockets } from '../live/live-sockets.ts';
import type { SocketDoor } from '../live/socket-access.ts';
import { buildGuardedSchema } from './build-schema.ts';
import { followTopics } from './follow-topic.ts';
import { type LookAtGraph, openGraphQlDoor } from './graphql-door.ts';
import { createLoaders } from './loaders.ts';
import { readPersistedQueries } from './persisted-queries.ts';
import { tenantOf } from './request-context.ts';
import { resolversOf } from './resolvers.ts';
import { openSubscriptionsDoor } from './subscriptions-door.ts';

export interface GraphQlWiring extends SocketDoor {
  readonly ports: Pick<GatewayPorts, 'ask' | 'identity' | 'sessions'>;
  readonly live: { readonly hub: LiveHub; readonly sockets: LiveSockets };
  /** File with the queries that are taken; null: all are. */
  readonly graphqlQueriesFile: string | null;
  readonly look: LookAtGraph;
  readonly onFailure: (error: unknown, requestId: string) => void;
}

/** `/graphql`: queries by POST, subscriptions over WebSocket. */
export function wireGraphQl({ ports, live, graphqlQueriesFile, look, onFailure, ...door }: GraphQlWiring) {
  const schema = buildGuardedSchema(resolversOf(ports), followTopics(live.hub), door.onRefused);
  const persisted = readPersistedQueries(graphqlQueriesFile);
  return {
    async door(app: FastifyInstance, entrance: Entrance) {
      await openGraphQlDoor(app, entrance, { schema, ports, persisted, look, onFailure });
      openSubscriptionsDoor(app, {
        ...door,
        schema,
        persisted,
        sockets: live.sockets,
        sessions: ports.sessions,
        onFailure,
        contextOf: ({ principal, tenant }) => ({
          principal,
          tenant,
          traceparent: null,
          operationName: null,
          loaders: createLoaders(ports, { tenant: () => tenantOf({ tenant }), traceparent: null }),
        }),
      });
    },
  };
}
