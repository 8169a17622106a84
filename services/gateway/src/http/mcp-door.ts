import { PatchbayError, toErrorBody } from '@patchbay/contracts';
import { holds, nameOf } from '@patchbay/identity';
import { type McpEndpoint, type McpVisitor, viewOf } from '@patchbay/mcp-server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { contextFor } from '../operations/execute-tool.ts';
import type { Admitted, Door } from './door.ts';
import type { GatewayPorts } from './gateway-ports.ts';
import { addResourceMetadata, challengeOf } from './mcp-metadata.ts';
import { sendResponse } from './mcp-response.ts';
import { problemOf } from './problem.ts';

export interface McpDoorPorts extends Pick<GatewayPorts, 'agentOf' | 'sessions'> {
  readonly endpoint: McpEndpoint;
  /** Origins whose pages may call. */
  readonly corsOrigins: readonly string[];
  /** Who issues tokens that are taken here, for clients that look for a way to sign in. */
  readonly authorizationServers: readonly string[];
}

/** Headers of a request that the protocol reads. The key is not among them. */
const readHeaders = [
  'accept',
  'content-type',
  'last-event-id',
  'mcp-method',
  'mcp-name',
  'mcp-protocol-version',
  'mcp-session-id',
];

/** MCP at `/mcp`, by the same keys, scopes and limits as every route. */
export function mcpDoor(ports: McpDoorPorts): Door {
  return (app, entrance) => {
    const admitted = new WeakMap<FastifyRequest, Admitted>();
    // Streams of changes, which end only when somebody ends them.
    const standing = new Set<AbortController>();
    app.addHook('preClose', async () => {
      for (const over of standing) over.abort();
    });
    app.route({
      method: ['GET', 'POST', 'DELETE'],
      url: '/mcp',
      // Before a body is read.
      async onRequest(request, reply) {
        refuseStrangePages(request, ports.corsOrigins);
        admitted.set(request, await entrance.admit(request, reply, { scope: 'tools:read', of: 'tenant', door: 'mcp' }));
      },
      errorHandler(error: Error & { readonly statusCode?: number }, request, reply) {
        if (error instanceof PatchbayError) return sendProblem(error, request, reply);
        // A body that is no JSON, too large or of another type: as JSON-RPC has it.
        const status = error.statusCode ?? 500;
        if (status >= 500) throw error;
        const code = status === 400 ? -32_700 : -32_600;
        const body = { jsonrpc: '2.0', error: { code, message: messages[status] ?? 'Bad request' }, id: null };
        return reply.code(status).send(body);
      },
      async handler(request, reply) {
        const who = admitted.get(request);
        if (who === undefined) throw new PatchbayError('not_authenticated');
        const over = new AbortController();
        if (stands(request)) standing.add(over);
        // The response's end, whichever way: also the client's leaving.
        reply.raw.once('close', () => {
          standing.delete(over);
          over.abort();
        });
        await serve(ports, who, request, reply, over);
        return reply;
      },
    });
    addResourceMetadata(app, ports.authorizationServers);
  };
}

function stands({ method, body }: FastifyRequest): boolean {
  return method === 'GET' || (body as { readonly method?: unknown } | null)?.method === 'subscriptions/listen';
}

async function serve(
  ports: McpDoorPorts,
  who: Admitted,
  request: FastifyRequest,
  reply: FastifyReply,
  over: AbortController,
): Promise<void> {
  const visitor = visitorOf(ports, who, request);
  const session = ports.sessions.open(who.principal, () => over.abort(), stands(request) ? 'mcp' : null);
  over.signal.addEventListener('abort', () => session.close(), { once: true });
  const headers = new Headers();
  for (const name of readHeaders) {
    const value = request.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  const asked = new Request('http://patchbay/mcp', { method: request.method, headers, signal: over.signal });
  await sendResponse(reply, await ports.endpoint.serve(asked, request.body, visitor), over.signal);
}

function visitorOf(
  ports: McpDoorPorts,
  { principal, tenant, traceparent }: Admitted,
  request: FastifyRequest,
): McpVisitor {
  const key = request.headers['idempotency-key'];
  return {
    owner: `${nameOf(principal)} ${tenant}`,
    caller: {
      agent: ports.agentOf(tenant),
      view: viewOf(request.query as Record<string, unknown>),
      context: contextFor(principal, {}),
      mayRead: holds(principal, 'tools:read'),
      mayExecute: holds(principal, 'tools:execute'),
      traceparent,
      ...(typeof key === 'string' && key.length >= 1 && key.length <= 190 && { idempotencyKey: key }),
    },
    watch(end) {
      const session = ports.sessions.open(principal, end);
      return () => session.close();
    },
  };
}

/**
 * A page in a browser says where it is from, and only those that were named may call, and this machine's own to itself: a
 * name that somebody else points at this machine makes no page of theirs one of ours.
 */
function refuseStrangePages({ headers, host }: FastifyRequest, corsOrigins: readonly string[]): void {
  const { origin } = headers;
  if (origin === undefined || corsOrigins.includes(origin)) return;
  const page = URL.canParse(origin) ? new URL(origin) : null;
  if (page?.host === host && loopback.has(page.hostname)) return;
  throw new PatchbayError('not_permitted', { message: 'Pages of this origin may not call.' });
}

const loopback = new Set(['127.0.0.1', 'localhost', '[::1]']);

function sendProblem(error: PatchbayError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const id = String(reply.getHeader('x-request-id') ?? '');
  const { status, headers, body } = problemOf(toErrorBody(error), id);
  const challenge = challengeOf(error.body, request);
  return reply
    .code(status)
    .headers({ ...headers, ...(challenge !== null && { 'www-authenticate': challenge }) })
    .send(body);
}

const messages: Readonly<Record<number, string>> = {
  400: 'Parse error',
  413: 'The message is larger than is taken',
  415: 'Content-Type must be application/json',
};
