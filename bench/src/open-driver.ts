import { setTimeout as delay } from 'node:timers/promises';
import { connect } from '@patchbay/sdk';
import { percentilesOf, requestArguments } from './work.ts';

/**
 * A load generator that does not wait: it calls at a rate, whatever becomes of the calls, as many conversations at once
 * do. Arguments: `<nats> <tenant> <credentials> <tool> <deadline in ms>`. What it cannot send in time it does not send.
 */
export interface OpenTask {
  readonly callsPerSecond: number;
  readonly seconds: number;
}
export interface OpenResult {
  readonly sent: number;
  readonly seconds: number;
  readonly succeeded: number;
  /** Refused as `overloaded`. */
  readonly shed: number;
  /** Anything else that is no success. */
  readonly failed: number;
  readonly p50: number;
  readonly p99: number;
  readonly shedP99: number;
}

const [servers = '', tenant = '', credentials = '', tool = '', deadlineMs = '2000'] = process.argv.slice(2);
const agent = await connect({ servers, tenant, credentials });

async function run({ callsPerSecond, seconds }: OpenTask): Promise<OpenResult> {
  const succeeded: number[] = [];
  const shed: number[] = [];
  const pending = new Set<Promise<void>>();
  let failed = 0;
  let sent = 0;
  const startedAt = performance.now();
  const call = async () => {
    const from = performance.now();
    const result = await agent.execute(tool, requestArguments, { deadlineMs: Number(deadlineMs) });
    const took = performance.now() - from;
    if (result.status === 'succeeded') succeeded.push(took);
    else if (result.error?.code === 'overloaded') shed.push(took);
    else failed++;
  };
  for (let elapsed = 0; elapsed < seconds * 1_000; elapsed = performance.now() - startedAt) {
    // At most 50 ms of arrears at once: a driver that cannot keep up shall not turn its lag into a burst.
    const due = Math.min((callsPerSecond * elapsed) / 1_000 - sent, callsPerSecond / 20);
    for (let i = 0; i < due; i++) {
      sent++;
      const one = call().finally(() => pending.delete(one));
      pending.add(one);
    }
    await delay(1);
  }
  const took = (performance.now() - startedAt) / 1_000;
  await Promise.all(pending);
  const { p50, p99 } = percentilesOf(succeeded);
  return {
    sent,
    seconds: took,
    succeeded: succeeded.length,
    shed: shed.length,
    failed,
    p50,
    p99,
    shedP99: percentilesOf(shed).p99,
  };
}

process.on('message', (task: OpenTask) => {
  run(task).then(
    (result) => process.send?.({ result }),
    (error) => process.send?.({ error: String(error) }),
  );
});
process.send?.({ ready: true });
