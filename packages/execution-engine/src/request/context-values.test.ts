import { describe, expect, it } from 'vitest';
import { failureOf, issuesIn, previewOf, toolOf } from '../tools.test-support.ts';

describe('values from the caller', () => {
  const tool = toolOf({
    parameters: {
      user: { 'x-from': 'caller.end_user', 'x-in': 'header', 'x-name': 'X-On-Behalf-Of' },
      session: { 'x-from': 'caller.session' },
      agent: { 'x-from': 'caller.agent' },
    },
  });

  it('are what the request’s context says, and left out where it says nothing', () => {
    const preview = previewOf(tool, {}, { caller: { end_user: 'ada', session: 'call-7' } });
    expect(preview.headers).toMatchObject({ 'x-on-behalf-of': 'ada' });
    expect(preview.body).toEqual({ session: 'call-7' });
  });

  it('cannot carry a second header', () => {
    const failure = failureOf(() => previewOf(tool, {}, { caller: { end_user: 'a\r\nX-Admin: 1' } }));
    expect(failure.code).toBe('invalid_arguments');
  });

  it('that stand in the path are required of the context', () => {
    const inPath = toolOf({
      risk: 'read',
      request: { method: 'GET', path: '/users/{who}' },
      parameters: { who: { 'x-from': 'caller.end_user' } },
    });
    expect(previewOf(inPath, {}, { caller: { end_user: 'a/b' } }).url).toBe('https://api.acme.com/v1/users/a%2Fb');
    const failure = failureOf(() => previewOf(inPath));
    expect(failure.body).toMatchObject({
      code: 'invalid_request',
      details: { issues: [{ path: 'context.end_user' }] },
    });
  });
});

describe('values from the clock', () => {
  it('come in the forms that APIs ask for', () => {
    const tool = toolOf({
      parameters: Object.fromEntries(
        ['now', 'date', 'unix', 'unix_ms'].map((form) => [form, { 'x-from': `clock.${form}` }]),
      ),
    });
    expect(previewOf(tool).body).toEqual({ now: '1970-01-01T00:00:00.000Z', date: '1970-01-01', unix: 0, unix_ms: 0 });
  });

  it('and from elsewhere are refused by name', () => {
    expect(issuesIn({ parameters: { a: { 'x-from': 'clock.later' }, b: { 'x-from': 'caller.tenant' } } })).toEqual([
      expect.stringMatching(/^tools\.do_it\.parameters\.a\.x-from: must be .*clock/),
      expect.stringMatching(/^tools\.do_it\.parameters\.b\.x-from: must be .*caller/),
    ]);
  });
});
