import { readFileSync } from 'node:fs';
import { AccessScope, platformScope, Role } from '@patchbay/contracts';
import { describe, expect, test } from 'vitest';
import { renderRoleDocs } from './render-role-docs.ts';
import { roleScopes, scopesOf } from './roles.ts';

describe('roles', () => {
  test('agree with docs/identity.md to the letter', () => {
    expect(readFileSync(new URL('../../../docs/identity.md', import.meta.url), 'utf8')).toBe(renderRoleDocs());
  });

  test('of a tenant never make or suspend tenants, and an owner may all else', () => {
    expect(roleScopes.owner).toEqual(AccessScope.options.filter((scope) => scope !== 'tenants:write'));
    for (const role of Role.options) expect(roleScopes[role]).not.toContain('tenants:write');
  });

  test('each hold what the one below holds', () => {
    const upwards = ['agent', 'developer', 'operator', 'owner'] as const;
    upwards.slice(1).forEach((role, at) => {
      expect(roleScopes[role]).toEqual(expect.arrayContaining([...roleScopes[upwards[at] ?? 'agent']]));
      expect(roleScopes[role].length).toBeGreaterThan(roleScopes[upwards[at] ?? 'agent'].length);
    });
  });

  test('change nothing as an auditor, and make no keys below an owner', () => {
    expect(roleScopes.auditor.filter((scope) => /:(write|execute|cancel)$/.test(scope))).toEqual([]);
    for (const role of Role.options.filter((one) => one !== 'owner'))
      expect(roleScopes[role]).not.toContain('keys:write');
  });

  test('of the platform: an operator may everything, and there is no other', () => {
    expect(scopesOf('operator', platformScope)).toEqual(AccessScope.options);
    for (const role of Role.options.filter((one) => one !== 'operator'))
      expect(scopesOf(role, platformScope)).toEqual([]);
  });
});
