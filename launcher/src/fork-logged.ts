import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { childEnvironment } from './config.ts';

/**
 * Runs a module in a Node process of its own. What it prints is appended to `outFile`, or piped to us where said so.
 * `nodeArguments` are Node's own options.
 */
export function forkLogged(
  entry: string,
  env: Readonly<Record<string, string>>,
  outFile: string,
  { stdout = 'file', nodeArguments = [] }: { stdout?: 'pipe' | 'file'; nodeArguments?: readonly string[] } = {},
): ChildProcess {
  const out = openSync(outFile, 'a', 0o600);
  try {
    return fork(entry, [], {
      env: { ...childEnvironment(), ...env },
      stdio: ['ignore', stdout === 'pipe' ? 'pipe' : out, out, 'ipc'],
      // From its first moment on: a service closes what else could show its memory.
      execArgv: ['--disable-sigusr1', ...nodeArguments],
    });
  } finally {
    closeSync(out); // the child has its own
  }
}
