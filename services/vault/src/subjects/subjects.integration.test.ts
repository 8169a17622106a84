import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalSubject, openPersonalKeys, subjectToken } from '@patchbay/audit-log';
import { type AuditEvent, events, routes, type SubjectErased } from '@patchbay/contracts';
import { createSealingSeed, type Messaging } from '@patchbay/messaging';
import { readKeyFile } from '@patchbay/service-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openIntents, readAuditLog } from '../../test/audit-log.ts';
import { failureOf } from '../../test/failure-of.ts';
import { type NatsFixture, startNatsFixture } from '../../test/nats-fixture.ts';
import { type RunningVault, runVault } from '../../test/running-vault.ts';
import { lendSubjectKeyThrough, lendTokenKeyThrough } from '../../test/subjects-through.ts';

const ada = 'phone:+1 (555) 010-2030';
const sealingSeed = createSealingSeed();
const jobTimes = { settleMs: 50, beatMs: 20, retryMs: 50 };
let nats: NatsFixture;
let vault: RunningVault;
let admin: Messaging;
let executor: Messaging;
let audit: Messaging;

const start = (server: NatsFixture, instance = 'vault-1') =>
  runVault(server, { provider: 'local', rootKey: readKeyFile(nats.keys.localKmsKeyFile) }, sealingSeed, instance, {
    jobTimes,
  });

beforeAll(async () => {
  nats = await startNatsFixture();
  [admin, executor, audit] = await Promise.all([
    nats.connect('admin'),
    nats.connect('executor'),
    nats.connect('audit'),
  ]);
  vault = await start(nats);
});
afterAll(async () => {
  await vault?.stop();
  await nats?.stop();
});

const find = (subject: string, tenant = 'acme') => admin.request(routes.findSubject, {}, { tenant, subject });
const destroy = (subject: string, tenant = 'acme') => audit.request(routes.destroySubject, {}, { tenant, subject });

async function done(kind: 'rotateTenantKey' | 'eraseTenant', tenant: string): Promise<void> {
  await (kind === 'rotateTenantKey'
    ? admin.request(routes.rotateTenantKey, {}, { tenant })
    : admin.request(routes.eraseTenant, {}, { tenant }));
  const look = async () => (await admin.request(routes.listVaultJobs, {}, { tenant })).jobs[0]?.state;
  await expect.poll(look, { timeout: 20_000 }).toBe('done');
}

const isLast =
  (token: string) =>
  ({ type, data }: AuditEvent): boolean =>
    type === 'dev.patchbay.subject.destroyed' && data.target.id === token && data.outcome === 'succeeded';

describe('keys of persons', () => {
  it('make one token for every spelling of who somebody is, that of nobody else and of no other tenant', async () => {
    const { token_key, erased } = await lendTokenKeyThrough(executor);
    expect(erased).toBe('');
    const { token, canonical, has_key } = await find(ada);
    expect(token).toBe(subjectToken(Buffer.from(token_key, 'base64'), canonicalSubject('+15550102030'), 0));
    expect({ canonical, has_key }).toEqual({ canonical: 'phone:+15550102030', has_key: false });
    expect((await find('+1-555-010-2030')).token).toBe(token);
    expect((await find('id:+15550102030')).token).not.toBe(token);
    expect((await find(ada, 'acme-2')).token).not.toBe(token);
    // Two that ask a tenant's first at once get the same.
    const firsts = await Promise.all([1, 2, 3].map(() => lendTokenKeyThrough(executor, 'first')));
    expect(new Set(firsts.map((lent) => lent.token_key)).size).toBe(1);
  });

  it('are lent to whoever keeps something, are made for nobody who only reads, and are in no store in clear', async () => {
    const { token } = await find('email:keep@example.com');
    expect(await failureOf(lendSubjectKeyThrough(audit, token, { caller: 'audit' }))).toMatchObject({
      code: 'not_found',
    });
    const made = await lendSubjectKeyThrough(executor, token);
    expect(await lendSubjectKeyThrough(audit, token, { caller: 'audit' })).toEqual(made);
    expect((await find('email:keep@example.com')).has_key).toBe(true);
    const other = await lendSubjectKeyThrough(executor, (await find('email:other@example.com')).token);
    expect(other.data_key).not.toBe(made.data_key);
    const { token_key, digest_key = '' } = await lendTokenKeyThrough(executor);
    expect(digest_key).toHaveLength(44);

    const store = await nats.connect('vault');
    let rows = '';
    for await (const { entries } of (await store.bucket('credentials')).scan('>', { after: 0, pageRows: 100 }))
      for (const { key, value } of entries) rows += `${key} ${Buffer.from(value)}\n`;
    for (const secret of [token_key, digest_key, made.data_key, 'keep@example', '5550102030']) {
      expect(rows).not.toContain(secret);
      expect(vault.log()).not.toContain(secret);
    }
    await done('rotateTenantKey', 'acme');
    expect(await lendSubjectKeyThrough(executor, token)).toEqual(made);
    expect(await lendTokenKeyThrough(executor)).toMatchObject({ token_key, digest_key });
  });

  it('of an erased person are gone for good, their token is not made again, and whoever holds keys is told', async () => {
    const heard: SubjectErased[] = [];
    const listening = executor.subscribeEvent(events.subjectErased, {}, (event) => void heard.push(event));
    await executor.flush();
    const before = await find('id:u-17');
    const bystander = (await find('id:u-18')).token;
    const kept = await lendSubjectKeyThrough(executor, bystander);
    await lendSubjectKeyThrough(executor, before.token);
    const { token_key, digest_key } = await lendTokenKeyThrough(executor);
    const elsewhere = await lendTokenKeyThrough(executor, 'acme-2');

    expect(await destroy(before.token)).toEqual({ keys_destroyed: 1 });
    expect(await destroy(before.token)).toEqual({ keys_destroyed: 0 });
    await expect.poll(() => heard).toEqual([{ tenant: 'acme' }, { tenant: 'acme' }]);
    listening.unsubscribe();
    for (const [service, caller] of [
      [executor, 'executor'],
      [audit, 'audit'],
    ] as const)
      expect(await failureOf(lendSubjectKeyThrough(service, before.token, { caller }))).toMatchObject({
        code: 'not_found',
      });
    const after = await find('id:u-17');
    expect(after).toMatchObject({ erased: [before.token], has_key: false });
    expect(after.token).not.toBe(before.token);
    const lent = await lendTokenKeyThrough(executor);
    expect(lent).toMatchObject({ token_key, erased: before.token.slice(4, 16) });
    // Nor can anybody try what a call of theirs may have said: the key of digests is gone too, of this tenant alone.
    expect(lent.digest_key).toHaveLength(44);
    expect(lent.digest_key).not.toBe(digest_key);
    expect(await lendTokenKeyThrough(executor, 'acme-2')).toEqual(elsewhere);
    expect(await lendSubjectKeyThrough(executor, bystander)).toEqual(kept);
  });

  it('are held by a producer for a minute at most, and dropped when somebody is erased', async () => {
    const keys = openPersonalKeys({ messaging: executor, service: 'executor' });
    expect(keys.tokenNow('acme', 'u-20')).toBeNull();
    const { token } = await find('id:u-20');
    expect(await keys.token('acme', 'u-20')).toBe(token);
    expect(keys.tokenNow('acme', 'u-20')).toBe(token);
    const lent = await keys.dataKey('acme', token);
    expect(keys.dataKeyNow('acme', token)?.id).toBe(lent?.id);
    expect(keys.tokenNow('acme', 'phone:12')).toBe('tok_unknown');
    await destroy(token);
    await expect.poll(() => keys.tokenNow('acme', 'u-20')).toBeNull();
    expect(keys.dataKeyNow('acme', token)).toBeNull();
    expect(await keys.dataKey('acme', token)).toBeNull();
    expect(await keys.token('acme', 'u-20')).toBe((await find('id:u-20')).token);
    keys.close();
  });

  it('stay gone when an older copy of the store comes back, and so does the token', async () => {
    const { token } = await find('id:restored');
    const { token: other } = await find('id:remains');
    await lendSubjectKeyThrough(executor, token);
    const kept = await lendSubjectKeyThrough(executor, other);
    const copy = await nats.copyStore();
    await expect.poll(() => executor.connected && audit.connected && admin.connected, { timeout: 10_000 }).toBe(true);
    await expect.poll(() => destroy(token).catch(() => null), { timeout: 10_000 }).toEqual({ keys_destroyed: 1 });

    const restored = await startNatsFixture({ store: copy, keys: nats.keys, roots: nats.roots });
    const again = await start(restored, 'vault-2');
    try {
      const [reader, operator] = [await restored.connect('audit'), await restored.connect('admin')];
      expect(await failureOf(lendSubjectKeyThrough(reader, token, { caller: 'audit' }))).toMatchObject({
        code: 'not_found',
      });
      expect(await lendSubjectKeyThrough(reader, other, { caller: 'audit' })).toEqual(kept);
      const found = await operator.request(routes.findSubject, {}, { tenant: 'acme', subject: 'id:restored' });
      expect(found.erased).toEqual([token]);
    } finally {
      await again.stop();
      await restored.stop();
    }
  });

  it('end with their tenant, roots and all', async () => {
    const tenant = 'leaving';
    const { token } = await find(ada, tenant);
    await lendSubjectKeyThrough(executor, token, { tenant });
    await lendTokenKeyThrough(executor, tenant);
    expect(readdirSync(join(nats.roots, 'subjects', tenant)).toSorted()).toEqual(['digests.root', `${token}.root`]);
    await done('eraseTenant', tenant);
    expect(readdirSync(join(nats.roots, 'subjects'))).not.toContain(tenant);
    const gone = { code: 'vault_unavailable', reason: 'erased' };
    expect(await failureOf(lendTokenKeyThrough(executor, tenant))).toMatchObject(gone);
    expect(await failureOf(lendSubjectKeyThrough(executor, token, { tenant }))).toMatchObject(gone);
    expect(await failureOf(find(ada, tenant))).toMatchObject(gone);
  });

  it('are asked for by those who may, each in its own name, and every question is on record without saying who', async () => {
    const { token } = await find('email:audited@example.com');
    await lendSubjectKeyThrough(executor, token);
    await destroy(token);
    expect(await failureOf(lendTokenKeyThrough(audit))).toMatchObject({ code: 'not_permitted' });
    expect(await failureOf(lendSubjectKeyThrough(audit, token, { caller: 'executor' }))).toMatchObject({
      code: 'not_permitted',
    });
    expect(
      await failureOf(executor.request(routes.destroySubject, {}, { tenant: 'acme', subject: token })),
    ).toMatchObject({ code: 'not_permitted' });
    expect(await failureOf(find('phone:12'))).toMatchObject({ code: 'invalid_request' });
    const log = await readAuditLog(nats, (all) => all.some(isLast(token)));
    const types = log.events
      .filter(({ data }) => data.target.id === token)
      .map(({ type, data }) => [type, data.outcome]);
    expect(types).toEqual([
      ['dev.patchbay.subject.found', 'succeeded'],
      ['dev.patchbay.subject.key_lent', 'succeeded'],
      ['dev.patchbay.subject.destroyed', 'intent'],
      ['dev.patchbay.subject.destroyed', 'succeeded'],
    ]);
    expect(openIntents(log.events)).toEqual([]);
    expect(log.text).not.toMatch(/audited@example|5550102030|u-17/);
  });
});
