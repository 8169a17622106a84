import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBinary } from '@patchbay/local-servers';
import type { FaultSystem } from './fault-system.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Stops the system's nats-server, does something to what it keeps, and starts it again on the same port and directory. */
export function natsRestarter(system: FaultSystem): {
  withServerDown(act: () => void | Promise<void>): Promise<void>;
  /** After the system was stopped: the server that was started here is not one of its own. */
  kill(): void;
} {
  let nats: ChildProcess | null = null;
  const directory = system.patchbay.state.nats;
  return {
    async withServerDown(act) {
      if (nats === null) await system.patchbay.nats.stop();
      else {
        const ended = once(nats, 'exit');
        nats.kill('SIGTERM');
        await ended;
      }
      await act();
      const config = join(directory, 'nats-server.conf');
      nats = spawn(findBinary('nats-server', root), ['--config', config], { stdio: 'ignore' });
    },
    kill: () => void nats?.kill('SIGKILL'),
  };
}

/** Starts a server of a cluster again that was killed, on its port and directory. The system does not stop it: `kill` does. */
export async function startNatsAgain(
  { patchbay }: Pick<FaultSystem, 'patchbay'>,
  number: number,
): Promise<{ kill(): void }> {
  const config = join(patchbay.state.nats, `n${number + 1}`, 'nats-server.conf');
  const server = spawn(findBinary('nats-server', root), ['--config', config], { stdio: 'ignore' });
  await once(server, 'spawn');
  return { kill: () => void server.kill('SIGKILL') };
}
