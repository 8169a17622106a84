import { createServer, type Server } from 'node:http';

/** Where a supervisor asks after a service. */
export interface HealthListen {
  readonly host: string;
  readonly port: number;
}

/**
 * Answers `GET /livez` with 200 as long as the process gets round to answering, and `/readyz` with 200 or 503 as `isReady`
 * says. For probes of a supervisor only: nothing of the service is told, and there is no other path.
 */
export async function serveHealth({ host, port }: HealthListen, isReady: () => boolean): Promise<Server> {
  const server = createServer((request, response) => {
    const known = request.method === 'GET' || request.method === 'HEAD';
    if (known && request.url === '/livez') response.writeHead(200).end();
    else if (known && request.url === '/readyz') response.writeHead(isReady() ? 200 : 503).end();
    else response.writeHead(404).end();
  });
  Object.assign(server, { maxConnections: 64, headersTimeout: 5_000, requestTimeout: 5_000, keepAliveTimeout: 5_000 });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  // It must not keep a process that has drained.
  server.unref();
  return server;
}
