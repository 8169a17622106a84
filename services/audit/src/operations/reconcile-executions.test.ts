import { idSchema, newId } from '@patchbay/contracts';
import { describe, expect, it, vi } from 'vitest';
import { auditEvent } from '../../test/audit-event.fixture.ts';
import { LateIntents } from '../domain/late-intents.ts';
import type { Superseded, Unended } from '../domain/reconciliation.ts';
import { createReconcileExecutions, type ReconcilePorts } from './reconcile-executions.ts';

const afterMs = 180_000;
const start = Date.UTC(2026, 4, 1, 10);
const unended = (intendedAtMs: number, executionId = newId('execution')): Unended => ({
  executionId,
  intendedAtMs,
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
    progress: { newest: 10, storedUpTo: 10 },
    intents: [] as Unended[],
    superseded: [] as Superseded[],
    recorded: [] as Entry[],
    /** Executions that the store has a declaration of. */
    taken: new Set<string>(),
    ranges: [] as { sinceMs: number; beforeMs: number }[],
  };
  const lateIntents = new LateIntents(() => world.now);
  const report = vi.fn();
  const ports: ReconcilePorts = {
    now: () => world.now,
    readProgress: async () => world.progress,
    async readUnended(range) {
      world.ranges.push(range);
      return world.intents
        .filter((one) => one.intendedAtMs >= range.sinceMs && one.intendedAtMs < range.beforeMs)
        .filter(({ executionId }) => !world.taken.has(executionId))
        .slice(0, range.limit);
    },
    lateIntents,
    readSuperseded: async () => world.superseded,
    record: async (entry) => void world.recorded.push(entry),
    report,
  };
  return { world, report, ports, lateIntents, reconcile: createReconcileExecutions(ports, afterMs) };
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
    two.world.now += 12_345;
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
    const { world, reconcile } = setup();
    world.intents = [unended(start - 2 * afterMs)];
    world.progress = { newest: 5_000, storedUpTo: 4_000 };
    await reconcile();
    expect(world.recorded).toEqual([]);
    // Ten minutes later more has come, and the store has what there was at the start: it speaks for that moment.
    const later = unended(start - afterMs + 60_000);
    world.intents.push(later);
    world.now += 600_000;
    world.progress = { newest: 9_000, storedUpTo: 5_500 };
    await reconcile();
    expect(world.recorded.map(({ subject }) => subject)).toEqual([world.intents[0]?.executionId]);
    world.progress = { newest: 9_500, storedUpTo: 9_000 };
    await reconcile();
    expect(world.recorded.map(({ subject }) => subject)).toEqual(world.intents.map(({ executionId }) => executionId));
  });

  it('declares one that came long after its time, once it was there as long as others have to be', async () => {
    const { world, reconcile, lateIntents } = setup();
    await reconcile();
    const spooled = unended(start - 1_800_000);
    world.intents = [spooled];
    world.now += 1_000;
    lateIntents.stored([{ class: 'execution', status: 'intent', time: spooled.intent.time }]);
    for (let left = afterMs; left > 0; left -= 30_000) {
      await reconcile();
      expect(world.recorded).toEqual([]);
      world.now += 30_000;
    }
    world.now += 1;
    await reconcile();
    expect(world.recorded.map(({ subject }) => subject)).toEqual([spooled.executionId]);
    world.taken.add(spooled.executionId);
    const looks = world.ranges.length;
    await reconcile();
    // And then not so far back again.
    expect(world.ranges.slice(looks).every(({ sinceMs }) => sinceMs > spooled.intendedAtMs)).toBe(true);
    expect(world.recorded).toHaveLength(1);
  });

  it('looks for it again when the store was away meanwhile', async () => {
    const { world, ports, reconcile, lateIntents } = setup();
    await reconcile();
    const spooled = unended(start - 1_800_000);
    world.intents = [spooled];
    lateIntents.stored([{ class: 'execution', status: 'intent', time: spooled.intent.time }]);
    world.now += afterMs + 1;
    Object.assign(ports, { record: () => Promise.reject(new Error('away')) });
    await expect(reconcile()).rejects.toThrow('away');
    Object.assign(ports, { record: async (entry: Entry) => void world.recorded.push(entry) });
    await reconcile();
    expect(world.recorded).toHaveLength(1);
  });

  it('looks at all of the last seven days at first and each hour, and at what became old enough in between', async () => {
    const { world, reconcile } = setup();
    for (let minute = 0; minute <= 61; minute++) {
      await reconcile();
      world.now += 60_000;
    }
    const spans = world.ranges.map(({ sinceMs, beforeMs }) => Math.round((beforeMs - sinceMs) / 60_000));
    expect(spans[0]).toBe(7 * 24 * 60 - 3);
    expect(spans.filter((span) => span > 60)).toHaveLength(2);
    expect(Math.max(...spans.slice(1, 60))).toBe(6);
  });

  it('reads as many pages as there are', async () => {
    const { world, reconcile } = setup();
    world.intents = Array.from({ length: 2_500 }, (_, n) => unended(start - 3 * afterMs + n));
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
