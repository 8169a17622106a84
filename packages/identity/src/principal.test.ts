import { type ApiKey, PatchbayError, platformScope } from '@patchbay/contracts';
import { describe, expect, test } from 'vitest';
import { endOfKey, isUsable } from './key-life.ts';
import { actingTenant, holds, principalOfKey } from './principal.ts';

const key: ApiKey = {
  id: 'key_01JD0000000000000000000000',
  tenant: 'acme',
  name: 'front desk',
  role: 'agent',
  scopes: ['tools:read', 'keys:write'],
  agent: 'front-desk',
  hint: 'abcd',
  created_at: '2026-01-01T00:00:00.000Z',
  created_by: 'admin',
  expires_at: null,
  revoked_at: null,
  replaces: null,
  last_used_at: null,
};

describe('a principal', () => {
  test('holds what both its key and its role have', () => {
    const principal = principalOfKey(key);
    expect(principal).toMatchObject({ kind: 'key', id: key.id, tenant: 'acme', agent: 'front-desk', session: null });
    expect(holds(principal, 'tools:read')).toBe(true);
    expect(holds(principal, 'tools:execute')).toBe(false);
    expect(holds(principal, 'keys:write')).toBe(false);
  });

  test('holds nothing in a role that the platform does not have', () => {
    expect(principalOfKey({ ...key, tenant: platformScope, role: 'owner' }).scopes.size).toBe(0);
  });
});

describe('the tenant of a request', () => {
  test('is the principal’s own, named or not', () => {
    expect(actingTenant({ tenant: 'acme' }, null)).toBe('acme');
    expect(actingTenant({ tenant: 'acme' }, 'acme')).toBe('acme');
  });

  test.each(['rival', platformScope, 'all', '', 'ACME'])('is never another that a tenant’s key names: %j', (named) => {
    expect(() => actingTenant({ tenant: 'acme' }, named)).toThrow(
      new PatchbayError('not_permitted', { message: 'This key is of another tenant.' }),
    );
  });

  test('is the one that the platform names, and none when it names none', () => {
    expect(actingTenant({ tenant: platformScope }, 'acme')).toBe('acme');
    expect(actingTenant({ tenant: platformScope }, null)).toBeNull();
  });

  test.each([platformScope, 'all', 'a.b', '*', ''])('is no tenant: %j', (named) => {
    expect(() => actingTenant({ tenant: platformScope }, named)).toThrow('named as tenants are');
  });
});

describe('a key’s life', () => {
  const now = Date.parse('2026-06-01T00:00:00Z');
  test.each([
    [{}, true],
    [{ expires_at: '2026-06-01T00:00:00.001Z' }, true],
    [{ expires_at: '2026-06-01T00:00:00.000Z' }, false],
    [{ revoked_at: '2026-05-01T00:00:00.000Z' }, false],
    // By a clock ahead of ours: revoked is revoked.
    [{ revoked_at: '2026-06-01T00:00:05.000Z' }, false],
  ])('with %j: usable is %j', (over, usable) => expect(isUsable({ ...key, ...over }, now)).toBe(usable));

  test('ends with what comes first', () => {
    expect(endOfKey(key)).toBe(Number.POSITIVE_INFINITY);
    expect(endOfKey({ expires_at: '2026-06-01T00:00:00Z', revoked_at: '2026-05-01T00:00:00Z' })).toBe(
      Date.parse('2026-05-01T00:00:00Z'),
    );
  });
});
