import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A TCP port of the loopback interface that nobody listens on now: `preferred` if it is free, else one the system picks.
 * Another process may still take it first, so whoever starts a server on it must be ready to ask again.
 */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred !== undefined) {
    const port = await listenOnce(preferred);
    if (port !== null) return port;
  }
  const port = await listenOnce(0);
  if (port === null) throw new Error('the system has no free TCP port on 127.0.0.1');
  return port;
}

async function listenOnce(port: number): Promise<number | null> {
  const server = createServer();
  try {
    server.listen({ port, host: '127.0.0.1', exclusive: true });
    await once(server, 'listening');
  } catch {
    return null;
  }
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : null;
}
