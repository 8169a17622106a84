import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, closeSync, constants, openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { childEnvironment } from './config.ts';
import { endWithParent } from './end-with-parent.ts';
import { tailOf } from './log-tail.ts';
import { endOrphan, forgetProcess, recordProcess } from './process-record.ts';

export interface ServerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A server could not be started. The message ends with the last lines of its log. */
export class ServerStartError extends Error {
  /** True when the port was taken by somebody else. */
  readonly portTaken: boolean;
  constructor(message: string, log: string) {
    super(log === '' ? message : `${message}\n${log}`);
    this.name = 'ServerStartError';
    this.portTaken = /address already in use/i.test(log);
  }
}

export interface ServerProcessOptions {
  /** For messages and the record file, such as `nats-server`. */
  readonly name: string;
  /** Path of the program. */
  readonly binary: string;
  /** Must hold no secret: any user of the machine can read it. */
  readonly args: readonly string[];
  /** Must hold no secret either. Default `childEnvironment()`. */
  readonly env?: NodeJS.ProcessEnv;
  /** The server's own directory; `<dir>/<name>.log` takes its output. */
  readonly dir: string;
  readonly logFile: string;
  /** Asked again and again until it is true; one question at a time. */
  readonly isReady: () => Promise<boolean>;
  /** Milliseconds to wait for readiness. */
  readonly readyTimeoutMs: number;
  /** Milliseconds between SIGTERM and SIGKILL. */
  readonly stopTimeoutMs: number;
  /** Called when the server ends without `stop` having been called. */
  readonly onExit?: (exit: ServerExit) => void;
}

export interface ServerProcess {
  readonly pid: number;
  readonly exited: Promise<ServerExit>;
  /** Ends the server: SIGTERM, then SIGKILL after the deadline. Resolves when it is gone; may be called again. */
  stop(): Promise<void>;
  /** Sends a signal as a fault would come: `SIGKILL` counts as an unexpected exit. False when the server is gone. */
  kill(signal: NodeJS.Signals): boolean;
}

/** Children that must not outlive us when the process ends without stopping them. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGTERM');
});

/**
 * Starts a server program and waits until it is ready. It gets a process group of its own, so that Ctrl-C in a terminal
 * reaches the launcher alone, which then ends things in order.
 * @throws ServerStartError when it exits or stays unready.
 */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const { name, binary, args, dir, logFile, onExit } = options;
  refuseUnrunnable(name, binary);
  await endOrphan(dir, name, options.stopTimeoutMs);
  const [program, ...programArgs] = endWithParent(binary, args);
  const log = openSync(logFile, 'a', 0o600);
  let child: ChildProcess;
  try {
    child = spawn(program, programArgs, {
      cwd: dir,
      stdio: ['ignore', log, log],
      env: options.env ?? childEnvironment(),
      detached: true,
    });
  } finally {
    closeSync(log);
  }
  running.add(child);
  let stopping = false;
  const state: { ended: ServerExit | Error | null } = { ended: null };
  const exited = new Promise<ServerExit>((resolve) => {
    child.once('error', (error) => {
      running.delete(child);
      state.ended = error;
      resolve({ code: null, signal: null });
    });
    child.once('exit', (code, signal) => {
      running.delete(child);
      state.ended = { code, signal };
      forgetProcess(dir, name);
      resolve(state.ended);
    });
  });
  const stop = async () => {
    stopping = true;
    if (state.ended !== null) return;
    // A stopped (SIGSTOP) process does not see SIGTERM until it goes on.
    child.kill('SIGTERM');
    child.kill('SIGCONT');
    const timer = setTimeout(() => child.kill('SIGKILL'), options.stopTimeoutMs);
    await exited;
    clearTimeout(timer);
  };
  const fail = async (reason: string): Promise<never> => {
    await stop();
    throw new ServerStartError(`${name} ${reason}.`, tailOf(logFile));
  };
  if (child.pid !== undefined) recordProcess(dir, name, { pid: child.pid, owner: process.pid });
  const deadline = performance.now() + options.readyTimeoutMs;
  for (;;) {
    const { ended } = state;
    if (ended instanceof Error) return fail(`could not be run: ${ended.message}`);
    if (ended !== null) return fail(`ended before it was ready, with ${describeExit(ended)}`);
    if (await options.isReady()) break;
    if (performance.now() > deadline) return fail(`was not ready after ${options.readyTimeoutMs} ms`);
    await Promise.race([exited, delay(10)]);
  }
  void exited.then((exit) => {
    if (!stopping) onExit?.(exit);
  });
  return { pid: child.pid as number, exited, stop, kill: (signal) => child.kill(signal) };
}

/** Said here, because the program that starts it in our name would say it less plainly. */
function refuseUnrunnable(name: string, binary: string): void {
  try {
    accessSync(binary, constants.X_OK);
  } catch (error) {
    throw new ServerStartError(`${name} could not be run: ${(error as Error).message}.`, '');
  }
}

function describeExit({ code, signal }: ServerExit): string {
  return signal === null ? `code ${code}` : `signal ${signal}`;
}
