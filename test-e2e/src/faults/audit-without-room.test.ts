import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { publish, simpleDocument } from '../system.ts';
import { unauditedRequests } from './audited.ts';
import { type FaultSystem, startFaultSystem, startTimeoutMs } from './fault-system.ts';
import { measured } from './measure.ts';
import { natsRestarter } from './restart-nats.ts';

let system: FaultSystem;
let nats: ReturnType<typeof natsRestarter>;
beforeAll(async () => {
  // A disk with room for about a thousand calls.
  system = await startFaultSystem({ shape: 'one_process', executors: 2, maxStreamBytes: 4 * 1_024 * 1_024 });
  nats = natsRestarter(system);
  await publish(system, simpleDocument('full'));
}, startTimeoutMs);
afterAll(async () => {
  await system?.stop();
  nats?.kill();
});

test('F16: when the streams’ disk is full, writes are refused as unaudited, and no request leaves without its intent', {
  timeout: 180_000,
}, async () => {
  let next = 0;
  let full = false;
  const codes = new Map<string, number>();
  const book = async () => {
    const number = next++;
    const { status, error } = await system.agent.execute(
      'full_book',
      { number, note: 'x'.repeat(500) },
      { idempotencyKey: `full-${number}`, deadlineMs: 5_000 },
    );
    if (status !== 'succeeded') codes.set(error?.code ?? '', (codes.get(error?.code ?? '') ?? 0) + 1);
    return error?.code ?? null;
  };
  const worker = async () => {
    while (!full && next < 20_000) if ((await book()) === 'audit_unavailable') full = true;
  };
  await Promise.all(Array.from({ length: 32 }, worker));
  expect(full).toBe(true);
  // Every one that was refused on the way was refused for this, and nothing else went wrong.
  expect([...codes.keys()]).toEqual(['audit_unavailable']);

  const before = (await system.sandbox.effects({ tool: 'full_book' })).length;
  const started = performance.now();
  const refused = await Promise.all(Array.from({ length: 50 }, book));
  const tookMs = performance.now() - started;
  expect(refused.filter((code) => code !== 'audit_unavailable')).toEqual([]);
  const effects = (await system.sandbox.effects({ tool: 'full_book' })).length - before;
  measured({ row: 'F16', what: 'disk full: effects of 50 writes', unit: 'effects', value: effects, bound: 0 });
  measured({ row: 'F16', what: 'disk full: refusal of 50 writes at once', unit: 'ms', value: tookMs, bound: 5_000 });
  expect(effects).toBe(0);

  // A read is not told either: its answer waits for the intent's confirmation.
  const read = await system.agent.execute('full_look', { number: 1 });
  expect(read.error?.code).toBe('audit_unavailable');
  expect(read.output).toBe(null);

  // An operator makes room; nothing else is done, and calls are carried out again.
  await nats.withServerDown(() => {
    const config = join(system.patchbay.state.nats, 'nats-server.conf');
    const text = readFileSync(config, 'utf8');
    const roomy = text.replace(/(max_file_store\D+)\d+/, `$1${256 * 1_024 * 1_024}`);
    expect(roomy).not.toBe(text);
    writeFileSync(config, roomy);
  });
  await vi.waitFor(async () => expect(await book()).toBe(null), { timeout: 60_000, interval: 250 });
  await vi.waitFor(async () => expect(await unauditedRequests(system, 'full_book')).toEqual([]), {
    timeout: 30_000,
    interval: 500,
  });
  const unaudited = (await unauditedRequests(system, 'full_book')).length;
  measured({
    row: 'F16',
    what: 'writes at the upstream without an intent',
    unit: 'writes',
    value: unaudited,
    bound: 0,
  });
});
