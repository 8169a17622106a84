import { PatchbayError } from '@patchbay/contracts';
import { expect, test } from 'vitest';
import { CannotConnectError, failureOf, NotRunningError, UsageError } from './failures.ts';
import { failureDocument, renderFailure } from './render/failure.ts';
import { createStyle } from './render/style.ts';

const refused = new PatchbayError('not_permitted', { message: 'The key is refused.' });

test.each([
  [new UsageError('x'), 2],
  [new NotRunningError('x'), 5],
  [new CannotConnectError(refused), 5],
  [new CannotConnectError(new PatchbayError('overloaded')), 5],
  [new PatchbayError('connection_missing'), 3],
  [new PatchbayError('rate_limited'), 3],
  [new PatchbayError('outcome_unknown'), 4],
  [new PatchbayError('upstream_error'), 1],
  [new PatchbayError('deadline_exceeded'), 1],
  [new Error('x'), 1],
  ['thrown text', 1],
])('%s ends with its exit code', (error, code) => {
  expect(failureOf(error).exitCode).toBe(code);
});

test('a person is told what, where, when and what next, without control characters', () => {
  const issues = [{ path: 'tools.a', message: 'is \u001b[2Jwrong' }, { path: '', message: 'empty' }, { path: 'x' }];
  const error = new PatchbayError('rate_limited', {
    message: 'No \u001b[31mroom.',
    retryAfterMs: 1_200.5,
    details: { issues },
  });
  const text = renderFailure(failureOf(error), createStyle(false));
  expect(text.split('\n')).toEqual([
    'error rate_limited: No ·[31mroom.',
    '  tools.a: is ·[2Jwrong',
    '  empty',
    '  try again in 1201 ms',
    expect.stringMatching(/^next {2}A rate limit/),
  ]);
  expect(failureDocument(failureOf(error)).error).toMatchObject({
    code: 'rate_limited',
    exit_code: 3,
    retry_after_ms: 1_200.5,
  });
  expect(renderFailure(failureOf(new CannotConnectError(refused)), createStyle(false))).toMatch(
    /^error The key is refused\.\nnext {2}Check the key file/,
  );
});
