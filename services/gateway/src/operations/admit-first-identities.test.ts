import { newId, platformScope, type StoredApiKey, type Tenant } from '@patchbay/contracts';
import { formatApiKey, hashSecret, newSecret } from '@patchbay/identity';
import { beforeEach, expect, test } from 'vitest';
import { admitFirstIdentities } from './admit-first-identities.ts';
import type { IdentityStore } from './ports.ts';

const pepper = Buffer.alloc(32, 7);
let keys: Map<string, StoredApiKey>;
let tenants: Map<string, Tenant>;
let recorded: string[];
beforeEach(() => {
  [keys, tenants, recorded] = [new Map(), new Map(), []];
});

const ports = () => ({
  store: {
    keys: () => [...keys.values()],
    createKey: async (key: StoredApiKey) => !keys.has(key.id) && keys.set(key.id, key) !== null,
    readTenant: async (tenant: string) => {
      const row = tenants.get(tenant);
      return row === undefined ? null : { row, revision: 1 };
    },
    createTenant: async (row: Tenant) => !tenants.has(row.tenant) && tenants.set(row.tenant, row) !== null,
  } as unknown as IdentityStore,
  now: () => Date.parse('2026-11-30T00:00:00Z'),
  hashOf: (secret: string) => hashSecret(pepper, secret),
  recordAudit: async ({ type, data }: { type: string; data: { outcome: string } }) =>
    void recorded.push(`${type} ${data.outcome}`),
  report: () => {},
});
const newKey = () => ({ id: newId('apiKey'), secret: newSecret() });

test('a new installation takes the key and the tenants that were laid beside it, once, and says so', async () => {
  const first = newKey();
  const given = { key: formatApiKey(first), tenants: ['acme'] };
  await admitFirstIdentities(ports(), given);
  expect(keys.get(first.id)).toMatchObject({
    tenant: platformScope,
    role: 'operator',
    hash: hashSecret(pepper, first.secret),
    hint: first.secret.slice(0, 4),
  });
  expect([...tenants.keys()]).toEqual(['acme']);
  expect(recorded).toEqual([
    'dev.patchbay.gateway.key_created intent',
    'dev.patchbay.gateway.key_created succeeded',
    'dev.patchbay.gateway.tenant_created intent',
    'dev.patchbay.gateway.tenant_created succeeded',
  ]);
  await admitFirstIdentities(ports(), given);
  expect(recorded).toHaveLength(4);
});

test('where the platform has a key, be it revoked, a file makes nobody an operator', async () => {
  const first = newKey();
  await admitFirstIdentities(ports(), { key: formatApiKey(first), tenants: [] });
  keys.set(first.id, { ...(keys.get(first.id) as StoredApiKey), revoked_at: '2026-11-30T00:00:01.000Z' });
  const second = newKey();
  await admitFirstIdentities(ports(), { key: formatApiKey(second), tenants: [] });
  expect(keys.has(second.id)).toBe(false);
});

test('what is no key is refused without being told', async () => {
  await expect(admitFirstIdentities(ports(), { key: 'hunter2', tenants: [] })).rejects.toThrow('holds no API key');
});
