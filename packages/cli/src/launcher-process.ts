import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { checkout, type Environment } from './config.ts';

export interface LauncherProcess {
  /** Its exit code, or null when a signal ended it. */
  readonly ended: Promise<number | null>;
  /** Asks it to drain and end. */
  stop(): void;
}

/** Runs `npm start`'s script. */
export function startLauncher(
  args: readonly string[],
  env: Environment,
  on: { onOutput: (text: string) => void; onError: (text: string) => void },
): LauncherProcess {
  const child = spawn(process.execPath, [join(checkout, 'scripts', 'start.mjs'), ...args], {
    cwd: checkout,
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.setEncoding('utf8').on('data', on.onOutput);
  child.stderr.setEncoding('utf8').on('data', on.onError);
  return {
    ended: once(child, 'close').then(([code]) => code as number | null),
    stop: () => void child.kill('SIGTERM'),
  };
}
