import { once } from 'node:events';
import { join } from 'node:path';
import { forkLogged } from './fork-logged.ts';
import type { HostedService } from './hosted-service.ts';

export interface ProcessOptions {
  /** The module to run. */
  readonly entry: string;
  readonly instance: string;
  readonly env: Record<string, string>;
  /** Its standard output and error go to `<dir>/<instance>.out`. */
  readonly logDir: string;
  /** Options of Node's own. */
  readonly nodeArguments?: readonly string[];
  /** Milliseconds until it must have said that it is ready. Default 120,000: a busy machine is slow to start many. */
  readonly readyTimeoutMs?: number;
  /** Milliseconds between SIGTERM and SIGKILL. Default 20,000. */
  readonly stopTimeoutMs?: number;
  /** Called when it ends without having been stopped. */
  readonly onExit?: (instance: string, detail: string) => void;
}

/** Runs a module in a Node process of its own and resolves when it says that it is ready. */
export async function hostAsProcess<Service extends HostedService['service']>(
  service: Service,
  options: ProcessOptions,
): Promise<HostedService> {
  const outFile = join(options.logDir, `${options.instance}.out`);
  const { nodeArguments = [] } = options;
  const child = forkLogged(options.entry, options.env, outFile, { nodeArguments });
  let stopping = false;
  let ready = false;
  let killed = false;
  const exited = once(child, 'exit').then(([code, signal]) => `exit ${code ?? signal}`);
  void exited.then((detail) => {
    if (ready && !stopping) options.onExit?.(options.instance, detail);
  });
  const outcome = await Promise.race([
    once(child, 'message').then(() => 'ready'),
    exited,
    new Promise<string>((resolve) => setTimeout(() => resolve('silence'), options.readyTimeoutMs ?? 120_000).unref()),
  ]);
  if (outcome !== 'ready') {
    child.kill('SIGKILL');
    throw new Error(`${options.instance} did not start (${outcome}). See ${outFile}`);
  }
  ready = true;
  return {
    service,
    instance: options.instance,
    pid: child.pid ?? null,
    get ended() {
      return killed || child.exitCode !== null || child.signalCode !== null;
    },
    async stop() {
      stopping = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      const force = setTimeout(() => child.kill('SIGKILL'), options.stopTimeoutMs ?? 20_000);
      child.kill('SIGTERM');
      await exited;
      clearTimeout(force);
    },
    kill(signal) {
      stopping = true;
      killed ||= signal === 'SIGKILL';
      child.kill(signal);
    },
  };
}
