import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { publish, simpleDocument } from '../system.ts';
import { doubled, spooledFiles, unauditedRequests } from './audited.ts';
import { type FaultSystem, startFaultSystem, startTimeoutMs } from './fault-system.ts';
import { measured } from './measure.ts';
import { natsRestarter } from './restart-nats.ts';

let system: FaultSystem;
let nats: ReturnType<typeof natsRestarter>;
beforeAll(async () => {
  system = await startFaultSystem({
    shape: 'one_process',
    executors: 2,
    // A disk with room for about a thousand calls, and spools with room for some hundred.
    maxStreamBytes: 4 * 1_024 * 1_024,
    variables: { executor: { PATCHBAY_AUDIT_SPOOL_MAX_BYTES: '400000' } },
  });
  nats = natsRestarter(system);
  await publish(system, simpleDocument('full'));
}, startTimeoutMs);
afterAll(async () => {
  await system?.stop();
  nats?.kill();
});

test('F16, F30: when the streams’ disk is full records go to the spool; with that full too, no request leaves', {
  timeout: 240_000,
}, async () => {
  let next = 0;
  const codes = new Map<string, number>();
  const book = async (keyed: boolean) => {
    const number = next++;
    const { status, error } = await system.agent.execute(
      'full_book',
      { number, note: 'x'.repeat(500) },
      { deadlineMs: 5_000, ...(keyed && { idempotencyKey: `full-${number}` }) },
    );
    if (status !== 'succeeded') codes.set(error?.code ?? '', (codes.get(error?.code ?? '') ?? 0) + 1);
    return error?.code ?? null;
  };
  const bookUntilRefused = async (keyed: boolean, workers: number) => {
    let refused = false;
    let succeeded = 0;
    const worker = async () => {
      while (!refused && next < 20_000) {
        const code = await book(keyed);
        if (code === 'audit_unavailable') refused = true;
        else if (code === null) succeeded++;
      }
    };
    await Promise.all(Array.from({ length: workers }, worker));
    expect(refused).toBe(true);
    return succeeded;
  };
  const effects = async () => (await system.sandbox.effects({ tool: 'full_book' })).length;

  // A key needs the ledger, which is on the same disk: these end first.
  await bookUntilRefused(true, 32);
  // Calls without one go on, on the spool's word.
  const onSpool = await bookUntilRefused(false, 8);
  measured({ row: 'F16', what: 'disk full: writes on the spool’s word', unit: 'calls', value: onSpool, bound: null });
  expect(onSpool).toBeGreaterThan(20);
  // Every one that was refused on the way was refused for this, and nothing else went wrong.
  expect([...codes.keys()]).toEqual(['audit_unavailable']);
  // Of two executors one may have room left when the other has none, and the stream's disk gives a little back now and then: such
  // calls are carried out, with their intent. In no round does one act that was refused.
  const many = (count: number) => Promise.all(Array.from({ length: count }, (_, i) => book(i % 2 === 0)));
  const rounds: { readonly accepted: number; readonly acted: number }[] = [];
  let tookMs = Number.NaN;
  await vi.waitFor(
    async () => {
      const before = await effects();
      const started = performance.now();
      const answers = await many(50);
      tookMs = performance.now() - started;
      const accepted = answers.filter((code) => code === null).length;
      rounds.push({ accepted, acted: (await effects()) - before });
      expect(answers).toEqual(answers.map(() => 'audit_unavailable'));
    },
    { timeout: 60_000 },
  );
  expect(rounds.filter(({ accepted, acted }) => acted !== accepted)).toEqual([]);
  const acted = rounds.at(-1)?.acted;
  measured({
    row: 'F30',
    what: 'both sinks full: effects of 50 writes',
    unit: 'effects',
    value: acted ?? Number.NaN,
    bound: 0,
  });
  measured({
    row: 'F30',
    what: 'both sinks full: refusal of 50 writes at once',
    unit: 'ms',
    value: tookMs,
    bound: 5_000,
  });
  expect(acted).toBe(0);

  // A read is not told either: while no sink takes records its answer waits for its own. That is smaller, and a few may still find room.
  await vi.waitFor(async () => {
    const read = await system.agent.execute('full_look', { number: 1 });
    expect(read).toMatchObject({ output: null, error: { code: 'audit_unavailable' } });
  });

  // An operator makes room; nothing else is done, and calls are carried out again.
  await nats.withServerDown(() => {
    const config = join(system.patchbay.state.nats, 'nats-server.conf');
    const text = readFileSync(config, 'utf8');
    const roomy = text.replace(/(max_file_store\D+)\d+/, `$1${256 * 1_024 * 1_024}`);
    expect(roomy).not.toBe(text);
    writeFileSync(config, roomy);
  });
  await vi.waitFor(async () => expect(await book(true)).toBe(null), { timeout: 60_000, interval: 250 });
  await vi.waitFor(() => expect(spooledFiles(system)).toEqual([]), { timeout: 60_000, interval: 250 });
  await vi.waitFor(async () => expect(await unauditedRequests(system, 'full_book')).toEqual([]), {
    timeout: 60_000,
    interval: 500,
  });
  measured({ row: 'F16', what: 'writes at the upstream without an intent', unit: 'writes', value: 0, bound: 0 });
  const twice = await doubled(system, 'full_book');
  measured({ row: 'F16', what: 'executions with a record twice', unit: 'executions', value: twice.length, bound: 0 });
  expect(twice).toEqual([]);
});
