import { describe, expect, test, vi } from 'vitest';
import type { LedgerRecord } from '../domain/ledger-record.ts';
import { harness, heldLease, MemoryLedger, succeeded, toolOf } from './fakes.test-support.ts';
import type { LeaseInHand, WatchPresence } from './ports.ts';

const never = () => new Promise<never>(() => {});
const engineThat = (execute: (input: never) => unknown) => ({
  execute: execute as never,
  foresee: () => null,
  previewRequest: () => ({}) as never,
});
/** Finds nobody at the presences that are named. */
const lost = (...gone: string[]): WatchPresence => ({
  watch(presence, onGone) {
    if (gone.includes(presence)) queueMicrotask(onGone);
    return { unsubscribe: () => {} };
  },
});

/** A ledger in which a lost executor holds key `k`. */
async function abandoned(tool = toolOf({ retrySafe: 'keyed' }), inHand?: LeaseInHand) {
  const ledger = new MemoryLedger();
  const held = inHand !== undefined && { inHand };
  const first = harness({ ledger, presence: '_INBOX_executor.first', engine: engineThat(never), ...held }, tool);
  void first.run({ idempotency_key: 'k', deadline_ms: 5_000 });
  await vi.waitFor(() => expect(ledger.entries.size).toBe(1));
  const [entry] = [...ledger.entries.values()] as [{ record: LedgerRecord; revision: number }];
  return { ledger, entry, tool };
}

describe('a repeat of a call whose executor is lost', () => {
  test('carries it on where the upstream acts once for one key, under the name it was begun under', async () => {
    const { ledger, entry, tool } = await abandoned();
    const other = harness({ ledger, holders: lost('_INBOX_executor.first') }, tool);
    const result = await other.run({ idempotency_key: 'k', repeat: true });
    expect(result).toMatchObject({ status: 'succeeded', replayed: false, execution_id: entry.record.execution_id });
    await other.background.settled();
    // Sent with the same key as the first time.
    expect(other.executed.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['k']);
    expect(await other.run({ idempotency_key: 'k' })).toMatchObject({
      execution_id: entry.record.execution_id,
      replayed: true,
    });
    // In the audit log it is an execution of its own, whose answer is the first one's.
    const outcome = other.audited.find(([, type]) => type.endsWith('outcome'));
    expect(outcome?.[3].facts).toMatchObject({ answer_of: entry.record.execution_id });
    // The lost one is fenced off.
    expect(await ledger.settle('acme', 'k', entry.record, entry.revision)).toBe(false);
  });

  test('is carried on by one of many repeats, and answered to all', async () => {
    const { ledger, tool } = await abandoned();
    const gate = Promise.withResolvers<void>();
    const effects = vi.fn(() => gate.promise.then(() => succeeded));
    const other = harness({ ledger, holders: lost('_INBOX_executor.first'), engine: engineThat(effects) }, tool);
    const repeats = Array.from({ length: 20 }, () => other.run({ idempotency_key: 'k', repeat: true }));
    await vi.waitFor(() => expect(effects).toHaveBeenCalled());
    gate.resolve();
    const results = await Promise.all(repeats);
    expect(effects).toHaveBeenCalledTimes(1);
    expect(new Set(results.map(({ execution_id, status }) => `${execution_id} ${status}`)).size).toBe(1);
  });

  test('goes on from one lost executor to the next', async () => {
    const { ledger, tool } = await abandoned();
    const second = harness(
      { ledger, presence: '_INBOX_executor.second', holders: lost('_INBOX_executor.first'), engine: engineThat(never) },
      tool,
    );
    void second.run({ idempotency_key: 'k', repeat: true });
    await vi.waitFor(() => expect([...ledger.entries.values()][0]?.record.presence).toBe('_INBOX_executor.second'));
    const third = harness({ ledger, holders: lost('_INBOX_executor.first', '_INBOX_executor.second') }, tool);
    expect(await third.run({ idempotency_key: 'k', repeat: true })).toMatchObject({ status: 'succeeded' });
  });

  test('knows the claim that it took over when the answer to that was lost', async () => {
    const { ledger, tool } = await abandoned();
    const takeOver = ledger.takeOver.bind(ledger);
    // The write stands, and nobody says so.
    Object.assign(ledger, {
      async takeOver(...write: Parameters<typeof takeOver>) {
        await takeOver(...write);
        return null;
      },
    });
    const other = harness({ ledger, holders: lost('_INBOX_executor.first') }, tool);
    expect(await other.run({ idempotency_key: 'k', repeat: true })).toMatchObject({ status: 'succeeded' });
    expect(other.executed).toHaveLength(1);
  });

  test.each([
    ['the upstream takes no key', toolOf({ retrySafe: 'never' }), ['_INBOX_executor.first']],
    ['the tool is another version', toolOf({ retrySafe: 'keyed', version: '1.0.1' }), ['_INBOX_executor.first']],
    ['its executor is there', toolOf({ retrySafe: 'keyed' }), []],
  ])('does not act where %s', async (_why, tool, gone) => {
    const { ledger } = await abandoned();
    const other = harness({ ledger, holders: lost(...gone) }, tool);
    expect(await other.run({ idempotency_key: 'k', repeat: true, deadline_ms: 60 })).toMatchObject({
      status: 'refused',
      error: { code: 'in_progress' },
    });
    expect(other.executed).toEqual([]);
  });

  test.each([
    ['it is not known over which connection it was sent', () => null],
    ['it was sent over another connection', () => ({ ...heldLease, connection: 'con_another' })],
  ])('does not act where %s: there the key does not stand', async (_why, inHand) => {
    const { ledger, tool } = await abandoned(undefined, inHand);
    const other = harness({ ledger, holders: lost('_INBOX_executor.first') }, tool);
    expect(await other.run({ idempotency_key: 'k', repeat: true, deadline_ms: 60 })).toMatchObject({
      status: 'refused',
      error: { code: 'in_progress' },
    });
    expect(other.executed).toEqual([]);
  });

  test('whose claim was given up long ago is declared unknown, whatever the upstream takes: its keys do not live for ever', async () => {
    const { ledger, entry, tool } = await abandoned();
    const name = [...ledger.entries.keys()][0] as string;
    ledger.entries.set(name, { ...entry, record: { ...entry.record, started_at: Date.now() - 60_000 } });
    const other = harness({ ledger, holders: lost('_INBOX_executor.first') }, tool);
    expect(await other.run({ idempotency_key: 'k' })).toMatchObject({ status: 'outcome_unknown' });
    expect(other.executed).toEqual([]);
  });
});

describe('a request that was sent before', () => {
  test('is refused when it is a write without a key, and nothing is sent', async () => {
    const { run, executed } = harness();
    expect(await run({ repeat: true })).toMatchObject({
      status: 'refused',
      error: { code: 'in_progress', details: { reason: 'not_repeated' } },
    });
    expect(executed).toEqual([]);
  });

  test.each([
    ['a read', {}, toolOf({ risk: 'read' })],
    ['a write with a key that nobody holds', { idempotency_key: 'k' }, toolOf()],
  ])('is carried out when it is %s', async (_what, request, tool) => {
    const { run, executed } = harness({}, tool);
    expect(await run({ ...request, repeat: true })).toMatchObject({ status: 'succeeded' });
    expect(executed).toHaveLength(1);
  });
});

test('a read that was stopped since its caller was not to be found says so', async () => {
  const absent: WatchPresence = {
    watch(_presence, onGone) {
      queueMicrotask(onGone);
      return { unsubscribe: () => {} };
    },
  };
  const engine = engineThat(
    ({ signal }: { signal: AbortSignal }) =>
      new Promise((resolve) =>
        signal.addEventListener('abort', () =>
          resolve({ ...succeeded, status: 'cancelled', output: null, error: null }),
        ),
      ),
  );
  const { run } = harness({ callers: absent, engine: engine as never }, toolOf({ risk: 'read' }));
  expect(await run({}, { presence: '_INBOX_agent.acme.x' })).toMatchObject({
    status: 'cancelled',
    error: { code: 'cancelled', details: { reason: 'caller_gone' } },
  });
});
