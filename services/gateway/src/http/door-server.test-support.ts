import type { Principal } from '@patchbay/identity';
import { noTracing } from '@patchbay/service-kit';
import type { FastifyInstance } from 'fastify';
import { createGatewayServer, type GatewayServerOptions } from './gateway-server.ts';
import type { AnyRoute } from './http-route.ts';

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects in the document
  readonly body: any;
  readonly headers: Readonly<Record<string, unknown>>;
}

export interface DoorServer {
  readonly app: FastifyInstance;
  /** Asks a route, its path filled with anything, with a principal's id as the key. */
  ask(route: Pick<AnyRoute, 'method' | 'path'>, key: string | null, tenant?: string): Promise<Answer>;
  close(): Promise<unknown>;
}

/** The gateway's server over a table, where a principal's id is its key. */
export async function doorServer(
  routes: readonly AnyRoute[],
  principals: readonly Principal[],
  over: Partial<GatewayServerOptions> = {},
): Promise<DoorServer> {
  const known = new Map(principals.map((one) => [one.id, one]));
  const app = await createGatewayServer({
    routes,
    authenticate: (token) => known.get(token) ?? null,
    takeRate: () => ({ allowed: true, remaining: 9, retryAfterMs: 0 }),
    rateTerms: { requestsPerMinute: 600, burst: 10 },
    audited: (_route, _call, work) => work(),
    remembered: async (_asked, work) => ({ answer: await work(), repeated: false }),
    onFailure: (error) => {
      throw error;
    },
    onAnswered: () => {},
    tracing: noTracing,
    isReady: () => true,
    trustedProxies: [],
    corsOrigins: [],
    maxBodyBytes: 4_096,
    maxConnections: 64,
    headersTimeoutMs: 300,
    requestTimeoutMs: 600,
    maxLagMs: 0,
    ...over,
  });
  return {
    app,
    async ask({ method, path }, key, tenant) {
      const answer = await app.inject({
        method,
        url: path.replace(/\{\w+\}/g, 'x'),
        headers: {
          ...(key !== null && { authorization: `Bearer ${key}` }),
          ...(tenant !== undefined && { 'patchbay-tenant': tenant }),
        },
      });
      return { status: answer.statusCode, body: answer.json(), headers: answer.headers };
    },
    close: () => app.close(),
  };
}
