import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net';
import { onTestFinished } from 'vitest';

/** A request as an upstream saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly remotePort: number;
}

export interface Upstream {
  readonly port: number;
  readonly origin: string;
  /** Requests, in the order they ended. */
  readonly seen: SeenRequest[];
  /** Connections ever accepted. */
  connections: number;
  /** Sockets open at the moment. */
  readonly sockets: Set<Socket>;
}

export interface UpstreamOptions {
  readonly host?: string;
  readonly tls?: { readonly key: string; readonly cert: string };
  readonly maxHeaderSize?: number;
}

/** A real HTTP server on the loopback, closed when the test is over. */
export async function startUpstream(answer: RequestListener, options: UpstreamOptions = {}): Promise<Upstream> {
  const seen: SeenRequest[] = [];
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      seen.push({
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
        remotePort: request.socket.remotePort ?? 0,
      });
      answer(request, response);
    });
  };
  const serverOptions = { keepAliveTimeout: 60_000, ...options.tls };
  const server: Server = options.tls
    ? createSecureServer(serverOptions, listener)
    : createServer(serverOptions, listener);
  return listen(server, options.tls ? 'https' : 'http', options.host ?? '127.0.0.1', seen);
}

/** A TCP server that does what the test says with each connection. */
export async function startTcpUpstream(accept: (socket: Socket) => void): Promise<Upstream> {
  return listen(createTcpServer(accept), 'http', '127.0.0.1', []);
}

async function listen(server: TcpServer, scheme: string, host: string, seen: SeenRequest[]): Promise<Upstream> {
  const sockets = new Set<Socket>();
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const upstream: Upstream = { port, origin: `${scheme}://${host}:${port}`, seen, connections: 0, sockets };
  server.on('connection', (socket) => {
    upstream.connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return upstream;
}

/** A port of the loopback that nothing listens on. */
export async function closedPort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
