import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findBinary, freePort } from '@patchbay/local-servers';
import { startModule } from './processes.ts';
import type { Bench } from './start-bench.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The floor of our shape: a nats-server without keys, and a worker that calls the bench's upstream. They end with the bench. */
export async function startBare({ dir, children, upstreamUrl }: Bench): Promise<{
  readonly url: string;
  readonly pids: Readonly<Record<'nats' | 'worker', number>>;
}> {
  const port = await freePort();
  const config = join(dir, 'bare-nats.conf');
  writeFileSync(config, `host: 127.0.0.1\nport: ${port}\n`);
  const nats = spawn(findBinary('nats-server', root), ['--config', config], { stdio: 'ignore' });
  children.push(nats);
  for (let i = 0; !(await answers(port)); i++) {
    if (i === 200) throw new Error('the bare nats-server did not start');
    await delay(20);
  }
  const url = `nats://127.0.0.1:${port}`;
  const { child } = await startModule('bare-worker.ts', [url, upstreamUrl]);
  children.push(child);
  return { url, pids: { nats: nats.pid as number, worker: child.pid as number } };
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
