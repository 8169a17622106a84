import { checkReply, type DriverResult, type DriverTask, percentilesOf } from './work.ts';

/** How many failures in a row end a run that tolerates them: nothing is measured of what does not work. */
const mostFailures = 100;

/**
 * Makes calls in as many loops as asked for, each the next as soon as its last was answered, until the time is over. A call
 * resolves with the upstream's reply. @throws the first failure, or where failures are tolerated the last of too many in a row.
 */
export async function closedLoop(
  call: () => Promise<unknown>,
  { concurrency, seconds, tolerant = false }: DriverTask,
): Promise<DriverResult> {
  const latencies: number[] = [];
  let failed = 0;
  let inARow = 0;
  const started = performance.now();
  const endAt = started + seconds * 1_000;
  const loop = async () => {
    for (let now = performance.now(); now < endAt; now = performance.now()) {
      try {
        checkReply(await call());
        latencies.push(performance.now() - now);
        inARow = 0;
      } catch (error) {
        failed++;
        if (!tolerant || ++inARow > mostFailures) throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, loop));
  const elapsed = (performance.now() - started) / 1_000;
  return { calls: latencies.length, failed, seconds: elapsed, ...percentilesOf(latencies) };
}

/** Makes this process a driver: says that it is ready, and answers each task with its result. */
export function serveDriver(call: () => Promise<unknown>): void {
  process.on('message', (task: DriverTask) => {
    closedLoop(call, task).then(
      (result) => process.send?.({ result }),
      (error) => process.send?.({ error: String(error) }),
    );
  });
  process.send?.({ ready: true });
}
