import type { PreparedTool } from '@patchbay/execution-engine';
import { describe, expect, test } from 'vitest';
import { failed, type Harness, harness, MemoryLedger, succeeded, toolOf } from './fakes.test-support.ts';

type Verdict = 'happened' | 'not_happened' | 'unknown';

/** A tool that acts and says how to look for its effect, and the tool that looks. */
function probing(verdict: Verdict, ledger: MemoryLedger, lookFails = false): Harness {
  const acting = toolOf({
    probe: {
      tool: 'acme_look',
      argumentsFor: ({ channel }: Record<string, unknown>) => ({ channel }),
      judge: () => verdict,
    },
  } as Partial<PreparedTool>);
  const looking = toolOf({ name: 'acme_look', risk: 'read' });
  const made: Harness = harness({
    ledger,
    tools: { find: (_tenant, name) => (name === 'acme_look' ? looking : acting), names: () => [] },
    engine: {
      execute: async (input) => {
        made.executed.push(input);
        if (input.prepared.name === 'acme_look')
          return lookFails ? failed('upstream_error') : { ...succeeded, output: { seen: true } };
        return failed('outcome_unknown', 'outcome_unknown');
      },
      previewRequest: () => ({}) as never,
      foresee: () => null,
    } as Harness['ports']['engine'],
  });
  return made;
}

/** Leaves a call with an unknown outcome in the ledger, `agoMs` old. */
async function unknownCall(ledger: MemoryLedger, agoMs: number): Promise<string> {
  const first = harness({
    ledger,
    engine: {
      execute: async () => failed('outcome_unknown', 'outcome_unknown'),
      previewRequest: () => ({}) as never,
      foresee: () => null,
    } as Harness['ports']['engine'],
  });
  const { execution_id } = await first.run({ idempotency_key: 'k', deadline_ms: 1_000 });
  await first.background.settled();
  for (const [name, entry] of ledger.entries)
    ledger.entries.set(name, { ...entry, record: { ...entry.record, started_at: Date.now() - agoMs } });
  return execution_id;
}

const old = 60_000;

describe('a call whose own outcome is unknown', () => {
  test('succeeds when the probe sees its effect at once, with and without a key, and keeps that', async () => {
    const first = probing('happened', new MemoryLedger());
    const found = { status: 'succeeded', output: { seen: true }, replayed: false, probed: true, attempts: 1 };
    const { execution_id } = await first.run({ idempotency_key: 'k' });
    expect(await first.run({})).toMatchObject(found);
    await first.background.settled();
    expect(await first.run({ idempotency_key: 'k' })).toMatchObject({ ...found, execution_id, replayed: true });
    expect(first.executed.map(({ prepared }) => prepared.name)).toEqual([
      'acme_do',
      'acme_look',
      'acme_do',
      'acme_look',
    ]);
    const outcomes = first.audited.filter(
      ([, type, id, { facts }]) =>
        type.endsWith('outcome') && (id === execution_id || facts?.['answer_of'] === execution_id),
    );
    expect(outcomes.map(([, , , { outcome, facts }]) => [outcome, facts])).toEqual([
      ['succeeded', { probed: true }],
      ['succeeded', { answer_of: execution_id, probed: true }],
    ]);
  });

  test.each([
    ['sees nothing yet', 'not_happened', false],
    ['cannot say', 'unknown', false],
    ['fails', 'happened', true],
  ] as const)('stays unknown when the probe %s', async (_what, verdict, lookFails) => {
    const ledger = new MemoryLedger();
    const first = probing(verdict, ledger, lookFails);
    expect(await first.run({ idempotency_key: 'k' })).toMatchObject({ status: 'outcome_unknown', replayed: false });
    await first.background.settled();
    expect([...ledger.entries.values()]).toMatchObject([{ record: { state: 'done' } }]);
  });

  test('is not looked for when too little of the deadline is left, or somebody cancelled', async () => {
    const hurried = probing('happened', new MemoryLedger());
    expect(await hurried.run({ idempotency_key: 'k', deadline_ms: 40 })).toMatchObject({ status: 'outcome_unknown' });
    expect(hurried.executed).toHaveLength(1);
    const cancelled = probing('happened', new MemoryLedger());
    const { engine, running } = cancelled.ports;
    const { execute } = engine;
    Object.assign(engine, {
      execute(input: Parameters<typeof execute>[0]) {
        running.cancel('acme', { idempotency_key: 'k' });
        return execute(input);
      },
    });
    expect(await cancelled.run({ idempotency_key: 'k' })).toMatchObject({ status: 'outcome_unknown' });
    expect(cancelled.executed).toHaveLength(1);
  });
});

describe('a repeat of a call with an unknown outcome', () => {
  test('is answered with what the probe found, and so is every later one without looking again', async () => {
    const ledger = new MemoryLedger();
    const execution_id = await unknownCall(ledger, 0);
    const repeat = probing('happened', ledger);
    const found = { status: 'succeeded', execution_id, output: { seen: true }, replayed: true };
    expect(await repeat.run({ idempotency_key: 'k' })).toMatchObject(found);
    expect(await repeat.run({ idempotency_key: 'k' })).toMatchObject(found);
    expect(repeat.executed.map(({ prepared }) => prepared.name)).toEqual(['acme_look']);
    expect(repeat.executed[0]?.arguments).toEqual({ channel: 'C1' });
  });

  test('may be sent again when the probe is sure that nothing happened', async () => {
    const ledger = new MemoryLedger();
    await unknownCall(ledger, old);
    const repeat = probing('not_happened', ledger);
    expect(await repeat.run({ idempotency_key: 'k' })).toMatchObject({
      status: 'failed',
      error: { code: 'upstream_error', retryable: true, details: { probe: 'acme_look' } },
    });
    expect(ledger.entries.size).toBe(0);
    await repeat.run({ idempotency_key: 'k' });
    expect(repeat.executed.map(({ prepared }) => prepared.name)).toEqual(['acme_look', 'acme_do', 'acme_look']);
  });

  test('stays unknown while the first request may still be on its way, though nothing is to be seen yet', async () => {
    const ledger = new MemoryLedger();
    await unknownCall(ledger, 0);
    const repeat = probing('not_happened', ledger);
    expect(await repeat.run({ idempotency_key: 'k' })).toMatchObject({ status: 'outcome_unknown', replayed: true });
    expect(ledger.entries.size).toBe(1);
  });

  test.each([
    ['cannot say', 'unknown', false],
    ['fails', 'happened', true],
  ] as const)('stays unknown when the probe %s', async (_what, verdict, lookFails) => {
    const ledger = new MemoryLedger();
    await unknownCall(ledger, old);
    const repeat = probing(verdict, ledger, lookFails);
    expect(await repeat.run({ idempotency_key: 'k' })).toMatchObject({ status: 'outcome_unknown', replayed: true });
  });

  test('of an executor that was lost is probed as well', async () => {
    const ledger = new MemoryLedger();
    const execution_id = await unknownCall(ledger, old);
    for (const [name, { record, revision }] of ledger.entries) {
      const { result: _, ...claim } = record;
      ledger.entries.set(name, { record: { ...claim, state: 'running' }, revision });
    }
    expect(await probing('happened', ledger).run({ idempotency_key: 'k' })).toMatchObject({
      status: 'succeeded',
      execution_id,
      replayed: true,
    });
  });

  test('leaves the word to another executor that was first', async () => {
    const ledger = new MemoryLedger();
    await unknownCall(ledger, old);
    Object.assign(ledger, { settle: async () => false, release: async () => false });
    for (const verdict of ['happened', 'not_happened'] as const)
      expect(await probing(verdict, ledger).run({ idempotency_key: 'k' })).toMatchObject({ status: 'outcome_unknown' });
  });
});
