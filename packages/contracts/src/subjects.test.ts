import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PatchbayError } from './errors.ts';
import { events, routes } from './routes.ts';
import { buildSubject, parseSubject, wildcardSubject } from './subjects.ts';

describe('subjects', () => {
  test('are filled from values', () => {
    expect(buildSubject('tools.v1.{tenant}.execute', { tenant: 'acme' })).toBe('tools.v1.acme.execute');
  });

  test.each(['a.b', '*', '>', '', 'a b', 'a\r\n', 'ä', 'x'.repeat(129)])('refuse %j as a token', (tenant) => {
    expect(() => buildSubject('tools.v1.{tenant}.execute', { tenant })).toThrow(PatchbayError);
  });

  test('refuse a missing value', () => {
    expect(() => buildSubject('tools.v1.{tenant}.execute')).toThrow(/'tenant'/);
  });

  test('never change shape, whatever the value', () => {
    fc.assert(
      fc.property(fc.string(), (tenant) => {
        try {
          return buildSubject('a.{tenant}.b', { tenant }).split('.').length === 3;
        } catch (error) {
          return error instanceof PatchbayError && error.code === 'invalid_request';
        }
      }),
    );
  });

  test('give their values back', () => {
    expect(
      parseSubject('events.v1.{tenant}.execution.{execution}.finished', 'events.v1.acme.execution.exe_1.finished'),
    ).toEqual({ tenant: 'acme', execution: 'exe_1' });
    expect(parseSubject('tools.v1.{tenant}.execute', 'tools.v1.acme.cancel')).toBeNull();
    expect(parseSubject('tools.v1.{tenant}.execute', 'tools.v1.acme.execute.more')).toBeNull();
  });

  test('of all routes differ, and public ones carry the tenant third', () => {
    const all = [...Object.values(routes), ...Object.values(events)].map(({ subject }) => wildcardSubject(subject));
    expect(new Set(all).size).toBe(all.length);
    for (const subject of all.filter((text) => /^(tools|events)\./.test(text))) expect(subject.split('.')[2]).toBe('*');
  });
});
