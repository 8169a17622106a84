import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { checkReply, requestArguments } from '../work.ts';
import type { Place } from './peer.ts';

/** Of what a program last wrote, for the error that says why it did not start. */
const kept = 2_000;

/**
 * Starts a peer's program under this Node.js, without this process's environment, and waits until `ready` says so.
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
    env: environmentOfPeer({ dir }, options.env ?? {}),
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

/** Nothing of this process's environment. Programs find this Node.js first; what they keep at home they keep in their place. */
export const environmentOfPeer = ({ dir }: Pick<Place, 'dir'>, more: Readonly<Record<string, string>>) => ({
  PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
  HOME: dir,
  NODE_ENV: 'production',
  ...more,
});

/** Whether an HTTP server answers, with anything. */
export const answers = async (url: string): Promise<boolean> => {
  await (await fetch(url)).body?.cancel();
  return true;
};

/** Whether the work, posted there, is done. By its reply: some answer 200 while they start. */
export const takesCalls = async (url: string): Promise<boolean> => {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(requestArguments),
  });
  checkReply(await answer.json());
  return true;
};
