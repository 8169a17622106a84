import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadShipped, type ShippedChoice } from '@patchbay/catalog';
import { freePort } from '@patchbay/local-servers';
import { startSandbox } from '@patchbay/testkit/sandbox';
import { forkLogged } from './fork-logged.ts';

/** The far side of the internet on this machine. */
export interface LocalSandbox {
  readonly url: string;
  readonly controlToken: string;
  /** Null when it runs in this process. */
  readonly pid: number | null;
  stop(): Promise<void>;
}

/** Milliseconds between SIGTERM and SIGKILL. It has nothing to lose. */
const stopTimeoutMs = 5_000;

interface SandboxOptions {
  readonly separate: boolean;
  readonly logDir: string;
  readonly port: number;
  /** Which integrations of the shipped catalogue it serves from the start. */
  readonly catalogue: ShippedChoice;
  /** Called when its process ends without having been stopped. */
  readonly onExit?: () => void;
}

/** Starts the sandbox in this process, or in one of its own so that its work does not slow the services down. */
export async function startLocalSandbox(options: SandboxOptions): Promise<LocalSandbox> {
  // A preferred port that is taken, by another Patchbay of this machine for one, is no reason not to start.
  const port = await freePort(options.port);
  if (options.separate) return startSeparate({ ...options, port });
  const sandbox = await startSandbox({ documents: await loadShipped(options.catalogue), port });
  return { url: sandbox.url, controlToken: sandbox.controlToken, pid: null, stop: () => sandbox.close() };
}

async function startSeparate({ logDir, port, catalogue, onExit }: SandboxOptions): Promise<LocalSandbox> {
  const outFile = join(logDir, 'sandbox.out');
  const child = forkLogged(
    join(fileURLToPath(new URL('../..', import.meta.url)), 'packages/testkit/src/sandbox/main.ts'),
    {
      PATCHBAY_SANDBOX_PORT: String(port),
      ...(catalogue !== true && { PATCHBAY_SANDBOX_INTEGRATIONS: catalogue === false ? '' : catalogue.join(',') }),
    },
    outFile,
    { stdout: 'pipe' },
  );
  const exited = once(child, 'exit');
  const line = await Promise.race([
    once(child.stdout as NodeJS.ReadableStream, 'data').then(([data]) => String(data)),
    exited.then(() => null),
  ]);
  if (line === null) throw new Error(`The sandbox did not start. See ${outFile}`);
  const { url, control_token } = JSON.parse(line.split('\n')[0] as string) as { url: string; control_token: string };
  let stopping = false;
  void exited.then(() => stopping || onExit?.());
  return {
    url,
    controlToken: control_token,
    pid: child.pid ?? null,
    async stop() {
      stopping = true;
      const force = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
      child.kill('SIGTERM');
      await exited;
      clearTimeout(force);
    },
  };
}
