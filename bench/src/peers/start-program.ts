import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import type { Place } from './peer.ts';

/** Of what a program last wrote, for the error that says why it did not start. */
const kept = 2_000;

/**
 * Starts a peer's program under this Node.js, without this process's environment but for `PATH`, and waits until `ready` says so.
 * @throws Error with the end of what it wrote when it ends, or is not ready in time.
 */
export async function startProgram(
  { children, dir }: Pick<Place, 'children' | 'dir'>,
  program: string,
  options: {
    readonly args: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
    readonly ready: () => Promise<boolean>;
    readonly timeoutMs?: number;
  },
): Promise<number> {
  const child = spawn(process.execPath, [program, ...options.args], {
    cwd: dir,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: dir, NODE_ENV: 'production', ...options.env },
  });
  children.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-kept);
    });
  const until = performance.now() + (options.timeoutMs ?? 30_000);
  while (!(await options.ready().catch(() => false))) {
    if (child.exitCode !== null) throw new Error(`it ended (${child.exitCode}): ${said}`);
    if (performance.now() > until) throw new Error(`it was not ready in time: ${said}`);
    await delay(50);
  }
  return child.pid as number;
}

/** Whether an HTTP server answers, with anything. */
export const answers = async (url: string): Promise<boolean> => {
  await (await fetch(url)).body?.cancel();
  return true;
};
