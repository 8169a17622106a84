import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from './bootstrap.mjs';
import { countResults, passedLate, together } from './count-results.mjs';

const tests = { numPassedTests: 10, numFailedTests: 0 };
const checks = { passed: 9, failed: 0 };

it.each([
  ['everything passed', { tests, testExit: 0, checks, checkExit: 0 }, { passed: 19, failed: 0 }],
  [
    'tests failed',
    { tests: { numPassedTests: 8, numFailedTests: 2 }, testExit: 1, checks, checkExit: 0 },
    { passed: 17, failed: 2 },
  ],
  ['coverage is too low', { tests, testExit: 1, checks, checkExit: 0 }, { passed: 19, failed: 1 }],
  ['a check failed', { tests, testExit: 0, checks: { passed: 8, failed: 1 }, checkExit: 1 }, { passed: 18, failed: 1 }],
  ['nothing could start', { tests: null, testExit: 1, checks: null, checkExit: 1 }, { passed: 0, failed: 2 }],
])('counts when %s', (_, results, expected) => {
  expect(countResults(results)).toEqual(expected);
});

it('names the tests that passed at their second try only, and why they failed at first', () => {
  const assertionResults = [
    { fullName: 'at once', status: 'passed', failureMessages: [] },
    { fullName: 'late', status: 'passed', failureMessages: ['Error: too slow\n    at somewhere'] },
    { fullName: 'never', status: 'failed', failureMessages: ['Error: wrong'] },
  ];
  const results = { testResults: [{ name: join(root, 'a.test.ts'), assertionResults }] };
  expect(passedLate(results)).toEqual([{ test: 'a.test.ts: late', why: 'Error: too slow' }]);
  expect(passedLate(null)).toEqual([]);
});

it('adds up what several runs left, and says when none left any', () => {
  const file = { name: join(root, 'a.test.ts'), assertionResults: [] };
  expect(together([{ numPassedTests: 10, numFailedTests: 1, testResults: [file] }, null, tests])).toEqual({
    numPassedTests: 20,
    numFailedTests: 1,
    testResults: [file],
  });
  expect(together([null, null])).toBeNull();
});
