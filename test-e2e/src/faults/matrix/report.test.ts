import { expect, test } from 'vitest';
import { reportOf, violationsOf } from './report.ts';
import type { KindVerdict, MatrixResult } from './run-matrix.ts';

const clean: KindVerdict = {
  name: 'keyed writes',
  calls: 3,
  ok: 1,
  fail: 1,
  effects: 2,
  answers: { succeeded: 1 },
  latest_ms: -10,
  // That something is not known is no violation, whether it happened or not.
  history: { lost: [], unexpected: [], duplicates: [], contradictions: [], unknown: [{ number: 2, happened: true }] },
  contradictory: {},
  audit: { unaudited: [], orphans: [], doubled: [], untold: [], declared: 1, executions: 3 },
};
const result = (
  over: {
    history?: Partial<KindVerdict['history']>;
    audit?: Partial<KindVerdict['audit']>;
    lost?: number;
    ended?: string[];
  } = {},
): MatrixResult => ({
  faults: [],
  kinds: [{ ...clean, history: { ...clean.history, ...over.history }, audit: { ...clean.audit, ...over.audit } }],
  recovered_ms: 1,
  submissions: { waiting: ['sub_1: waiting after 2 tries', 'sub_2: unknown'], lost: over.lost ?? 0, places: null },
  ended: over.ended ?? [],
  settled_ms: 1,
  audited_ms: 1,
});

test('a run with unknown outcomes and submissions that wait is clean, and passes', () => {
  expect(violationsOf(result())).toEqual([]);
  const facts = { seed: 5, seconds: 60, startedAt: new Date(0), loadBefore: 1 };
  expect(reportOf(result(), facts)).toMatchObject({ passed: true, replay: expect.stringContaining('--seed 5') });
  expect(reportOf(result({ lost: 1 }), facts).passed).toBe(false);
});

test.each([
  [{ history: { lost: [7] } }, 'keyed writes: lost effects: 1 (7)'],
  [{ history: { unexpected: [7, 8] } }, 'keyed writes: effects that should not be: 2 (7, 8)'],
  [{ history: { duplicates: [7] } }, 'keyed writes: second effects: 1 (7)'],
  [{ history: { contradictions: [7] } }, 'keyed writes: answers that contradict each other: 1 (7)'],
  [{ audit: { unaudited: ['t'] } }, 'keyed writes: requests without an intent on record: 1 (t)'],
  [{ audit: { orphans: ['e'] } }, 'keyed writes: intents without an end on record: 1 (e)'],
  [{ audit: { doubled: ['e'] } }, 'keyed writes: executions with a record twice: 1 (e)'],
  [{ audit: { untold: ['e'] } }, 'keyed writes: successes without an outcome on record: 1 (e)'],
  [{ ended: ['executor-3'] }, 'processes that ended by themselves: 1 (executor-3)'],
  [
    { lost: 2 },
    'submissions: accepted, and neither finished nor in the stream: 2 of sub_1: waiting after 2 tries, sub_2: unknown; null',
  ],
])('%j is a violation', (over, told) => {
  expect(violationsOf(result(over))).toEqual([told]);
});
