import { errorBody, type PlanCallStatus, type PlanResult } from '@patchbay/contracts';
import { describe, expect, test } from 'vitest';
import { unbegun } from './plan-answers.ts';
import { readPlanTry, retryDelaysMs } from './submission-schedule.ts';

const [soon] = retryDelaysMs as [number];

/** A call's result: `-` before a status for one that never became an execution. */
function result(text: string): PlanResult['results'][number] {
  const begun = !text.startsWith('-');
  const [status, code, retryAfterMs] = text.replace('-', '').split(' ') as [PlanCallStatus, 'rate_limited', string];
  const call = { id: 'a', tool: 'acme_do', arguments: {}, depends_on: [], on_error: 'skip', dry_run: false } as const;
  const options = retryAfterMs === undefined ? {} : { retryAfterMs: Number(retryAfterMs) };
  return {
    ...unbegun({ ...call, depends_on: [] }, status, code === undefined ? null : errorBody(code, options)),
    execution_id: begun ? 'exe_01JD0000000000000000000000' : null,
  };
}

const read = (results: string[], after: number[][] = [], status: PlanResult['status'] = 'partial', probe = false) =>
  readPlanTry({ status, results: results.map(result) }, after, 1, () => probe);

describe('a plan', () => {
  test.each([
    ['whose calls all succeeded', ['succeeded', 'succeeded'], [[], [0]]],
    ['with a call that failed for good', ['failed upstream_error', '-skipped'], [[], [0]]],
    ['with an outcome that cannot be looked up', ['outcome_unknown outcome_unknown', 'succeeded'], []],
    ['in which a call went on from a failure', ['failed upstream_unreachable', 'succeeded'], [[], [0]]],
    ['in which one went on from a skipped one', ['failed rate_limited', '-skipped', 'succeeded'], [[], [0], [1]]],
  ])('%s is final', (_what, results, after) => {
    expect(read(results, after).againMs).toBeNull();
  });

  test('that was cancelled is final, whatever might still be done', () => {
    expect(read(['failed upstream_unreachable', '-cancelled cancelled'], [], 'cancelled').againMs).toBeNull();
  });

  test.each([
    ['a call failed in a way that may pass', ['succeeded', 'failed upstream_unreachable'], [], soon],
    ['those that wait for it never began', ['failed upstream_unreachable', '-skipped'], [[], [0]], soon],
    ['those that wait for it were refused', ['failed rate_limited', 'refused rate_limited'], [[], [0]], soon],
    ['the deadline of the try came first', ['succeeded', '-refused deadline_exceeded'], [[], [0]], soon],
    ['an upstream asked for more time', ['failed rate_limited 9000', 'failed upstream_unreachable'], [], 9_000],
  ])('is tried again when %s', (_what, results, after, againMs) => {
    expect(read(results, after)).toMatchObject({ againMs, roomMs: null, unknown: false });
  });

  test('is asked about again while an unknown outcome can be looked up', () => {
    const results = ['outcome_unknown outcome_unknown', '-skipped'];
    expect(read(results, [[], [0]], 'partial', true)).toMatchObject({ againMs: soon, unknown: true, refused: false });
  });

  test('that only lacked room was not tried', () => {
    expect(read(['succeeded', 'refused overloaded 3000', '-skipped'], [[], [], [1]])).toMatchObject({ roomMs: 3_000 });
    expect(read(['refused overloaded', 'failed upstream_unreachable'])).toMatchObject({ roomMs: null });
  });

  test('in which each call waits for every one before it is read at once', () => {
    const many = Array.from({ length: 64 }, (_, index) => index);
    const after = many.map((index) => many.slice(0, index));
    expect(read(['failed upstream_unreachable', ...many.slice(1).map(() => '-skipped')], after).againMs).toBe(soon);
  });
});
