import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below what systems give to whoever asks for any port, and to connections: from 32,768 on Linux, from 49,152 elsewhere. What is free
 * here stays so until somebody wants just that port.
 */
const quiet = { from: 20_000, to: 32_768 };
const quietAttempts = 20;

/**
 * A TCP port of the loopback interface that nobody listens on now: `preferred` if it is free (0 is none), else one from 20,000 to 32,767,
 * else one the system picks. Another process may still take it first, so whoever starts a server on it must be ready to ask again.
 */
export async function freePort(preferred?: number): Promise<number> {
  for (const port of candidates(preferred)) {
    const free = await listenOnce(port);
    if (free !== null) return free;
  }
  throw new Error('the system has no free TCP port on 127.0.0.1');
}

function* candidates(preferred = 0): Generator<number> {
  if (preferred !== 0) yield preferred;
  for (let attempt = 0; attempt < quietAttempts; attempt++) yield randomInt(quiet.from, quiet.to);
  yield 0;
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
