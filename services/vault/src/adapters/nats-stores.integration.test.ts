import { newId } from '@patchbay/contracts';
import type { Bucket, Messaging } from '@patchbay/messaging';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf } from '../../test/failure-of.ts';
import { type NatsFixture, startNatsFixture } from '../../test/nats-fixture.ts';
import type { ConnectionRecord } from '../domain/connection-record.ts';
import { settleDefault } from '../operations/settle-default.ts';
import { createNatsConnectionStore } from './nats-connection-store.ts';
import { createNatsCredentialStore } from './nats-credential-store.ts';
import { createNatsTenantKeyStore } from './nats-tenant-key-store.ts';

let nats: NatsFixture;
let vault: Messaging;

beforeAll(async () => {
  nats = await startNatsFixture();
  vault = await nats.connect('vault');
});
afterAll(() => nats?.stop());

const record = (change: Partial<ConnectionRecord> = {}): ConnectionRecord => ({
  id: newId('connection'),
  tenant: 'acme',
  integration: 'slack',
  label: '',
  auth_type: 'bearer',
  status: 'active',
  variables: { subdomain: 'acme' },
  created_at: '2026-01-02T03:04:05.000Z',
  updated_at: '2026-01-02T03:04:05.000Z',
  credential_version: 1,
  health: null,
  credential_expires_at: null,
  credential_stored_at: '2026-01-02T03:04:05.000Z',
  refreshable: false,
  oldest_credential: 1,
  ...change,
});

const damaged = { code: 'vault_unavailable', retryable: false, reason: 'damaged_record' };

describe('createNatsConnectionStore', () => {
  it('gives back what it stored, and replaces it only at the revision that was read', async () => {
    const store = createNatsConnectionStore(await vault.bucket('connections'));
    const one = record();
    expect(await store.get('acme', one.id)).toBeNull();
    await store.create(one);
    const found = await store.get('acme', one.id);
    expect(found?.value).toEqual(one);
    const revision = found?.revision ?? 0;
    expect(await store.replace({ ...one, label: 'a' }, revision)).toBe(true);
    expect(await store.replace({ ...one, label: 'b' }, revision)).toBe(false);
    expect((await store.get('acme', one.id))?.value.label).toBe('a');
    expect(await failureOf(store.create(one))).toMatchObject({ code: 'internal' });
  });

  it("lists one tenant's connections and defaults", async () => {
    const store = createNatsConnectionStore(await vault.bucket('connections'));
    const [one, two, foreign] = [
      record({ tenant: 'listed' }),
      record({ tenant: 'listed', integration: 'zendesk' }),
      record({ tenant: 'listed2' }),
    ];
    for (const each of [one, two, foreign]) await store.create(each);
    await store.setDefault('listed', 'slack', one.id, null);
    await store.setDefault('listed', 'zendesk', two.id, null);
    await store.setDefault('listed', 'zendesk', null, (await store.getDefault('listed', 'zendesk')).revision);
    const { connections, defaults } = await store.list('listed');
    expect(connections.map(({ id }) => id).sort()).toEqual([one.id, two.id].sort());
    expect([...defaults]).toEqual([['slack', one.id]]);
    expect(await store.list('nobody')).toEqual({ connections: [], defaults: new Map() });
  });

  it('moves a default only from where it was read', async () => {
    const store = createNatsConnectionStore(await vault.bucket('connections'));
    const [one, two] = [newId('connection'), newId('connection')];
    expect(await store.getDefault('moving', 'slack')).toEqual({ connection: null, revision: null });
    expect(await store.setDefault('moving', 'slack', one, null)).toBe(true);
    expect(await store.setDefault('moving', 'slack', two, null)).toBe(false);
    const { revision } = await store.getDefault('moving', 'slack');
    expect(await store.setDefault('moving', 'slack', two, revision)).toBe(true);
    expect(await store.setDefault('moving', 'slack', one, revision)).toBe(false);
    expect((await store.getDefault('moving', 'slack')).connection).toBe(two);
  });

  it('settles on one default when many processes make theirs the first', async () => {
    const store = createNatsConnectionStore(await vault.bucket('connections'));
    const records = Array.from({ length: 6 }, () => record({ tenant: 'racing' }));
    const standing = await Promise.all(
      records.map(async (each) => {
        await store.create(each);
        return settleDefault(store, 'racing', 'slack', { connection: each.id, replace: false });
      }),
    );
    expect(new Set(standing).size).toBe(1);
    expect((await store.getDefault('racing', 'slack')).connection).toBe(standing[0]);
  });

  it.each([
    ['is not JSON', 'canary{'],
    ['is of another form', '{"id":"canary"}'],
    ['was copied from another tenant', JSON.stringify(record({ tenant: 'globex' }))],
    ['was copied from another connection', JSON.stringify(record())],
  ])('refuses a record that %s, and quotes nothing of it', async (_, text) => {
    const bucket = await vault.bucket('connections');
    const store = createNatsConnectionStore(bucket);
    const [tenant, id] = [`damaged${Math.floor(Math.random() * 1e9)}`, newId('connection')];
    await bucket.put(`${tenant}.${id}`, text);
    expect(await failureOf(store.get(tenant, id))).toEqual(damaged);
    expect(await failureOf(store.list(tenant))).toEqual(damaged);
    await expect(store.get(tenant, id)).rejects.not.toThrow('canary');
  });

  it('says vault_unavailable when the bucket fails', async () => {
    const bucket = await vault.bucket('connections');
    const fail = () => Promise.reject(new Error('away'));
    const store = createNatsConnectionStore({
      ...bucket,
      get: fail,
      create: fail,
      update: fail,
      watch: fail,
    } as Bucket);
    const away = { code: 'vault_unavailable', retryable: true };
    expect(await failureOf(store.get('acme', newId('connection')))).toEqual(away);
    expect(await failureOf(store.create(record()))).toEqual(away);
    expect(await failureOf(store.replace(record(), 1))).toEqual(away);
    expect(await failureOf(store.list('acme'))).toEqual(away);
    expect(await failureOf(store.getDefault('acme', 'slack'))).toEqual(away);
    expect(await failureOf(store.setDefault('acme', 'slack', null, null))).toEqual(away);
  });

  it('does not wait for a bucket that never answers', async () => {
    const store = createNatsConnectionStore({
      ...(await vault.bucket('connections')),
      get: () => new Promise(() => {}),
    });
    expect(await failureOf(store.get('acme', newId('connection')))).toEqual({
      code: 'vault_unavailable',
      retryable: true,
    });
  });
});

describe('createNatsCredentialStore', () => {
  it('never overwrites a credential, and gives none back once deleted', async () => {
    const store = createNatsCredentialStore(await vault.bucket('credentials'));
    const id = newId('connection');
    const stored = { credential_version: 1, tenant_key_version: 1, message: 'AAAA' };
    expect(await store.get('acme', id, 1)).toBeNull();
    expect(await store.create('acme', id, stored)).toBe(true);
    expect(await store.get('acme', id, 1)).toEqual(stored);
    expect(await store.get('acme', id, 2)).toBeNull();
    expect(await store.create('acme', id, { ...stored, message: 'BBBB' })).toBe(false);
    expect(await store.create('acme', id, { ...stored, credential_version: 2 })).toBe(true);
    await store.delete('acme', id, 1);
    expect(await store.get('acme', id, 1)).toBeNull();
    expect(await store.get('acme', id, 2)).toMatchObject({ message: 'AAAA' });
  });

  it("goes through one tenant's rows, and shows what no vault wrote as such", async () => {
    const bucket = await vault.bucket('credentials');
    const store = createNatsCredentialStore(bucket);
    const [one, two] = [newId('connection'), newId('connection')];
    for (const [tenant, id] of [
      ['scanned', one],
      ['scanned', two],
      ['scanner', one],
    ] as const)
      await store.create(tenant, id, { credential_version: 1, tenant_key_version: 1, message: 'AAAA' });
    await bucket.put(`scanned.${one}.2`, 'nonsense');
    await bucket.put(`scanned.${one}.name`, '{}');
    const rows = [];
    for await (const page of store.scan('scanned', 0)) rows.push(...page.rows);
    expect(rows.map(({ connection, version, value }) => [connection, version, value?.message])).toEqual([
      [one, 1, 'AAAA'],
      [two, 1, 'AAAA'],
      [one, 2, undefined],
    ]);
    const after: unknown[] = [];
    for await (const page of store.scan('scanned', rows[1]?.revision ?? 0)) after.push(...page.rows);
    expect(after).toHaveLength(1);
  });
});

describe('createNatsTenantKeyStore', () => {
  it('goes through the keys of every tenant, and shows one under another name as damaged', async () => {
    const bucket = await vault.bucket('tenant_keys');
    const store = createNatsTenantKeyStore(bucket);
    const rest = { provider: 'local', key_id: 'local:1', wrapped: 'AAAA', created_at: '2026-01-02T03:04:05.000Z' };
    await store.create({ tenant: 'one', version: 1, ...rest });
    await store.create({ tenant: 'two', version: 12, ...rest });
    await bucket.put('two.13', JSON.stringify({ tenant: 'one', version: 1, ...rest }));
    await bucket.put('two.14', 'nonsense');
    await store.setErased({ tenant: 'three', erased_at: '2026-01-02T03:04:05.000Z', job: newId('job') });
    const found: unknown[] = [];
    for await (const { rows } of store.scan(0))
      found.push(...rows.map(({ name, value }) => [name.tenant, name.version, value?.wrapped]));
    expect(found).toEqual([
      ['one', 1, 'AAAA'],
      ['two', 12, 'AAAA'],
      ['two', 13, undefined],
      ['two', 14, undefined],
    ]);
  });

  it('keeps the first key of a name, whoever comes second', async () => {
    const store = createNatsTenantKeyStore(await vault.bucket('tenant_keys'));
    const key = {
      tenant: 'acme',
      version: 1,
      provider: 'local',
      key_id: 'local:1',
      wrapped: 'AAAA',
      created_at: '2026-01-02T03:04:05.000Z',
    };
    expect(await store.get(key)).toBeNull();
    expect(await Promise.all([store.create(key), store.create({ ...key, wrapped: 'BBBB' })])).toEqual([true, false]);
    expect(await store.get(key)).toEqual(key);
  });
});
