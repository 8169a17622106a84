import { describe, expect, test } from 'vitest';
import { builtInDefault, lintPolicies, runPolicyTests } from './index.ts';
import { document } from './policy-cases.test-support.ts';

const issuesOf = (text: string) =>
  lintPolicies(text).issues.map(({ path, line, column, message }) => [path, line, column, message]);

describe('a document is refused', () => {
  test.each([
    ['permit (principal, action, resource', 1, /unexpected end/],
    ['permit (principal, action, resource);\n\nforbid (principle, action, resource);', 3, /principle/],
    ['permit (principal, action, resource) when { resource.risky == "read" };', 1, /risky/],
    ['// é\n\npermit (principal, action, resource)\nwhen { context.hour == "nine" };', 4, /type/],
    ['permit (principal, action == Action::"write", resource);', 1, /Action::"write"/],
    ['permit (principal, action, resource == Toll::"x");', 1, /Toll/],
    ['permit (principal, action, resource) when { context.arguments.amount > 3 };', 1, /optional|may not exist|has/],
    ['permit (principal, action, resource) when { context.end_user == "a" };', 1, /optional|has/],
    [
      'permit (principal, action, resource) when { context.arguments has a && context.arguments.a > 1 && context.arguments.a like "x" };',
      1,
      /type/,
    ],
    [
      '\n@effect("ask") forbid (principal, action, resource);',
      2,
      /@effect is require_confirmation or require_approval/,
    ],
    ['@effect("require_approval") permit (principal, action, resource);', 1, /stands at a forbid/],
    ['@asks("x") permit (principal, action, resource);', 1, /no annotation @asks/],
    ['@ask("x") forbid (principal, action, resource);', 1, /@say is for what is forbidden/],
    ['@id("Big One") permit (principal, action, resource);', 1, /an @id is/],
    [
      '@id("a") permit (principal, action, resource);\n@id("a") forbid (principal, action, resource);',
      2,
      /two policies 'a'/,
    ],
    ['permit (principal == ?principal, action, resource);', 1, /template/],
  ])('%j at line %d', (text, line, message) => {
    const issues = issuesOf(text);
    expect(issues.length).toBeGreaterThan(0);
    expect(issues[0]?.[1]).toBe(line);
    expect(issues[0]?.[3]).toMatch(message);
  });
});

test('what is built in has no fault, and its policies are named', () => {
  const { policies, issues, warnings } = lintPolicies(builtInDefault.text as string);
  expect([policies.map(({ id }) => id), issues, warnings]).toEqual([['own-tools', 'confirm-destructive'], [], []]);
});

test('policies without an id are numbered in the order of the text, also from the tenth on', () => {
  const text = Array.from({ length: 12 }, (_, i) => `permit (principal == Agent::"a${i}", action, resource);`).join(
    '\n',
  );
  const { policies } = lintPolicies(text);
  expect(policies.map(({ id, text }) => [id, /a\d+/.exec(text)?.[0]])).toEqual(
    Array.from({ length: 12 }, (_, i) => [`policy${i + 1}`, `a${i}`]),
  );
});

test('an empty document is a warning', () => {
  expect(lintPolicies('// nothing yet')).toMatchObject({
    issues: [],
    warnings: [{ message: 'there is no policy in it' }],
  });
});

test('tests of a document say which of them failed, and what was decided instead', () => {
  const text = `@id("night") forbid (principal, action, resource) when { context.hour < 6 };`;
  const call = { tool: 'stripe_refund', risk: 'read', arguments: {}, context: {} } as const;
  const results = runPolicyTests(
    [builtInDefault, document(text)],
    [
      { name: 'by day', call, expect: 'permit', by: ['default.own-tools'] },
      { name: 'by night', call: { ...call, at: '2026-11-30T03:00:00Z' }, expect: 'forbid', by: ['house.night'] },
      { name: 'deleting', call: { ...call, risk: 'destructive' }, expect: 'require_confirmation' },
      { name: 'wrong', call, expect: 'forbid' },
      { name: 'wrong policy', call, expect: 'permit', by: ['house.night'] },
    ],
    'tests',
  );
  expect(results.map(({ name, passed, got }) => [name, passed, got.effect])).toEqual([
    ['by day', true, 'permit'],
    ['by night', true, 'forbid'],
    ['deleting', true, 'require_confirmation'],
    ['wrong', false, 'permit'],
    ['wrong policy', false, 'permit'],
  ]);
});
