import { marksOfFields, PrivacyPolicy } from '@patchbay/contracts';
import { expect, it } from 'vitest';
import { compilePrivacyPolicy, privacyPolicyIssues } from './compile-privacy-policy.ts';
import { loggedArguments } from './log-arguments.ts';
import { PrivacyPolicies } from './privacy-policies.ts';

const stored = (policy: object, tenant = 'acme') =>
  JSON.stringify({ tenant, version: 1, policy, updated_at: '2026-11-30T07:00:00.000Z', updated_by: 'admin' });

it('a tenant without a policy has none; one with a policy has what it says', () => {
  const policies = new PrivacyPolicies(() => {});
  expect(policies.of('acme')).toBeNull();
  policies.apply('acme', stored({ hipaa: true, results: { default: 'redact' } }));
  expect(policies.of('acme')).toMatchObject({ hipaa: true, arguments: null, logs: null });
  expect(policies.of('other')).toBeNull();
  policies.apply('acme', null);
  expect(policies.of('acme')).toBeNull();
});

it('a policy that cannot be read leaves the one before in force, and is not taken for none', () => {
  const mistakes: unknown[] = [];
  const policies = new PrivacyPolicies((problem) => mistakes.push(problem));
  policies.apply('acme', stored({ hipaa: true }));
  for (const text of [
    '{',
    stored({ hipaa: 'yes' }),
    stored({}, 'other'),
    stored({ results: { entities: { smell: 'redact' } } }),
  ])
    policies.apply('acme', text);
  expect(policies.of('acme')).toMatchObject({ hipaa: true });
  policies.apply('fresh', '{');
  expect(policies.of('fresh')).toBe('unusable');
  expect(mistakes).toHaveLength(5);
});

it('entities that there are not are named', () => {
  const policy = PrivacyPolicy.parse({ results: { entities: { email: 'redact', smell: 'block' } } });
  expect(privacyPolicyIssues(policy)).toEqual([
    { path: 'policy.results.entities.smell', message: "there is no entity 'smell'" },
  ]);
});

it('logs tell of marked arguments what the tenant says, and of others nothing', () => {
  const marks = marksOfFields({
    status: { 'x-privacy': 'safe' },
    count: { 'x-privacy': 'safe' },
    subject: { 'x-privacy': 'safe' },
    to: { 'x-privacy': 'pii' },
    diagnosis: { 'x-privacy': 'phi' },
    pin_code: {},
    note: {},
    options: { 'x-privacy': 'safe', type: 'object' },
  });
  const args = {
    status: 'open',
    count: 4,
    subject: 'for ada@example.com',
    to: 'ada@example.com',
    diagnosis: 'a broken arm',
    pin_code: '1234',
    note: 'unmarked',
    options: { a: 1 },
  };
  const told = (logs: object) => {
    const { logs: rules } = compilePrivacyPolicy(PrivacyPolicy.parse({ logs }));
    return rules === null ? null : loggedArguments(args, marks, rules, (value, what) => `tok<${what}:${value.length}>`);
  };
  expect(told({})).toBeNull();
  expect(told({ safe: 'allow' })).toEqual({
    'argument.status': 'open',
    'argument.count': 4,
    'argument.subject': 'for [email]',
  });
  expect(told({ pii: 'tokenise', phi: 'redact' })).toEqual({
    'argument.to': 'tok<pii:15>',
    'argument.diagnosis': '[phi]',
  });
  expect(PrivacyPolicy.safeParse({ logs: { pii: 'allow' } }).success).toBe(false);
});
