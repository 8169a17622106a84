import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { verifyAuditMac } from '@patchbay/audit-log';
import { AuditBatch, auditConsumer, auditHeaders, events, type LeaseRevoked, newId, routes } from '@patchbay/contracts';
import { createSealingKeys, createSealingSeed, type Messaging } from '@patchbay/messaging';
import { readKeyFile } from '@patchbay/service-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf } from '../test/failure-of.ts';
import { type NatsFixture, startNatsFixture } from '../test/nats-fixture.ts';
import { addThrough, leaseThrough, type RunningVault, runVault } from '../test/running-vault.ts';
import { openVaultParts } from '../test/vault-parts.ts';
import { startVault } from './main.ts';

const canary = 'canary-9b27/secret+value';
const sealingSeed = createSealingSeed();
let nats: NatsFixture;
let vaults: RunningVault[];
let admin: Messaging;
let executor: Messaging;

beforeAll(async () => {
  nats = await startNatsFixture();
  const keyService = () => ({ provider: 'local' as const, rootKey: readKeyFile(nats.keys.localKmsKeyFile) });
  vaults = await Promise.all(
    ['vault-1', 'vault-2'].map((instance) => runVault(nats, keyService(), sealingSeed, instance)),
  );
  [admin, executor] = await Promise.all([nats.connect('admin'), nats.connect('executor')]);
});

afterAll(async () => {
  await Promise.all((vaults ?? []).map((vault) => vault.stop()));
  await nats?.stop();
});

/** Every file below a directory, as one text of bytes. */
function filesBelow(dir: string): string {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)).toString('latin1'))
    .join('\n');
}

/** The audit events written so far, checked for their MAC. */
async function auditEvents() {
  const audit = await nats.connect('audit');
  const keys = new Map([['vault', readKeyFile(nats.keys.auditMacKeyFiles.vault)]]);
  const found: { type: string; outcome: string; tenant: string }[] = [];
  const consumer = await audit.consume(auditConsumer.stream, auditConsumer.durable, {
    maxMessages: 100,
    onBatch: async (messages) => {
      for (const message of messages) {
        const proof = {
          subject: message.subject,
          payload: message.payload,
          producer: message.header(auditHeaders.producer),
          mac: message.header(auditHeaders.mac),
        };
        expect(verifyAuditMac(keys, proof)).toEqual({ ok: true, producer: 'vault' });
        for (const event of AuditBatch.parse(JSON.parse(Buffer.from(message.payload).toString()))) {
          found.push({ type: event.type, outcome: event.data.outcome, tenant: event.tenant });
        }
      }
      return { ack: true };
    },
  });
  return { found, stop: () => consumer.stop() };
}

describe('startVault', () => {
  it('carries a credential from an administrator to an executor and takes it back', async () => {
    const revoked: LeaseRevoked[] = [];
    executor.subscribeEvent(events.leaseRevoked, {}, (event) => void revoked.push(event));
    await executor.flush();
    const credential = { type: 'api_key', api_key: canary };
    // Enough of them that both replicas, which share a sealing key, get some.
    const added = [];
    for (let i = 0; i < 6; i++) added.push(await addThrough(admin, credential, { variables: { subdomain: 'acme' } }));
    expect(added.map(({ is_default }) => is_default)).toEqual([true, false, false, false, false, false]);

    const payloads = await Promise.all(added.map(({ id }) => leaseThrough(executor, { connection: id })));
    for (const [i, payload] of payloads.entries()) {
      expect(payload).toEqual({
        tenant: 'acme',
        integration: 'slack',
        connection: added[i]?.id,
        credential_version: 1,
        variables: { subdomain: 'acme' },
        credential,
      });
    }
    expect((await leaseThrough(executor)).connection).toBe(added[0]?.id);

    const [first, ...others] = added;
    const removed = await admin.request(routes.removeConnection, {}, { tenant: 'acme', connection: first?.id ?? '' });
    expect(removed.connection).toMatchObject({ status: 'revoked', is_default: false });
    await expect.poll(() => revoked).toEqual([{ tenant: 'acme', connection: first?.id }]);
    expect(await failureOf(leaseThrough(executor, { connection: first?.id ?? '' }))).toEqual({
      code: 'connection_missing',
      retryable: false,
    });
    expect((await leaseThrough(executor)).connection).toBe(others.at(-1)?.id);

    const { connections } = await admin.request(routes.listConnections, {}, { tenant: 'acme' });
    expect(connections.filter(({ is_default }) => is_default).map(({ id }) => id)).toEqual([others.at(-1)?.id]);
    expect(connections.filter(({ status }) => status === 'revoked').map(({ id }) => id)).toEqual([first?.id]);
  });

  it('keeps tenants apart', async () => {
    const { id } = await addThrough(
      admin,
      { type: 'bearer', token: canary },
      { tenant: 'globex', integration: 'hubspot' },
    );
    expect((await leaseThrough(executor, { tenant: 'globex', integration: 'hubspot' })).connection).toBe(id);
    expect(await failureOf(leaseThrough(executor, { integration: 'hubspot', connection: id }))).toMatchObject({
      code: 'connection_missing',
    });
    expect(
      (await admin.request(routes.listConnections, {}, { tenant: 'acme', integration: 'hubspot' })).connections,
    ).toEqual([]);
  });

  it('leases to executors only, and lets only administrators change connections', async () => {
    const lease = {
      tenant: 'acme',
      integration: 'slack',
      execution_id: newId('execution'),
      recipient: createSealingKeys().publicKey,
    };
    for (const other of [admin, await nats.connect('agent', 'acme'), await nats.connect('registry')]) {
      expect(await failureOf(other.request(routes.leaseCredential, {}, lease))).toMatchObject({
        code: 'not_permitted',
      });
    }
    expect(await failureOf(executor.request(routes.listConnections, {}, { tenant: 'acme' }))).toMatchObject({
      code: 'not_permitted',
    });
    const registry = await nats.connect('registry');
    expect(await failureOf(registry.request(routes.getVaultKey, {}, {}))).toMatchObject({ code: 'not_permitted' });
  });

  it('refuses a credential row that somebody exchanged in the store', async () => {
    const [one, two] = [
      await addThrough(admin, { type: 'bearer', token: 'one' }, { tenant: 'swap-a' }),
      await addThrough(admin, { type: 'bearer', token: 'two' }, { tenant: 'swap-b' }),
    ];
    // Only the vault's identity may write there: the attacker here has taken it, or the disk.
    const bucket = await (await nats.connect('vault')).bucket('credentials');
    const [rowOne, rowTwo] = [await bucket.get(`swap-a.${one.id}.1`), await bucket.get(`swap-b.${two.id}.1`)];
    await bucket.put(`swap-a.${one.id}.1`, rowTwo?.value ?? '');
    await bucket.put(`swap-b.${two.id}.1`, rowOne?.value ?? '');
    for (const tenant of ['swap-a', 'swap-b']) {
      expect(await failureOf(leaseThrough(executor, { tenant }))).toEqual({
        code: 'vault_unavailable',
        retryable: false,
        reason: 'integrity',
      });
    }
    await bucket.put(`swap-a.${one.id}.1`, rowOne?.value ?? '');
    expect((await leaseThrough(executor, { tenant: 'swap-a' })).credential).toEqual({ type: 'bearer', token: 'one' });
    expect(vaults.map((vault) => vault.log()).join('\n')).toContain('the store may have been changed');
  });

  it('audits every lease, refusal, change and look', async () => {
    const { found, stop } = await auditEvents();
    await addThrough(admin, { type: 'bearer', token: canary }, { tenant: 'audited' });
    await leaseThrough(executor, { tenant: 'audited' });
    await failureOf(leaseThrough(executor, { tenant: 'audited', integration: 'zendesk' }));
    const { connections } = await admin.request(routes.listConnections, {}, { tenant: 'audited' });
    await admin.request(routes.removeConnection, {}, { tenant: 'audited', connection: connections[0]?.id ?? '' });
    await expect
      .poll(() =>
        found
          .filter(({ tenant }) => tenant === 'audited')
          .map(({ type, outcome }) => `${type.replace('dev.patchbay.', '')} ${outcome}`)
          .sort(),
      )
      .toEqual([
        'connection.added intent',
        'connection.added succeeded',
        'connection.listed succeeded',
        'connection.removed intent',
        'connection.removed succeeded',
        'credential.denied refused',
        'credential.leased succeeded',
      ]);
    await stop();
  });

  it('leaves no credential in clear in the store, the audit stream or the logs', async () => {
    await addThrough(admin, { type: 'basic', username: canary, password: canary }, { tenant: 'canaries' });
    await leaseThrough(executor, { tenant: 'canaries' });
    await failureOf(addThrough(admin, { type: 'basic', username: canary, [canary]: canary }));
    const written = filesBelow(join(nats.dir, 'nats')) + vaults.map((vault) => vault.log()).join('\n');
    // The scan can see what is there at all.
    expect(written).toContain('canaries.con_');
    for (const form of [
      canary,
      Buffer.from(canary).toString('base64').slice(0, -4),
      Buffer.from(canary).toString('hex'),
      encodeURIComponent(canary),
    ]) {
      expect(written).not.toContain(form);
    }
  });

  it('refuses to start in production mode with a local key', async () => {
    const config = {
      natsUrls: [nats.server.url],
      nkeySeed: '',
      mode: 'production',
      logLevel: 'silent',
      logFile: null,
      instance: 'vault-3',
      auditMacKey: Buffer.alloc(32),
      sealingSeed,
      connect: null,
      rootsDir: nats.roots,
      erasuresFile: null,
      dialOverride: null,
      trustedOrigins: [],
      tenantPoliciesFile: null,
    } as const;
    await expect(
      startVault({ ...config, keyService: { provider: 'local', rootKey: Buffer.alloc(32) } }),
    ).rejects.toThrow('development only');
  });
});

describe('startVault on a store that knew no roots', () => {
  it('roots its keys, serves what is there, and starts with no other directory from then on', async () => {
    const older = await startNatsFixture();
    const keyService = () => ({ provider: 'local' as const, rootKey: readKeyFile(older.keys.localKmsKeyFile) });
    const parts = await openVaultParts(older, { rooted: false });
    const [added] = await parts.add('acme', ['stored before']);
    const vault = await runVault(older, keyService(), sealingSeed);
    const borrowing = await older.connect('executor');
    const lease = await leaseThrough(borrowing, { integration: added?.integration ?? '' });
    expect(lease.credential).toEqual({ type: 'bearer', token: 'stored before' });
    expect(vault.log()).toContain('take one from now on');
    // What knows no roots reads it no more.
    const without = await openVaultParts(older, { rooted: false });
    expect(await failureOf(without.tokenOf('acme', added?.id ?? ''))).toMatchObject({ reason: 'tenant_key' });

    const elsewhere = runVault(older, keyService(), sealingSeed, 'vault-2', { rootsDir: join(older.dir, 'other') });
    await expect(elsewhere).rejects.toThrow('PATCHBAY_VAULT_ROOTS_DIR');
    await vault.stop();
    await older.stop();
  });
});

describe('startVault without an audit stream', () => {
  it('changes nothing, shows nothing and lends nothing', async () => {
    const mute = await startNatsFixture({ auditStream: false });
    const vault = await runVault(
      mute,
      { provider: 'local', rootKey: readKeyFile(mute.keys.localKmsKeyFile) },
      sealingSeed,
    );
    try {
      const muteAdmin = await mute.connect('admin');
      expect(await failureOf(addThrough(muteAdmin, { type: 'bearer', token: canary }))).toMatchObject({
        code: 'audit_unavailable',
      });
      expect(await failureOf(muteAdmin.request(routes.listConnections, {}, { tenant: 'acme' }))).toMatchObject({
        code: 'audit_unavailable',
      });
      const keys: string[] = [];
      (
        await (
          await mute.connect('vault')
        )
          .bucket('connections')
          .then((bucket) => bucket.watch('>', ({ key }) => void keys.push(key)))
      ).unsubscribe();
      expect(keys).toEqual([]);
    } finally {
      await vault.stop();
      await mute.stop();
    }
  });
});
