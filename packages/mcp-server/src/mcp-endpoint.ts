import {
  createMcpHandler,
  isInitializeRequest,
  isLegacyRequest,
  type McpHttpHandler,
} from '@modelcontextprotocol/server';
import { asAuthInfo, createMcpServer } from './create-server.ts';
import { jsonRpcRefusal } from './json-rpc-refusal.ts';
import type { McpCaller } from './mcp-caller.ts';
import { type Session, Sessions, type Watch } from './sessions.ts';
import { ToolLists } from './tool-lists.ts';

/** Whom a request comes from. */
export interface McpVisitor {
  /** The principal: a session is nobody else's. */
  readonly owner: string;
  readonly caller: McpCaller;
  readonly watch: Watch;
}

export interface McpEndpointOptions {
  /** Told of what was not expected. */
  readonly onError: (error: unknown) => void;
}

/** Tenants whose handlers are kept; others' are made anew. */
const keptTenants = 1_024;
/** Milliseconds in which changes are gathered: many tools are often published at once. */
const gatherMs = 250;
/** Streams of changes open for one tenant. */
const maxListeners = 256;

/**
 * MCP over HTTP, from a request to a response: revision 2026-07-28, where each request stands alone, and those up to
 * 2025-11-25 with sessions, told apart by what the request says. Who comes, from where and how much is for the caller to
 * check.
 */
export class McpEndpoint {
  readonly #options: McpEndpointOptions;
  readonly #lists = new ToolLists();
  readonly #sessions = new Sessions();
  readonly #handlers = new Map<string, McpHttpHandler>();
  readonly #changed = new Set<string | null>();
  #announcing: NodeJS.Timeout | null = null;

  constructor(options: McpEndpointOptions) {
    this.#options = options;
  }

  /** Sessions that are open. */
  get sessions(): number {
    return this.#sessions.size;
  }

  /** `body`: the parsed JSON of a POST. The request's signal says that the client left. */
  async serve(request: Request, body: unknown, visitor: McpVisitor): Promise<Response> {
    if (Array.isArray(body)) return jsonRpcRefusal(400, -32_600, 'Send one message in a request.');
    if (!(await isLegacyRequest(request, body))) return this.#serveModern(request, body, visitor);
    const id = request.headers.get('mcp-session-id');
    const session = id === null ? await this.#begin(body, visitor) : this.#sessions.find(id, visitor.owner);
    if (session instanceof Response) return session;
    if (session === null) return jsonRpcRefusal(404, -32_001, 'Session not found');
    const done = this.#sessions.use(session, visitor.watch);
    const response = await session.transport.handleRequest(request, {
      parsedBody: body,
      authInfo: asAuthInfo(visitor.owner, visitor.caller),
    });
    // The response's end, not the request's: a stream of changes stays open.
    if (request.signal.aborted) done();
    else request.signal.addEventListener('abort', done, { once: true });
    return response;
  }

  /** The tenant's tools changed; null: everybody's may have. Told once for changes that come together. */
  toolsChanged(tenant: string | null): void {
    this.#lists.forget(tenant);
    this.#changed.add(tenant);
    this.#announcing ??= setTimeout(() => this.#announce(), gatherMs);
  }

  #announce(): void {
    this.#announcing = null;
    const changed = this.#changed.has(null) ? [null] : [...this.#changed];
    this.#changed.clear();
    for (const tenant of changed) this.#tell(tenant);
  }

  #tell(tenant: string | null): void {
    for (const [one, handler] of this.#handlers) if (tenant === null || one === tenant) handler.notify.toolsChanged();
    for (const { server } of this.#sessions.of(tenant)) void server.sendToolListChanged().catch(() => {});
  }

  async close(): Promise<void> {
    if (this.#announcing !== null) clearTimeout(this.#announcing);
    await Promise.all([...this.#handlers.values()].map((handler) => handler.close()));
    await this.#sessions.close();
  }

  async #begin(body: unknown, { owner, caller, watch }: McpVisitor): Promise<Session | Response> {
    if (!isInitializeRequest(body))
      return jsonRpcRefusal(400, -32_000, 'Begin with initialize, or send the session’s Mcp-Session-Id.');
    const session = await this.#sessions.open({
      owner,
      tenant: caller.agent.tenant,
      watch,
      serve: (id) => createMcpServer({ caller, lists: this.#lists, session: id, onError: this.#options.onError }),
    });
    return session ?? jsonRpcRefusal(429, -32_000, 'Too many sessions are open and busy.');
  }

  #serveModern(request: Request, body: unknown, { owner, caller }: McpVisitor): Promise<Response> {
    return this.#handlerOf(caller.agent.tenant).fetch(request, {
      parsedBody: body,
      authInfo: asAuthInfo(owner, caller),
    });
  }

  /** One for each tenant, since what it announces goes to all who listen there. */
  #handlerOf(tenant: string): McpHttpHandler {
    const kept = this.#handlers.get(tenant);
    if (kept !== undefined) return kept;
    const { onError } = this.#options;
    const handler = createMcpHandler(
      ({ authInfo }) =>
        createMcpServer({
          caller: authInfo?.extra?.['caller'] as McpCaller,
          lists: this.#lists,
          session: null,
          onError,
        }),
      { legacy: 'reject', maxSubscriptions: maxListeners },
    );
    this.#handlers.set(tenant, handler);
    const oldest = this.#handlers.keys().next().value;
    if (this.#handlers.size > keptTenants && oldest !== undefined) {
      void this.#handlers.get(oldest)?.close();
      this.#handlers.delete(oldest);
    }
    return handler;
  }
}
