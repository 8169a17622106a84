import { type BucketName, newId, platformScope, routes } from '@patchbay/contracts';
import { createSealingSeed, type Messaging } from '@patchbay/messaging';
import { readKeyFile } from '@patchbay/service-kit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { failureOf } from '../test/failure-of.ts';
import { sealCredential } from '../test/memory-vault.ts';
import { type NatsFixture, startNatsFixture } from '../test/nats-fixture.ts';
import { oauthDocument } from '../test/oauth-document.ts';
import { addThrough, leaseThrough, type RunningVault, runVault } from '../test/running-vault.ts';

const tenant = 'acme';
let nats: NatsFixture;
let vault: RunningVault;
let admin: Messaging;
let executor: Messaging;
/** As somebody who has taken the vault's identity, or its disk. */
let attacker: Messaging;
let seen = 0;

beforeAll(async () => {
  nats = await startNatsFixture();
  [admin, executor, attacker] = await Promise.all([
    nats.connect('admin'),
    nats.connect('executor'),
    nats.connect('vault'),
  ]);
  const registry = await (await nats.connect('registry')).bucket('integrations');
  await registry.put(
    `doc.${platformScope}.chat.1_0_0`,
    JSON.stringify(oauthDocument('chat', { grant: 'device_code' })),
  );
  vault = await runVault(
    nats,
    { provider: 'local', rootKey: readKeyFile(nats.keys.localKmsKeyFile) },
    createSealingSeed(),
    'vault-1',
    { jobTimes: { settleMs: 50, overlapsMs: 50 } },
  );
});
afterAll(async () => {
  await vault?.stop();
  await nats?.stop();
});
beforeEach(() => {
  seen = vault.log().length;
});

const alarm = 'a stored credential or key was refused: the store may have been changed';

/** What the operator was told since the test began. */
function alerts(): Record<string, unknown>[] {
  return vault
    .log()
    .slice(seen)
    .split('\n')
    .filter((line) => line.includes('the store may have been changed'))
    .map((line) => JSON.parse(line));
}

const bearer = (token: string) => ({ type: 'bearer', token });
const add = async () => (await addThrough(admin, bearer('one'), { tenant })).id;

async function damage(name: BucketName, key: string, change: (text: string) => string = () => '{"damaged":true}') {
  const bucket = await attacker.bucket(name);
  const entry = await bucket.get(key);
  await bucket.put(key, change(entry === null ? '' : Buffer.from(entry.value).toString()));
}

async function sealed(value: unknown) {
  return sealCredential(value, (await admin.request(routes.getVaultKey, {}, {})).public_key);
}

/** Changes one letter in the middle of the row's base64. */
function flipped(text: string): string {
  const at = text.indexOf('"message":"') + 400;
  return text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
}

describe('a store that somebody changed', () => {
  it.each([
    ['credential', 'credentials', (id: string) => `${tenant}.${id}.1`, flipped, 'integrity'],
    ['connection', 'connections', (id: string) => `${tenant}.${id}`, undefined, 'damaged_record'],
  ] as const)('keeps a lease from being given, with an alert: a %s', async (_, bucket, key, change, reason) => {
    const connection = await add();
    await damage(bucket, key(connection), change);
    expect(await failureOf(leaseThrough(executor, { connection }))).toMatchObject({ retryable: false, reason });
    expect(alerts()).toEqual([
      expect.objectContaining({ level: 'error', message: alarm, tenant, integration: 'slack', connection, reason }),
    ]);
    await (await attacker.bucket('connections')).delete(`${tenant}.${connection}`);
  });

  it.each([
    ['list-connections', (connection: string) => ['connections', `${tenant}.${connection}`]],
    ['remove-connection', (connection: string) => ['connections', `${tenant}.${connection}`]],
    ['set-connection-health', (connection: string) => ['connections', `${tenant}.${connection}`]],
    ['rotate-credential', (connection: string) => ['connections', `${tenant}.${connection}`]],
    ['revert-credential', (connection: string) => ['overlaps', `${tenant}.${connection}`]],
    ['erase-connection', (connection: string) => ['connections', `${tenant}.${connection}`]],
    ['rotate-tenant-key', () => ['vault_jobs', tenant]],
    ['set-oauth-client', () => ['oauth_clients', `${tenant}.zendesk`]],
    ['remove-oauth-client', () => ['oauth_clients', `${tenant}.zendesk`]],
  ] as const)('has %s fail with an alert that says what it was about', async (operation, place) => {
    const connection = await add();
    const sealed_credential = await sealed(bearer('two'));
    const sealed_client = await sealed({ client_id: 'app' });
    const [bucket, key] = place(connection) as [BucketName, string];
    await damage(bucket, key);
    const asked = {
      'list-connections': () => admin.request(routes.listConnections, {}, { tenant }),
      'remove-connection': () => admin.request(routes.removeConnection, {}, { tenant, connection }),
      'set-connection-health': () =>
        admin.request(
          routes.setConnectionHealth,
          {},
          { tenant, connection, credential_version: 1, state: 'refused', code: null },
        ),
      'rotate-credential': () => admin.request(routes.rotateCredential, {}, { tenant, connection, sealed_credential }),
      'revert-credential': () => admin.request(routes.revertCredential, {}, { tenant, connection }),
      'erase-connection': () => admin.request(routes.eraseConnection, {}, { tenant, connection }),
      'rotate-tenant-key': () => admin.request(routes.rotateTenantKey, {}, { tenant }),
      'set-oauth-client': () =>
        admin.request(routes.setOAuthClient, {}, { scope: tenant, integration: 'zendesk', sealed_client }),
      'remove-oauth-client': () =>
        admin.request(routes.removeOAuthClient, {}, { scope: tenant, integration: 'zendesk' }),
    }[operation];
    expect(await failureOf(asked())).toEqual({
      code: 'vault_unavailable',
      retryable: false,
      reason: 'damaged_record',
    });
    expect(alerts()).toContainEqual(
      expect.objectContaining({ level: 'error', message: alarm, operation, reason: 'damaged_record' }),
    );
    await (await attacker.bucket(bucket)).delete(key);
    await (await attacker.bucket('connections')).delete(`${tenant}.${connection}`);
  });

  it('has going back to the credential before fail with an alert when that is not what was stored', async () => {
    const connection = await add();
    await admin.request(
      routes.rotateCredential,
      {},
      { tenant, connection, sealed_credential: await sealed(bearer('two')) },
    );
    await damage('credentials', `${tenant}.${connection}.1`, flipped);
    expect(await failureOf(admin.request(routes.revertCredential, {}, { tenant, connection }))).toMatchObject({
      reason: 'integrity',
    });
    expect(alerts()).toEqual([expect.objectContaining({ operation: 'revert-credential', connection })]);
    expect((await leaseThrough(executor, { connection })).credential).toEqual(bearer('two'));
  });

  it('has an overlap reported that nobody wrote, and destroys nothing for it', async () => {
    const connection = await add();
    await damage('overlaps', `${tenant}.${connection}`);
    const other = await add();
    const elsewhere = { tenant, connection: other, version: 1, until: '2020-01-01T00:00:00.000Z' };
    await damage('overlaps', `${tenant}.con_01JD0000000000000000000000`, () => JSON.stringify(elsewhere));
    await expect
      .poll(() => alerts().map(({ level, bucket, key }) => [level, bucket, key]))
      .toEqual([
        ['error', 'overlaps', `${tenant}.${connection}`],
        ['error', 'overlaps', `${tenant}.con_01JD0000000000000000000000`],
      ]);
    for (const id of [connection, other])
      expect((await leaseThrough(executor, { connection: id })).credential).toEqual(bearer('one'));
    const bucket = await attacker.bucket('overlaps');
    await bucket.delete(`${tenant}.${connection}`);
    await bucket.delete(`${tenant}.con_01JD0000000000000000000000`);
  });

  it("never sends a client's secret to a host that somebody wrote into a connect", async () => {
    const id = newId('connect');
    const record = {
      id,
      tenant,
      integration: 'chat',
      grant: 'device_code',
      label: '',
      variables: { host: 'evil.example.com' },
      make_default: false,
      reconnect: null,
      expires_at: new Date(Date.now() + 60_000).toISOString(),
      state: 'waiting',
      state_hash: null,
      browser_hash: null,
      device: null,
      connection: null,
      reason: null,
    };
    for (const forged of [record, { connect: record, mac: 'A'.repeat(43) }]) {
      await damage('connects', `${tenant}.${id}`, () => JSON.stringify(forged));
      expect(await failureOf(admin.request(routes.getConnect, {}, { tenant, connect: id }))).toMatchObject({
        reason: 'damaged_record',
      });
    }
    expect(alerts()).toEqual([
      expect.objectContaining({ operation: 'get-connect', connect: id }),
      expect.objectContaining({ operation: 'get-connect', connect: id }),
    ]);
  });

  it('shows in the audit log when a connection and its credential were both set back', async () => {
    const tenant = 'setback';
    const connection = (await addThrough(admin, bearer('one'), { tenant })).id;
    const rows = [
      ['connections', `${tenant}.${connection}`],
      ['credentials', `${tenant}.${connection}.1`],
    ] as const;
    const before = await Promise.all(
      rows.map(async ([bucket, key]) => (await (await attacker.bucket(bucket)).get(key))?.value ?? ''),
    );
    await admin.request(
      routes.rotateCredential,
      {},
      { tenant, connection, sealed_credential: await sealed(bearer('two')), overlap_s: 0 },
    );
    expect((await leaseThrough(executor, { tenant, connection })).credential).toEqual(bearer('two'));
    for (const [i, [bucket, key]] of rows.entries()) await (await attacker.bucket(bucket)).put(key, before[i] ?? '');
    // Both agree with each other: that alone does not show what was there since.
    expect((await leaseThrough(executor, { tenant, connection })).credential).toEqual(bearer('one'));
    expect(alerts()).toEqual([]);

    const versions: string[] = [];
    const audit = await nats.connect('audit');
    const reading = await audit.consume('AUDIT', 'audit-store', {
      maxMessages: 100,
      onBatch: async (messages) => {
        for (const { payload } of messages)
          for (const { type, data } of JSON.parse(Buffer.from(payload).toString()))
            if (type === 'dev.patchbay.credential.leased' && data.target.id === connection)
              versions.push(data.target.version);
        return { ack: true };
      },
    });
    await expect.poll(() => versions).toEqual(['2', '1']);
    await reading.stop();

    // A rotation of the tenant's key ends what one can be set back to.
    await admin.request(routes.rotateTenantKey, {}, { tenant });
    await expect
      .poll(async () => (await admin.request(routes.listVaultJobs, {}, { tenant })).jobs.map(({ state }) => state))
      .toEqual(['done']);
    for (const [i, [bucket, key]] of rows.entries()) await (await attacker.bucket(bucket)).put(key, before[i] ?? '');
    expect(await failureOf(leaseThrough(executor, { tenant, connection }))).toMatchObject({ reason: 'tenant_key' });
    expect(alerts()).toEqual([expect.objectContaining({ level: 'error', connection, reason: 'tenant_key' })]);
  });
});
