import {
  type AuthInfo,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { toErrorBody } from '@patchbay/contracts';
import { callTool } from './call-tool.ts';
import type { McpCaller } from './mcp-caller.ts';
import type { ToolLists } from './tool-lists.ts';

const identity = { name: 'patchbay', title: 'Patchbay', version: '0.1.0' };

const instructions =
  'Tools of business systems, carried out for one tenant. A result with isError says in `speakable` what to tell the person and ' +
  'in `next` what to do; do not repeat a call that it does not tell you to repeat. Where few tools are listed, find others with ' +
  'patchbay_search_tools and call them with patchbay_call_tool.';

/** Milliseconds that a client may keep a list: as long as we do. A change is told sooner to those who listen. */
const listTtlMs = 60_000;

export interface ServerParts {
  /** Who asks where a request does not say it, as on a connection that is one caller's. */
  readonly caller: McpCaller;
  readonly lists: ToolLists;
  /** What request ids are unique in: a session or a connection; null: nothing, each request stands alone. */
  readonly session: string | null;
  /** Told of what was not expected. Never of what a client did wrong. */
  readonly onError: (error: unknown) => void;
}

/** An MCP server for one caller, without a transport: for one request, one session or one connection. */
export function createMcpServer({ caller, lists, session, onError }: ServerParts): Server {
  const server = new Server(identity, {
    capabilities: { tools: { listChanged: true } },
    instructions,
    cacheHints: { 'tools/list': { ttlMs: listTtlMs, cacheScope: 'private' } },
  });
  server.setRequestHandler('tools/list', async ({ params }, ctx) => {
    const { agent, view, mayRead } = callerOf(ctx) ?? caller;
    try {
      if (!mayRead) return { tools: [] };
      const { tools, nextCursor } = await lists.read(agent, view, params?.cursor ?? null);
      return { tools: [...tools], ...(nextCursor !== undefined && { nextCursor }) };
    } catch (error) {
      throw protocolErrorOf(error, onError);
    }
  });
  server.setRequestHandler('tools/call', ({ params }, ctx) =>
    callTool(callerOf(ctx) ?? caller, params, {
      ctx,
      session,
      canAsk: canAsk(server.getClientCapabilities()?.elicitation),
      report: onError,
    }),
  );
  return server;
}

/** A caller as a request carries it through the library. The key itself stays outside. */
export function asAuthInfo(owner: string, caller: McpCaller): AuthInfo {
  return { token: '', clientId: owner, scopes: [], extra: { caller } };
}

function callerOf(ctx: ServerContext): McpCaller | undefined {
  return ctx.http?.authInfo?.extra?.['caller'] as McpCaller | undefined;
}

/** An empty object has always meant forms; a client that only opens pages cannot be asked this way. */
function canAsk(elicitation: { readonly form?: unknown; readonly url?: unknown } | undefined): boolean {
  return elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined);
}

/** A failure of a list, for which the protocol knows no result. */
function protocolErrorOf(error: unknown, onError: (error: unknown) => void): ProtocolError {
  const { code, message, speakable, retryable } = toErrorBody(error);
  if (code === 'internal') onError(error);
  const isTheirs = code === 'invalid_request' || code === 'not_found';
  return new ProtocolError(isTheirs ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError, message, {
    code,
    speakable,
    retryable,
  });
}
