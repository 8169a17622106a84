import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  ErrorBody,
  type ErrorEntry,
  errorBody,
  errorCatalogue,
  errorCodes,
  issuesOf,
  joinPath,
  PatchbayError,
  toErrorBody,
} from './errors.ts';
import { renderErrorDocs } from './render-error-docs.ts';

const entries = Object.entries(errorCatalogue as Record<string, ErrorEntry>);

describe('the error catalogue', () => {
  test('agrees with docs/errors.md to the letter', () => {
    expect(readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8')).toBe(renderErrorDocs());
  });

  test('has a section in the docs for each code, and no other', () => {
    const sections = [
      ...readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8').matchAll(/^## (\w+)$/gm),
    ].map(([, code]) => code);
    expect(sections).toEqual(errorCodes);
  });

  test.each(entries)('%s can be spoken, answered over HTTP and acted on', (_code, entry) => {
    expect(entry.speakable).toMatch(/^[A-Z].{8,90}[.?]$/);
    expect(entry.speakable).not.toMatch(/[_{}[\]]|HTTP|\d{3}/);
    expect(entry.httpStatus).toBeGreaterThanOrEqual(400);
    expect(entry.httpStatus).toBeLessThan(600);
    expect(entry.meaning.length).toBeGreaterThan(40);
  });

  test('never calls an unknown outcome retryable', () => {
    expect(errorCatalogue.outcome_unknown.retryable).toBe(false);
  });
});

describe('errors on the wire', () => {
  test('take what is not given from the catalogue', () => {
    expect(errorBody('rate_limited', { retryAfterMs: 1200 })).toMatchObject({
      code: 'rate_limited',
      retryable: true,
      retry_after_ms: 1200,
      details: {},
    });
    expect(ErrorBody.parse(errorBody('internal'))).toEqual(errorBody('internal'));
  });

  test.each(errorCodes)('%s has a default message of one whole sentence', (code) => {
    expect(errorBody(code).message).toMatch(/^[A-Z].*[^.]\.$/);
    expect(errorBody(code).message).not.toMatch(/\. [A-Z]/);
  });

  test('keep what is given', () => {
    const body = errorBody('upstream_error', {
      message: 'm',
      speakable: 's',
      retryable: true,
      details: { upstream_status: 503 },
    });
    expect(body).toEqual({
      code: 'upstream_error',
      message: 'm',
      speakable: 's',
      retryable: true,
      retry_after_ms: null,
      details: { upstream_status: 503 },
    });
  });

  test('carry nothing of an unexpected error', () => {
    expect(JSON.stringify(toErrorBody(new Error('password is hunter2')))).not.toContain('hunter2');
    expect(toErrorBody('text').code).toBe('internal');
  });

  test('keep a failure as it was thrown, its cause in the process only', () => {
    const cause = new Error('socket');
    const error = new PatchbayError('upstream_unreachable', { cause });
    expect(error.cause).toBe(cause);
    expect(error.code).toBe('upstream_unreachable');
    expect(toErrorBody(error)).toBe(error.body);
    expect(JSON.stringify(error.body)).not.toContain('socket');
  });
});

describe('paths of issues', () => {
  test('are dotted, with brackets for positions', () => {
    expect(joinPath('', ['tools', 'a', 'examples', 0, 'title'])).toBe('tools.a.examples[0].title');
    expect(joinPath('arguments', ['channel'])).toBe('arguments.channel');
  });

  test('come from a schema error', () => {
    const parsed = z.object({ a: z.array(z.string()) }).safeParse({ a: [1] });
    expect(issuesOf(parsed.error as z.ZodError, 'root')).toEqual([{ path: 'root.a[0]', message: expect.any(String) }]);
  });
});
