import {
  type ExecuteRequest,
  type ExecutionResult,
  errorBody,
  newId,
  type PlanCall,
  type PlanRequest,
  type PlanResult,
  type StoredSubmission,
} from '@patchbay/contracts';
import type { PreparedTool } from '@patchbay/execution-engine';
import { beforeEach, describe, expect, test } from 'vitest';
import { answer } from '../../domain/answers.ts';
import { FairShare } from '../../domain/fair-share.ts';
import { callResult, planAnswer } from '../../domain/plan-answers.ts';
import { maxTries, retryDelaysMs } from '../../domain/submission-schedule.ts';
import type { FindTool } from '../ports.ts';
import { type CarryOutPorts, createCarryOutSubmission } from './carry-out-submission.ts';
import { MemoryResults } from './memory-results.test-support.ts';
import type { KeptDeadLetter } from './ports.ts';

const facts = { executionId: newId('execution'), tool: 'acme_do', version: '1.0.0', receivedAt: 0, now: 0 };
const fine = answer({ ...facts, attempts: 1 }, 'succeeded', { ok: true }, null);
const failed = (code: Parameters<typeof errorBody>[0], status: ExecutionResult['status'] = 'failed', attempts = 1) =>
  answer({ ...facts, attempts }, status, null, errorBody(code));

let now: number;
let results: MemoryResults;
let answers: ExecutionResult[];
let executed: ExecuteRequest[];
let buried: string[];
let told: string[];
let recorded: string[];
let share: FairShare;
beforeEach(() => {
  now = 1_000_000;
  results = new MemoryResults();
  answers = [];
  executed = [];
  buried = [];
  told = [];
  recorded = [];
  share = new FairShare(4);
});

/** Every name is that of a tool with this probe. */
function toolsThat(tool: Pick<PreparedTool, 'probe'>): FindTool {
  return { find: () => tool as PreparedTool, names: () => [] };
}

function carryOut(stored: StoredSubmission | string, over: Partial<CarryOutPorts> = {}) {
  const operation = createCarryOutSubmission({
    results,
    share,
    tools: toolsThat({ probe: null }),
    now: () => now,
    execute: async (_tenant, { execute }) => {
      if (execute !== undefined) executed.push(execute);
      return { result: answers.shift() ?? fine };
    },
    deadLetters: {
      put: async ({ id, reason, tries }) => void buried.push(`${id} ${reason} ${tries}`),
      read: async (_tenant, id) => (buried.some((one) => one.startsWith(id)) ? ({} as KeptDeadLetter) : null),
    } as Partial<CarryOutPorts['deadLetters']> as CarryOutPorts['deadLetters'],
    announce: { finished: (_tenant, event) => void told.push(event.state) },
    audit: { record: (_tenant, what) => void recorded.push(what) },
    ...over,
  });
  const text = typeof stored === 'string' ? stored : JSON.stringify(stored);
  return operation({ tenant: 'acme', text, sequence: 7 });
}

const execute = {
  tool: 'acme_do',
  arguments: { channel: 'C1' },
  deadline_ms: 5_000,
  stream: false,
  dry_run: false,
  context: {},
};
function submission(over: Partial<StoredSubmission> = {}): StoredSubmission {
  const submission_id = newId('submission');
  return { submission_id, execute, accepted_at: now, not_before: now, expires_at: now + 3_600_000, ...over };
}
const recordOf = ({ submission_id }: StoredSubmission) => results.records.get(`acme.${submission_id}`)?.record;

describe('a submission', () => {
  test('that another executor began meanwhile comes again, since that one may be gone', async () => {
    const stored = submission();
    const begunElsewhere = async () => {
      const found = await results.read('acme', stored.submission_id);
      const { record, revision } = found as NonNullable<typeof found>;
      await results.update('acme', stored.submission_id, { ...record, tries: record.tries + 1 }, revision);
      return { result: fine };
    };
    expect(await carryOut(stored, { execute: begunElsewhere })).toEqual({ done: false, retryAfterMs: 1_000 });
    expect(recordOf(stored)).toMatchObject({ state: 'pending', tries: 2 });
    expect(told).toEqual([]);
    // The other was killed: whoever has it next finishes it.
    expect(await carryOut(stored)).toEqual({ done: true });
    expect(recordOf(stored)).toMatchObject({ state: 'done', tries: 3 });
  });

  test('that another executor finished meanwhile is done with at the next look', async () => {
    const stored = submission();
    const finishedElsewhere = async () => {
      const found = await results.read('acme', stored.submission_id);
      const { record, revision } = found as NonNullable<typeof found>;
      await results.update('acme', stored.submission_id, { ...record, state: 'done', result: fine }, revision);
      return { result: fine };
    };
    expect(await carryOut(stored, { execute: finishedElsewhere })).toEqual({ done: false, retryAfterMs: 1_000 });
    expect(await carryOut(stored)).toEqual({ done: true });
    expect(executed).toEqual([]);
  });

  test('is tried under its own id as key, and the answer kept and told', async () => {
    const stored = submission();
    expect(await carryOut(stored)).toEqual({ done: true });
    expect(executed).toMatchObject([{ idempotency_key: stored.submission_id, deadline_ms: 5_000 }]);
    expect(recordOf(stored)).toMatchObject({ state: 'done', tries: 1, finished_at: now, result: fine });
    expect(told).toEqual(['done']);
  });

  test('keeps the key that it brought', async () => {
    const stored = submission();
    await carryOut({ ...stored, execute: { ...execute, idempotency_key: 'toolu_1' } });
    expect(executed).toMatchObject([{ idempotency_key: 'toolu_1' }]);
  });

  test('is done with when it comes again after its end', async () => {
    const stored = submission();
    await carryOut(stored);
    expect(await carryOut(stored)).toEqual({ done: true });
    expect(executed).toHaveLength(1);
    expect(told).toEqual(['done']);
  });

  test('waits for its time, and has no deadline past its end', async () => {
    const stored = submission({ not_before: now + 400, expires_at: now + 1_000 });
    expect(await carryOut(stored)).toEqual({ done: false, retryAfterMs: 400 });
    now += 400;
    await carryOut(stored);
    expect(executed).toMatchObject([{ deadline_ms: 600 }]);
    expect(recordOf(stored)).toMatchObject({ tries: 1 });
  });

  test('that fails in a way that may pass is tried again, later each time, and then given up', async () => {
    const stored = submission();
    answers = Array.from({ length: maxTries }, () => failed('upstream_unreachable'));
    const waits: unknown[] = [];
    for (let i = 0; i < maxTries; i++) waits.push(await carryOut(stored));
    expect(waits).toEqual([...retryDelaysMs.map((retryAfterMs) => ({ done: false, retryAfterMs })), { done: true }]);
    expect(buried).toEqual([`${stored.submission_id} exhausted ${maxTries}`]);
    expect(recordOf(stored)).toMatchObject({
      state: 'dead_letter',
      result: { error: { code: 'upstream_unreachable' } },
    });
    expect(told).toEqual(['dead_letter']);
  });

  test.each(['upstream_error', 'invalid_arguments', 'outcome_unknown'] as const)(
    'that ends with %s is not tried again',
    async (code) => {
      const stored = submission();
      answers = [failed(code, code === 'outcome_unknown' ? 'outcome_unknown' : 'failed')];
      expect(await carryOut(stored)).toEqual({ done: true });
      expect(recordOf(stored)).toMatchObject({ state: 'done', result: { error: { code } } });
      expect(buried).toEqual([]);
    },
  );

  test('with an unknown outcome is asked about again while its tool has a probe, and is never a dead letter', async () => {
    const stored = submission();
    const probing = { tools: toolsThat({ probe: {} as NonNullable<PreparedTool['probe']> }) };
    answers = Array.from({ length: maxTries }, () => failed('outcome_unknown', 'outcome_unknown'));
    expect(await carryOut(stored, probing)).toEqual({ done: false, retryAfterMs: retryDelaysMs[0] });
    for (let i = 1; i < maxTries; i++) await carryOut(stored, probing);
    expect(recordOf(stored)).toMatchObject({ state: 'done', tries: maxTries, result: { status: 'outcome_unknown' } });
    expect(buried).toEqual([]);
  });

  test('for which there is no room beside live calls comes again without having been tried', async () => {
    const stored = submission();
    answers = [failed('overloaded', 'refused', 0)];
    expect(await carryOut(stored)).toEqual({ done: false, retryAfterMs: 1_000 });
    expect(recordOf(stored)).toMatchObject({ state: 'pending', tries: 0 });
  });

  test('of a tenant that has its share waits for others of it, and other tenants do not', async () => {
    expect([share.enter('acme'), share.enter('acme'), share.enter('rival')]).toEqual([true, true, true]);
    expect(await carryOut(submission())).toEqual({ done: false, retryAfterMs: 1_000 });
    share.leave('acme');
    expect(await carryOut(submission())).toEqual({ done: true });
  });

  test('whose time is over is given up, as is one whose next try would come too late', async () => {
    const late = submission({ expires_at: now });
    await carryOut(late);
    const soonLate = submission({ expires_at: now + 500 });
    answers = [failed('rate_limited')];
    await carryOut(soonLate);
    const lastMoment = submission({ expires_at: now + 5 });
    await carryOut(lastMoment, {
      execute: async () => {
        now += 5;
        return { result: failed('deadline_exceeded', 'refused', 0) };
      },
    });
    expect(buried).toEqual([
      `${late.submission_id} expired 0`,
      `${soonLate.submission_id} expired 1`,
      `${lastMoment.submission_id} expired 1`,
    ]);
    expect(recordOf(late)).toMatchObject({ state: 'dead_letter', result: { status: 'refused' } });
  });

  test('that ended its executor at every try is given up with an unknown outcome', async () => {
    const stored = submission();
    const dying = { execute: () => Promise.reject(new Error('the process ended')) };
    for (let i = 0; i < maxTries; i++) await expect(carryOut(stored, dying)).rejects.toThrow();
    expect(await carryOut(stored)).toEqual({ done: true });
    expect(executed).toEqual([]);
    expect(recordOf(stored)).toMatchObject({ state: 'dead_letter', result: { status: 'outcome_unknown' } });
  });

  test('that another executor has in hand and is ahead with is left to it', async () => {
    const stored = submission();
    const racing = Object.assign(results, { update: async () => null });
    expect(await carryOut(stored, { results: racing })).toEqual({ done: false, retryAfterMs: 1_000 });
    expect(executed).toEqual([]);
  });

  test('that is given up while another executor finishes it is no dead letter', async () => {
    const stored = submission({ expires_at: now + 500 });
    const finishedElsewhere = async () => {
      const found = await results.read('acme', stored.submission_id);
      const { record, revision } = found as NonNullable<typeof found>;
      await results.update('acme', stored.submission_id, { ...record, state: 'done', result: fine }, revision);
      return { result: failed('rate_limited') };
    };
    expect(await carryOut(stored, { execute: finishedElsewhere })).toEqual({ done: false, retryAfterMs: 1_000 });
    expect(await carryOut(stored)).toEqual({ done: true });
    expect([buried, told, recorded]).toEqual([[], [], []]);
    expect(recordOf(stored)).toMatchObject({ state: 'done' });
  });

  test('whose executor ended when it had given it up is among the dead letters at the next look, once', async () => {
    const stored = submission({ expires_at: now + 500 });
    answers = [failed('rate_limited')];
    const ending = { put: () => Promise.reject(new Error('the process ended')), read: async () => null };
    const deadLetters = ending as Partial<CarryOutPorts['deadLetters']> as CarryOutPorts['deadLetters'];
    await expect(carryOut(stored, { deadLetters })).rejects.toThrow('ended');
    expect(recordOf(stored)).toMatchObject({ state: 'dead_letter' });
    expect([buried, told, recorded]).toEqual([[], [], []]);
    for (let i = 0; i < 2; i++) expect(await carryOut(stored)).toEqual({ done: true });
    expect(buried).toEqual([`${stored.submission_id} expired 1`]);
    expect([told, recorded]).toEqual([['dead_letter'], ['dead_lettered']]);
  });

  test('whose output is larger than is kept says so', async () => {
    const stored = submission();
    answers = [{ ...fine, output: 'x'.repeat(1_100_000) }];
    await carryOut(stored);
    expect(recordOf(stored)).toMatchObject({
      result: { status: 'succeeded', output: null, error: { code: 'response_too_large' } },
    });
  });
});

describe('a submitted plan', () => {
  const calls = ['a', 'b'].map((id) => ({
    id,
    tool: 'acme_do',
    arguments: {},
    depends_on: [],
    on_error: 'skip' as const,
    dry_run: false,
  }));
  const plan: PlanRequest = { calls, deadline_ms: 5_000, order: 'any', context: { session: 'call-77' } };
  const planned = (over: Partial<StoredSubmission> = {}) => submission({ execute: undefined, plan, ...over });
  const planFacts = { planId: newId('plan'), receivedAt: 0, now: 0 };
  const answered = (...results: ExecutionResult[]) =>
    planAnswer(
      planFacts,
      results.map((result, index) => callResult(calls[index] as PlanCall, result, 0)),
      false,
    );

  test('is tried under the id of its submission until every call has its answer, and kept', async () => {
    const stored = planned();
    const asked: PlanRequest[] = [];
    const outcomes = [answered(fine, failed('upstream_unreachable')), answered(fine, fine)];
    const over: Partial<CarryOutPorts> = {
      async execute(_tenant, { plan }) {
        asked.push(plan as PlanRequest);
        return { result: null, plan: outcomes.shift() as PlanResult };
      },
    };
    expect(await carryOut(stored, over)).toEqual({ done: false, retryAfterMs: retryDelaysMs[0] });
    expect(recordOf(stored)).toMatchObject({ state: 'pending', tries: 1, plan: { status: 'partial' } });
    expect(await carryOut(stored, over)).toEqual({ done: true });
    expect(asked).toMatchObject([
      { idempotency_key: stored.submission_id, deadline_ms: 5_000 },
      { idempotency_key: stored.submission_id },
    ]);
    expect(recordOf(stored)).toMatchObject({
      state: 'done',
      tries: 2,
      session: 'call-77',
      result: null,
      plan: { status: 'succeeded', counts: { succeeded: 2 } },
    });
    expect(told).toEqual(['done']);
  });

  test('is told without the outputs of its calls', async () => {
    const heard: unknown[] = [];
    await carryOut(planned(), {
      execute: async () => ({ result: null, plan: answered(fine, fine) }),
      announce: { finished: (_tenant, event) => void heard.push(event) },
    });
    expect(heard).toMatchObject([
      { result: null, plan: { status: 'succeeded', counts: { succeeded: 2 }, error: null } },
    ]);
    expect(JSON.stringify(heard)).not.toContain('results');
  });

  test('is given up with what its last try came to', async () => {
    const stored = planned({ expires_at: now + 500 });
    await carryOut(stored, {
      execute: async () => ({ result: null, plan: answered(fine, failed('rate_limited', 'refused', 0)) }),
    });
    expect(buried).toEqual([`${stored.submission_id} expired 1`]);
    expect(recordOf(stored)).toMatchObject({ state: 'dead_letter', plan: { status: 'partial' } });
  });

  test('whose time is over before a try says that no call began, and one whose executors all died that any may have', async () => {
    const late = planned({ expires_at: now });
    await carryOut(late);
    expect(recordOf(late)).toMatchObject({
      state: 'dead_letter',
      plan: { status: 'refused', counts: { refused: 2 }, error: { code: 'deadline_exceeded' } },
    });
    const deadly = planned();
    const dying = { execute: () => Promise.reject(new Error('the process ended')) };
    for (let i = 0; i < maxTries; i++) await expect(carryOut(deadly, dying)).rejects.toThrow();
    await carryOut(deadly);
    expect(recordOf(deadly)).toMatchObject({
      state: 'dead_letter',
      plan: { status: 'outcome_unknown', counts: { outcome_unknown: 2 } },
    });
  });
});

test('what is no submission is a dead letter under its number in the stream', async () => {
  expect(await carryOut('no JSON')).toEqual({ done: true });
  expect(await carryOut('{"submission_id":"x"}')).toEqual({ done: true });
  expect(buried).toEqual(['seq-7 unreadable 0', 'seq-7 unreadable 0']);
});
