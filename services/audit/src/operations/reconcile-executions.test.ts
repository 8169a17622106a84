import { idSchema, newId } from '@patchbay/contracts';
import { describe, expect, it, vi } from 'vitest';
import { auditEvent } from '../../test/audit-event.fixture.ts';
import type { Superseded, Unended } from '../domain/reconciliation.ts';
import { createReconcileExecutions, type ReconcilePorts } from './reconcile-executions.ts';

const afterMs = 180_000;
const start = Date.UTC(2026, 4, 1, 10);
const unended = (intendedAtMs: number, sequence = 1, executionId = newId('execution')): Unended => ({
  executionId,
  intendedAtMs,
  sequence,
  intent: auditEvent({
    time: new Date(intendedAtMs).toISOString(),
    data: {
      outcome: 'intent',
      execution_id: executionId,
      actor: { kind: 'agent', id: 'receptionist', session: 'call-77', end_user: 'tok_somebody' },
    },
  }),
});

type Entry = Parameters<ReconcilePorts['record']>[0];

/** A log whose intents, progress and clock the test sets. The store has what `taken` says. */
function setup() {
  const world = {
    now: start,
    /** Of the clock that nobody sets. */
    elapsed: 5_000,
    progress: { newest: 10, storedUpTo: 10 },
    intents: [] as Unended[],
    superseded: [] as Superseded[],
    recorded: [] as Entry[],
    /** Executions that the store has a declaration of. */
    taken: new Set<string>(),
    ranges: [] as { sinceMs: number; beforeMs: number }[],
    places: [] as Parameters<ReconcilePorts['readUnendedByPlace']>[0][],
  };
  const pass = (ms: number) => {
    world.now += ms;
    world.elapsed += ms;
  };
  const report = vi.fn();
  const ports: ReconcilePorts = {
    now: () => world.now,
    elapsed: () => world.elapsed,
    readProgress: async () => world.progress,
    async readUnended(range) {
      world.ranges.push(range);
      return world.intents
        .filter((one) => one.intendedAtMs >= range.sinceMs && one.intendedAtMs < range.beforeMs)
        .filter(({ executionId }) => !world.taken.has(executionId))
        .slice(0, range.limit);
    },
    async readUnendedByPlace(range) {
      world.places.push(range);
      const { after, upTo, sinceMs, limit } = range;
      return world.intents
        .filter((one) => one.sequence <= upTo && one.intendedAtMs >= sinceMs)
        .filter(({ sequence, intent: { id } }) =>
          sequence === after.sequence ? id > after.eventId : sequence > after.sequence,
        )
        .filter(({ executionId }) => !world.taken.has(executionId))
        .sort((a, b) => a.sequence - b.sequence || (a.intent.id < b.intent.id ? -1 : 1))
        .slice(0, limit);
    },
    readSuperseded: async () => world.superseded,
    record: async (entry) => void world.recorded.push(entry),
    report,
  };
  return { world, pass, report, ports, reconcile: createReconcileExecutions(ports, afterMs) };
}

describe('reconciling executions', () => {
  it('declares an intent unknown that is old enough, and says nothing of the person on the line', async () => {
    const { world, reconcile, report } = setup();
    const [old, young] = [unended(start - afterMs - 1), unended(start - afterMs)];
    world.intents = [old, young];
    await reconcile();
    expect(world.recorded).toEqual([
      {
        tenant: 'acme',
        class: 'reconciliation',
        type: 'dev.patchbay.reconciliation.outcome_unknown',
        subject: old.executionId,
        data: expect.objectContaining({
          actor: { kind: 'service', id: 'audit' },
          target: old.intent.data.target,
          outcome: 'outcome_unknown',
          execution_id: old.executionId,
          tool: 'slack_post_message',
          trace_id: old.intent.data.trace_id,
          facts: { intent: old.intent.id, waited_ms: afterMs },
        }),
        fixed: {
          id: expect.stringMatching(/^aud_/),
          time: new Date(start - 1).toISOString(),
          source: '/services/audit/reconciliation',
        },
      },
    ]);
    expect(idSchema('auditEvent').safeParse(world.recorded[0]?.fixed.id).success).toBe(true);
    expect(JSON.stringify(world.recorded)).not.toMatch(/tok_somebody|call-77/);
    expect(report).toHaveBeenCalledWith(1, 0);
  });

  it('has replicas record the very same event', async () => {
    const [one, two] = [setup(), setup()];
    const intents = Array.from({ length: 5 }, (_, n) => unended(start - 2 * afterMs + n));
    for (const { world } of [one, two]) world.intents = intents;
    two.pass(12_345);
    await Promise.all([one.reconcile(), two.reconcile()]);
    expect(two.world.recorded).toEqual(one.world.recorded);
    expect(new Set(one.world.recorded.map(({ fixed }) => fixed.id)).size).toBe(5);
  });

  it('does not record again what is on its way to the store', async () => {
    const { world, reconcile, report } = setup();
    world.intents = [unended(start - 2 * afterMs)];
    await reconcile();
    await reconcile();
    await reconcile();
    expect(world.recorded).toHaveLength(1);
    expect(report).toHaveBeenCalledOnce();
    world.taken = new Set(world.intents.map(({ executionId }) => executionId));
    await reconcile();
    expect(world.recorded).toHaveLength(1);
  });

  it('does not take a backlog for silence', async () => {
    const { world, pass, reconcile } = setup();
    world.intents = [unended(start - 2 * afterMs)];
    world.progress = { newest: 5_000, storedUpTo: 4_000 };
    await reconcile();
    expect(world.recorded).toEqual([]);
    // Ten minutes later more has come, and the store has what there was at the start: it speaks for that moment.
    const later = unended(start - afterMs + 60_000, 4_900);
    world.intents.push(later);
    pass(600_000);
    world.progress = { newest: 9_000, storedUpTo: 5_500 };
    await reconcile();
    expect(world.recorded.map(({ subject }) => subject)).toEqual([world.intents[0]?.executionId]);
    world.progress = { newest: 9_500, storedUpTo: 9_000 };
    await reconcile();
    expect(world.recorded.map(({ subject }) => subject)).toEqual(world.intents.map(({ executionId }) => executionId));
  });

  it.each([
    ['long after its time, as by a spool', -1_800_000],
    ['from a clock that is ahead', 3_600_000],
  ])('declares one that came %s once the stream had it as long as others', async (_, offMs) => {
    const { world, pass, reconcile } = setup();
    await reconcile();
    const strange = unended(start + offMs, 11);
    world.intents = [strange];
    pass(1_000);
    world.progress = { newest: 11, storedUpTo: 11 };
    for (let left = afterMs; left > 0; left -= 30_000) {
      await reconcile();
      expect(world.recorded).toEqual([]);
      pass(30_000);
    }
    await reconcile();
    expect(world.recorded.map(({ subject, fixed }) => [subject, Date.parse(fixed.time)])).toEqual([
      [strange.executionId, strange.intendedAtMs + afterMs],
    ]);
    world.taken.add(strange.executionId);
    // And then not so far back again.
    const looks = world.places.length;
    world.progress = { newest: 20, storedUpTo: 20 };
    for (let n = 0; n < 10; n++) {
      pass(30_000);
      await reconcile();
    }
    expect(world.places.slice(looks).map(({ after, upTo }) => [after.sequence, upTo])).toEqual([[12, 20]]);
    expect(world.recorded).toHaveLength(1);
  });

  it('waits as long when its own clock is set', async () => {
    const { world, pass, reconcile } = setup();
    await reconcile();
    world.intents = [unended(start, 11)];
    world.progress = { newest: 11, storedUpTo: 11 };
    await reconcile();
    world.now += 1_800_000;
    pass(30_000);
    await reconcile();
    expect(world.recorded).toEqual([]);
    world.now -= 3_600_000;
    pass(afterMs);
    await reconcile();
    expect(world.recorded).toHaveLength(1);
  });

  it('begins again with a stream that began again', async () => {
    const { world, pass, reconcile } = setup();
    world.progress = { newest: 10_000, storedUpTo: 10_000 };
    await reconcile();
    pass(afterMs);
    await reconcile();
    world.intents = [unended(start + afterMs, 3)];
    world.progress = { newest: 3, storedUpTo: 3 };
    pass(1);
    await reconcile();
    expect(world.recorded).toEqual([]);
    pass(afterMs);
    await reconcile();
    expect(world.recorded).toHaveLength(1);
  });

  it('looks for them again when the store was away meanwhile', async () => {
    const { world, pass, ports, reconcile } = setup();
    await reconcile();
    world.intents = [unended(start - 1_800_000, 11)];
    world.progress = { newest: 11, storedUpTo: 11 };
    await reconcile();
    pass(afterMs);
    Object.assign(ports, { record: () => Promise.reject(new Error('away')) });
    await expect(reconcile()).rejects.toThrow('away');
    Object.assign(ports, { record: async (entry: Entry) => void world.recorded.push(entry) });
    await reconcile();
    expect(world.recorded).toHaveLength(1);
  });

  it('looks at all of the last seven days at first and each hour, by time, and at what came in between by place', async () => {
    const { world, pass, reconcile } = setup();
    for (let minute = 0; minute <= 61; minute++) {
      await reconcile();
      pass(60_000);
      world.progress = { newest: 11 + minute, storedUpTo: 11 + minute };
    }
    const spans = world.ranges.map(({ sinceMs, beforeMs }) => Math.round((beforeMs - sinceMs) / 60_000));
    expect(spans).toEqual([7 * 24 * 60 - 3, 7 * 24 * 60 - 3]);
    const looked = world.places.map(({ after, upTo }) => [after.sequence, upTo]);
    expect(looked).toEqual([[1, 10], ...Array.from({ length: 58 }, (_, n) => [11 + n, 11 + n])]);
  });

  it('reads as many pages as there are', async () => {
    const { world, reconcile } = setup();
    world.intents = Array.from({ length: 2_500 }, (_, n) => unended(start - 3 * afterMs + n));
    await reconcile();
    expect(new Set(world.recorded.map(({ subject }) => subject)).size).toBe(2_500);
    expect(world.recorded).toHaveLength(2_500);
  });

  it('reads as many pages of one place as there are', async () => {
    const { world, pass, reconcile } = setup();
    await reconcile();
    world.intents = Array.from({ length: 2_500 }, (_, n) => unended(start, 11 + (n % 2)));
    world.progress = { newest: 12, storedUpTo: 12 };
    await reconcile();
    pass(afterMs);
    await reconcile();
    expect(new Set(world.recorded.map(({ subject }) => subject)).size).toBe(2_500);
    expect(world.recorded).toHaveLength(2_500);
  });

  it('tries again what could not be recorded', async () => {
    const { world, ports } = setup();
    let failing = true;
    const reconcile = createReconcileExecutions(
      {
        ...ports,
        async record(entry) {
          if (failing) throw new Error('both sinks are away');
          await ports.record(entry);
        },
      },
      afterMs,
    );
    world.intents = [unended(start - 2 * afterMs)];
    await expect(reconcile()).rejects.toThrow('both sinks');
    failing = false;
    await reconcile();
    expect(world.recorded).toHaveLength(1);
  });

  it('says of an outcome that came late that it stands', async () => {
    const { world, reconcile, report } = setup();
    const executionId = newId('execution');
    const declaration = auditEvent({
      type: 'dev.patchbay.reconciliation.outcome_unknown',
      time: new Date(start - 60_000).toISOString(),
      data: { outcome: 'outcome_unknown', execution_id: executionId },
    });
    const outcome = auditEvent({ data: { outcome: 'succeeded', execution_id: executionId } });
    world.superseded = [{ executionId, declaration, outcome, endedAtMs: start - 200_000 }];
    await reconcile();
    await reconcile();
    expect(world.recorded).toEqual([
      expect.objectContaining({
        type: 'dev.patchbay.reconciliation.superseded',
        subject: executionId,
        data: expect.objectContaining({
          outcome: 'succeeded',
          facts: { declaration: declaration.id, outcome: outcome.id },
        }),
        fixed: expect.objectContaining({ time: declaration.time }),
      }),
    ]);
    expect(report).toHaveBeenCalledWith(0, 1);
  });
});
