import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findBinary, freePort, natsServerEnvironment } from '@patchbay/local-servers';
import { startModule } from './processes.ts';
import type { Bench } from './start-bench.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The floor of our shape: a nats-server without keys, and a worker that calls the bench's upstream. They end with the bench. */
export async function startBare(bench: Bench): Promise<{
  readonly url: string;
  readonly pids: Readonly<Record<'nats' | 'worker', number>>;
}> {
  const { url, pid } = await startBareNats(bench);
  const { child } = await startModule('bare-worker.ts', [url, bench.upstreamUrl]);
  bench.children.push(child);
  return { url, pids: { nats: pid, worker: child.pid as number } };
}

/**
 * The floor of an ingress: a nats-server without keys, and processes of a fastify that publishes to it, which share a port. They
 * end with the bench.
 */
export async function startBareHooks(
  bench: Bench,
  processes: number,
): Promise<{
  /** Without a path. */
  readonly url: string;
  /** `hooks`, `hooks-2`, … */
  readonly pids: Readonly<Record<string, number>>;
}> {
  const { url, pid } = await startBareNats(bench);
  const port = await freePort();
  const pids: Record<string, number> = { nats: pid };
  for (let number = 1; number <= processes; number++) {
    const { child } = await startModule('bare-hooks.ts', [url, String(port)]);
    bench.children.push(child);
    pids[number === 1 ? 'hooks' : `hooks-${number}`] = child.pid as number;
  }
  return { url: `http://127.0.0.1:${port}`, pids };
}

/** A nats-server without keys. Its streams reach the disk as those of Patchbay on one machine do. */
export async function startBareNats({ dir, children }: Pick<Bench, 'dir' | 'children'>): Promise<{
  readonly url: string;
  readonly pid: number;
}> {
  const port = await freePort();
  const config = join(dir, `bare-nats-${port}.conf`);
  const jetstream = `jetstream { store_dir: "${join(dir, `bare-nats-${port}`)}", sync_interval: "2m" }`;
  writeFileSync(config, `host: 127.0.0.1\nport: ${port}\n${jetstream}\n`);
  const nats = spawn(findBinary('nats-server', root), ['--config', config], {
    stdio: 'ignore',
    // As many cores as Patchbay's own has.
    env: natsServerEnvironment(),
  });
  children.push(nats);
  for (let i = 0; !(await answers(port)); i++) {
    if (i === 200) throw new Error('the bare nats-server did not start');
    await delay(20);
  }
  return { url: `nats://127.0.0.1:${port}`, pid: nats.pid as number };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
