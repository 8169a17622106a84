// Used by .ci/run: adds up what the tests and the checks left in node_modules/.cache/patchbay, names the tests that passed
// at their second try only, prints `N passed, N failed` and exits with 1 when anything failed. Arguments: the exit codes of the test run and of the checks.
import { readFileSync, realpathSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from './bootstrap.mjs';

/**
 * Each test and each check counts once. A run that failed as a whole, for example by its coverage or because it never
 * started, counts as one failure more, so that no failure can hide behind a number.
 */
export function countResults({ tests, testExit, checks, checkExit }) {
  const testFailures = tests?.numFailedTests ?? 0;
  const checkFailures = checks?.failed ?? 0;
  return {
    passed: (tests?.numPassedTests ?? 0) + (checks?.passed ?? 0),
    failed:
      testFailures +
      (testExit !== 0 && testFailures === 0 ? 1 : 0) +
      checkFailures +
      (checkExit !== 0 && checkFailures === 0 ? 1 : 0),
  };
}

/** The results of several runs as those of one; null when none left any. */
export function together(runs) {
  const left = runs.filter((run) => run !== null);
  if (left.length === 0) return null;
  const sum = (field) => left.reduce((total, run) => total + (run[field] ?? 0), 0);
  return {
    numPassedTests: sum('numPassedTests'),
    numFailedTests: sum('numFailedTests'),
    testResults: left.flatMap(({ testResults }) => testResults ?? []),
  };
}

/** Tests that passed only when they were tried again, as `file: test`. Each is a slip of the code or of the test. */
export function passedLate(tests) {
  return (tests?.testResults ?? []).flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status, failureMessages }) => status === 'passed' && failureMessages?.length > 0)
      .map(({ fullName, failureMessages }) => ({
        test: `${relative(root, name)}: ${fullName}`,
        why: failureMessages[0].split('\n', 1)[0],
      })),
  );
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(`${root}/node_modules/.cache/patchbay/${file}`, 'utf8'));
  } catch {
    return null;
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [testExit, checkExit] = process.argv.slice(2).map(Number);
  const tests = together([readJson('tests.json'), readJson('long-tests.json')]);
  const late = passedLate(tests);
  if (late.length > 0) process.stdout.write(`passed at the second try only (${late.length}):\n`);
  for (const { test, why } of late) process.stdout.write(`  ${test}\n    ${why}\n`);
  const { passed, failed } = countResults({
    tests,
    testExit,
    checks: readJson('checks.json'),
    checkExit,
  });
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  process.exitCode = failed === 0 ? 0 : 1;
}
