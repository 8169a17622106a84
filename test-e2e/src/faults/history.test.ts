import type { ExecutionResult } from '@patchbay/contracts';
import { expect, test } from 'vitest';
import { judgeHistory, type Operation } from './history.ts';

const operation = (number: number, end: Operation['end'], answers: Partial<ExecutionResult>[] = []): Operation => ({
  number,
  key: `key-${number}`,
  end,
  answers: answers as ExecutionResult[],
});

test('a run in which each call had what it was told has nothing to show but what is unknown', () => {
  const operations = [operation(1, 'ok'), operation(2, 'fail'), operation(3, 'unknown'), operation(4, 'unknown')];
  expect(judgeHistory(operations, [1, 3])).toEqual({
    lost: [],
    unexpected: [],
    duplicates: [],
    contradictions: [],
    unknown: [
      { number: 3, happened: true },
      { number: 4, happened: false },
    ],
  });
});

test('a success without an effect is lost, an effect of a failed call or of nobody is unexpected, two are duplicates', () => {
  const verdict = judgeHistory([operation(1, 'ok'), operation(2, 'fail'), operation(3, 'unknown')], [2, 3, 3, 9]);
  expect(verdict).toMatchObject({ lost: [1], unexpected: [2, 9], duplicates: [3] });
});

test('a key that is answered in two ways is a contradiction', () => {
  const first = { execution_id: 'exe_1', status: 'outcome_unknown', replayed: true } as const;
  const same = operation(1, 'unknown', [{ ...first, replayed: false, execution_id: 'exe_0' }, first, first]);
  const other = operation(2, 'ok', [first, { execution_id: 'exe_1', status: 'succeeded', replayed: true }]);
  expect(judgeHistory([same, other], [1, 2]).contradictions).toEqual([2]);
});
