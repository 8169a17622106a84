import { ConfigError, type Runtime, readRuntime } from './config.ts';
import { forbidDumps } from './forbid-dumps.ts';
import { serveHealth } from './health.ts';

/** A service that is up. */
export interface RunningService {
  readonly name: string;
  /** Stage one stops intake; stage two lets work under way finish, then releases what was opened. Safe to call twice. */
  stop(): Promise<void>;
  /** Whether it can do its work now; left out: as long as it is up. */
  readonly isReady?: () => boolean;
}

/** Longest time a drain may take before the process ends anyway, in milliseconds. */
const drainLimitMs = 15_000;
/** EX_CONFIG of sysexits.h. */
const exConfig = 78;

/** The process that a service runs as. */
type Host = Pick<NodeJS.Process, 'on' | 'exit' | 'stderr' | 'send'>;

/**
 * Runs a service as a process of its own: SIGTERM and SIGINT drain it, a second signal or the limit ends it. An
 * exception nobody caught ends the process, because its state can no longer be trusted. In production it does not start
 * where its memory could end in a file.
 */
export async function runMain(
  start: () => Promise<RunningService>,
  host: Host = process,
  { runtime = readRuntime(), forbid = forbidDumps }: { runtime?: Runtime; forbid?: typeof forbidDumps } = {},
): Promise<void> {
  const say = (line: string) => {
    try {
      host.stderr.write(`${line}\n`);
    } catch {
      // Standard error may be a file on a disk that is full: that nobody can be told must not end what goes on, or is to end in order.
    }
  };
  const open = forbid(runtime);
  for (const way of open) say(`${runtime.mode === 'production' ? '' : 'warning: '}${way}`);
  if (open.length > 0 && runtime.mode === 'production') return host.exit(exConfig);
  let service: RunningService;
  let stopping = false;
  try {
    service = await start();
    if (runtime.healthListen !== null)
      await serveHealth(runtime.healthListen, () => !stopping && service.isReady?.() !== false);
  } catch (error) {
    say(error instanceof ConfigError ? error.message : describe(error));
    return host.exit(error instanceof ConfigError ? exConfig : 1);
  }
  const stop = (exitCode: number) => {
    if (stopping) return host.exit(exitCode || 1);
    stopping = true;
    setTimeout(() => host.exit(exitCode || 1), drainLimitMs).unref();
    service.stop().then(
      () => host.exit(exitCode),
      (error) => {
        say(describe(error));
        host.exit(1);
      },
    );
  };
  host.on('SIGTERM', () => stop(0));
  host.on('SIGINT', () => stop(0));
  host.on('uncaughtException', (error) => {
    say(describe(error));
    stop(70); // EX_SOFTWARE
  });
  // Told to the parent when there is one, so that it need not guess from output when the service answers.
  host.send?.({ ready: service.name });
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : 'unknown failure';
}

/** Stops in order, each step even when one before it failed; the first failure is thrown at the end. */
export function stopInOrder(steps: readonly (() => Promise<unknown> | unknown)[]): () => Promise<void> {
  let running: Promise<void> | null = null;
  return () => {
    running ??= (async () => {
      let first: unknown;
      for (const step of steps) {
        try {
          await step();
        } catch (error) {
          first ??= error;
        }
      }
      if (first !== undefined) throw first;
    })();
    return running;
  };
}
