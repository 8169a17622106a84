import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { type HookResult, type HookTask, newHookId, signedHook } from './hook-work.ts';
import { percentilesOf } from './work.ts';

/** Sends signed webhooks to one URL, in a process of its own. Argument: the URL. */
const url = new URL(process.argv[2] ?? '');
const pool = new Pool(url.origin, { connections: 128, pipelining: 1 });

async function send(times: number[]): Promise<boolean> {
  const { headers, body } = signedHook(newHookId());
  const from = performance.now();
  try {
    const answer = await pool.request({ method: 'POST', path: url.pathname, headers, body });
    await answer.body.dump();
    if (answer.statusCode >= 300) return false;
    times.push(performance.now() - from);
    return true;
  } catch {
    return false;
  }
}

async function run(task: HookTask): Promise<HookResult> {
  const times: number[] = [];
  let failed = 0;
  const count = async () => {
    if (!(await send(times))) failed++;
  };
  const startedAt = performance.now();
  const endAt = startedAt + task.seconds * 1_000;
  const pending = new Set<Promise<void>>();
  if ('concurrency' in task) {
    const sender = async () => {
      while (performance.now() < endAt) await count();
    };
    await Promise.all(Array.from({ length: task.concurrency }, sender));
  } else {
    let sent = 0;
    for (let now = startedAt; now < endAt; now = performance.now()) {
      // At most 50 ms of arrears at once: a driver that cannot keep up shall not turn its lag into a burst.
      const due = Math.min((task.perSecond * (now - startedAt)) / 1_000 - sent, task.perSecond / 20);
      for (let i = 0; i < due; i++) {
        sent++;
        const one = count().finally(() => pending.delete(one));
        pending.add(one);
      }
      await delay(1);
    }
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  await Promise.all(pending);
  const { p50, p99 } = percentilesOf(times);
  return { accepted: times.length, failed, seconds, p50, p99 };
}

process.on('message', (task: HookTask) => {
  run(task).then(
    (result) => process.send?.({ result }),
    (error) => process.send?.({ error: String(error) }),
  );
});
process.send?.({ ready: true });
