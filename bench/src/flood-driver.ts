import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, nkeyAuthenticator } from '@nats-io/transport-node';
import { inboxPrefixOf, newId } from '@patchbay/contracts';
import { Throttle } from '@patchbay/sdk';
import { requestArguments } from './work.ts';

/**
 * Floods: calls at a rate, as many agents do, with one message made once and answers that are only counted. An agent's
 * own work for each call would keep this process busy, and a busy driver sends in bursts. Arguments:
 * `<nats> <tenant> <credentials> <tool> <deadline in ms>`. What it cannot send in time it does not send.
 */
export interface FloodTask {
  readonly callsPerSecond: number;
  readonly seconds: number;
  /** Holds back what the SDK would. */
  readonly throttled: boolean;
}
export interface FloodResult {
  /** Calls asked for, whether sent or held back. */
  readonly asked: number;
  readonly heldBack: number;
  readonly seconds: number;
  readonly succeeded: number;
  /** Refused as `overloaded`. */
  readonly shed: number;
  /** Any other answer, and none. */
  readonly failed: number;
}

/** Milliseconds of arrears that are sent at once: more would be a burst that no crowd of callers makes. */
const mostArrearsMs = 3;
const [servers = '', tenant = '', credentials = '', tool = '', deadlineMs = '2000'] = process.argv.slice(2);
const inboxPrefix = inboxPrefixOf('agent', tenant);
const nats = await connect({
  servers,
  authenticator: nkeyAuthenticator(new TextEncoder().encode(readFileSync(credentials, 'utf8').trim())),
  inboxPrefix,
  noAsyncTraces: true,
});
const reply = `${inboxPrefix}.${newId('execution')}`;
const payload = Buffer.from(JSON.stringify({ tool, arguments: requestArguments, deadline_ms: Number(deadlineMs) }));
const marks = { succeeded: Buffer.from('"status":"succeeded"'), shed: Buffer.from('"code":"overloaded"') };
let counts = { succeeded: 0, shed: 0, failed: 0 };
let throttle: Throttle | null = null;
nats.subscribe(reply, {
  callback(_error, { data }) {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    const shed = bytes.includes(marks.shed);
    if (shed) counts.shed++;
    else if (bytes.includes(marks.succeeded)) counts.succeeded++;
    else counts.failed++;
    if (shed) throttle?.turnedAway(performance.now(), null);
    else throttle?.letIn(performance.now());
  },
});
await nats.flush();

async function run({ callsPerSecond, seconds, throttled }: FloodTask): Promise<FloodResult> {
  counts = { succeeded: 0, shed: 0, failed: 0 };
  throttle = throttled ? new Throttle() : null;
  const startedAt = performance.now();
  let asked = 0;
  let heldBack = 0;
  let due = 0;
  for (let last = startedAt; last - startedAt < seconds * 1_000; ) {
    const now = performance.now();
    due += (Math.min(now - last, mostArrearsMs) * callsPerSecond) / 1_000;
    last = now;
    for (; due >= 1; due--) {
      asked++;
      if (throttle === null || throttle.mayCall(now)) nats.publish(`tools.v1.${tenant}.execute`, payload, { reply });
      else heldBack++;
    }
    await delay(1);
  }
  const took = (performance.now() - startedAt) / 1_000;
  const answered = () => counts.succeeded + counts.shed + counts.failed;
  for (
    const giveUpAt = performance.now() + Number(deadlineMs);
    answered() + heldBack < asked && performance.now() < giveUpAt;
  )
    await delay(10);
  return { ...counts, failed: counts.failed + asked - heldBack - answered(), asked, heldBack, seconds: took };
}

process.on('message', (task: FloodTask) => {
  run(task).then(
    (result) => process.send?.({ result }),
    (error) => process.send?.({ error: String(error) }),
  );
});
process.send?.({ ready: true });
