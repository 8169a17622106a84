import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createMcpHandler,
  isInitializeRequest,
  type McpServer,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import { createDeskServer, type DeskLog, deskLog } from './desk-tools.ts';

export interface McpRequestSeen {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON-RPC method of the body, null without one. */
  readonly rpc: string | null;
}

export interface TestMcpServer {
  readonly url: string;
  readonly origin: string;
  readonly log: DeskLog;
  readonly requests: readonly McpRequestSeen[];
  /** Sessions open at the server; always 0 for one without sessions. */
  sessions(): number;
  /** Forgets every session, as a restart does. */
  restart(): Promise<void>;
  /** Answers the next requests of a JSON-RPC method itself; null: no longer. */
  interrupt(rpc: string, answer: ((response: ServerResponse) => void) | null): void;
  close(): Promise<void>;
}

/**
 * A real MCP server over streamable HTTP, on a loopback port. `2026-07-28` is without sessions and speaks no older protocol;
 * `2025-11-25` has sessions and knows nothing newer.
 */
export async function startMcpServer(protocol: '2025-11-25' | '2026-07-28'): Promise<TestMcpServer> {
  const log = deskLog();
  const requests: McpRequestSeen[] = [];
  const interruptions = new Map<string, (response: ServerResponse) => void>();
  const sessions = new Map<string, { transport: WebStandardStreamableHTTPServerTransport; server: McpServer }>();
  const modern = createMcpHandler(() => createDeskServer(log), { legacy: 'reject' });

  async function legacy(request: Request, body: unknown): Promise<Response> {
    const id = request.headers.get('mcp-session-id');
    const known = id === null ? undefined : sessions.get(id);
    if (known !== undefined) return known.transport.handleRequest(request, { parsedBody: body });
    if (id !== null) return new Response('no such session', { status: 404 });
    if (!isInitializeRequest(body)) return new Response('initialize first', { status: 400 });
    const server = createDeskServer(log);
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (session) => void sessions.set(session, { transport, server }),
      onsessionclosed: (session) => void sessions.delete(session),
    });
    await server.connect(transport);
    return transport.handleRequest(request, { parsedBody: body });
  }

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
    const rpc = (body as { method?: string } | undefined)?.method ?? null;
    const method = incoming.method ?? 'GET';
    requests.push({ method, headers, rpc });
    const interruption = rpc === null ? undefined : interruptions.get(rpc);
    if (interruption !== undefined) return interruption(outgoing);
    const gone = new AbortController();
    outgoing.once('close', () => gone.abort());
    const request = new Request(`http://${incoming.headers.host}${incoming.url}`, {
      method,
      headers,
      signal: gone.signal,
      ...(text !== '' && { body: text }),
    });
    const response = await (protocol === '2026-07-28'
      ? modern.fetch(request, { parsedBody: body })
      : legacy(request, body));
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.flushHeaders();
    try {
      if (response.body !== null) for await (const chunk of response.body) outgoing.write(chunk);
    } catch {
      // The reader went away.
    }
    outgoing.end();
  }

  const http = createServer((incoming, outgoing) => void handle(incoming, outgoing).catch(() => outgoing.destroy()));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return {
    url: `${origin}/mcp`,
    origin,
    log,
    requests,
    sessions: () => sessions.size,
    async restart() {
      const all = [...sessions.values()];
      sessions.clear();
      await Promise.all(all.map(({ transport }) => transport.close()));
    },
    interrupt(rpc, answer) {
      if (answer === null) interruptions.delete(rpc);
      else interruptions.set(rpc, answer);
    },
    async close() {
      await modern.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
