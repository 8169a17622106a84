import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, nkeyAuthenticator } from '@nats-io/transport-node';
import { type DeliveredEvent, inboxPrefixOf } from '@patchbay/contracts';
import { sentAtOf } from './hook-work.ts';
import { percentilesOf } from './work.ts';

/**
 * Counts what arrives at subscriptions on NATS, and how long after its webhook was sent. Arguments:
 * `<nats> <tenant> <credentials> <subject name> …`. Asked, it waits until as many are there as are expected, and begins anew.
 */
export interface ListenTask {
  readonly expect: number;
  readonly withinS: number;
}
export interface ListenResult {
  readonly arrived: number;
  /** From the first to the last. */
  readonly seconds: number;
  /** Milliseconds from a webhook's sending to its arrival. */
  readonly p50: number;
  readonly p99: number;
}

const [servers = '', tenant = '', credentials = '', ...names] = process.argv.slice(2);
const nats = await connect({
  servers,
  authenticator: nkeyAuthenticator(new TextEncoder().encode(readFileSync(credentials, 'utf8').trim())),
  inboxPrefix: inboxPrefixOf('agent', tenant),
  noAsyncTraces: true,
});
let times: number[] = [];
let first = 0;
let last = 0;
for (const name of names) {
  nats.subscribe(`events.v1.${tenant}.webhook.${name}`, {
    callback(_error, message) {
      last = performance.timeOrigin + performance.now();
      if (times.length === 0) first = last;
      times.push(last - sentAtOf(message.json<DeliveredEvent>().event.vendor_id ?? ''));
    },
  });
}
await nats.flush();

async function gather({ expect, withinS }: ListenTask): Promise<ListenResult> {
  const giveUpAt = performance.now() + withinS * 1_000;
  while (times.length < expect) {
    if (performance.now() > giveUpAt) throw new Error(`${times.length} of ${expect} events arrived in ${withinS} s`);
    await delay(5);
  }
  const { p50, p99 } = percentilesOf(times);
  const result = { arrived: times.length, seconds: (last - first) / 1_000, p50, p99 };
  times = [];
  return result;
}

process.on('message', (task: ListenTask) => {
  gather(task).then(
    (result) => process.send?.({ result }),
    (error) => process.send?.({ error: String(error) }),
  );
});
process.send?.({ ready: true });
