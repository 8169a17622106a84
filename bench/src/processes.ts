import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** Starts a module of this folder as a process and resolves with its first message. */
export async function startModule<First>(
  name: string,
  args: readonly string[],
): Promise<{ child: ChildProcess; first: First }> {
  const child = fork(fileURLToPath(new URL(name, import.meta.url)), args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: [],
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${name} ended (${code})`);
  });
  ended.catch(() => {});
  const [first] = (await Promise.race([once(child, 'message'), ended])) as [First];
  return { child, first };
}

export async function ask<Answer>(child: ChildProcess, message: object): Promise<Answer> {
  child.send(message);
  const [answer] = (await once(child, 'message')) as [{ result?: Answer; error?: string }];
  if (answer.result === undefined) throw new Error(answer.error ?? 'a driver gave no result');
  return answer.result;
}

/** Seconds of processor time that each process used so far, user and system, all threads (proc(5), 100 ticks/s). */
export function cpuSeconds(pids: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(pids).map(([role, pid]) => {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      return [role, (Number(fields[11]) + Number(fields[12])) / 100];
    }),
  );
}

/** Resolves when the process used less than a tenth of a processor over so many seconds; after `withinS` in any case. */
export async function untilIdle(pid: number, { forS = 1 / 3, withinS = 60 } = {}): Promise<void> {
  for (const end = performance.now() + withinS * 1_000; performance.now() < end; ) {
    const before = cpuSeconds({ pid });
    await delay(forS * 1_000);
    if ((cpuSeconds({ pid }).pid as number) - (before.pid as number) < forS / 10) return;
  }
}
