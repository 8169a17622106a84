import { fork } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadCatalog } from '@patchbay/catalog';
import { freePort } from '@patchbay/local-servers';
import { startSandbox } from '@patchbay/testkit/sandbox';
import { childEnvironment } from './config.ts';

/** The far side of the internet on this machine. */
export interface LocalSandbox {
  readonly url: string;
  readonly controlToken: string;
  stop(): Promise<void>;
}

/** Starts the sandbox in this process, or in one of its own so that its work does not slow the services down. */
export async function startLocalSandbox(options: {
  separate: boolean;
  logDir: string;
  port: number;
}): Promise<LocalSandbox> {
  // A preferred port that is taken, by another Patchbay of this machine for one, is no reason not to start.
  const port = await freePort(options.port);
  if (options.separate) return startSeparate(options.logDir, port);
  const sandbox = await startSandbox({ documents: await loadCatalog(), port });
  return { url: sandbox.url, controlToken: sandbox.controlToken, stop: () => sandbox.close() };
}

async function startSeparate(logDir: string, port: number): Promise<LocalSandbox> {
  const out = openSync(join(logDir, 'sandbox.out'), 'a', 0o600);
  const child = fork(
    join(fileURLToPath(new URL('../..', import.meta.url)), 'packages/testkit/src/sandbox/main.ts'),
    [],
    {
      env: { ...childEnvironment(), PATCHBAY_SANDBOX_PORT: String(port) },
      stdio: ['ignore', 'pipe', out, 'ipc'],
      execArgv: [],
    },
  );
  const exited = once(child, 'exit');
  const line = await Promise.race([
    once(child.stdout as NodeJS.ReadableStream, 'data').then(([data]) => String(data)),
    exited.then(() => null),
  ]);
  if (line === null) throw new Error(`The sandbox did not start. See ${join(logDir, 'sandbox.out')}`);
  const { url, control_token } = JSON.parse(line.split('\n')[0] as string) as { url: string; control_token: string };
  return {
    url,
    controlToken: control_token,
    async stop() {
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await exited;
    },
  };
}
