import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BucketName, newId, permissionsOf, platformScope, routes } from '@patchbay/contracts';
import { freePort } from '@patchbay/local-servers';
import { createSealingKeys, createSealingSeed, type Messaging } from '@patchbay/messaging';
import { readKeyFile } from '@patchbay/service-kit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sealCredential } from '../test/memory-vault.ts';
import { type NatsFixture, startNatsFixture } from '../test/nats-fixture.ts';
import { oauthDocument } from '../test/oauth-document.ts';
import { addThrough, type RunningVault, runVault } from '../test/running-vault.ts';
import { keepThrough } from '../test/secrets-through.ts';

/** Stands in everything that is the victim's and secret or private. */
const canary = 'canary-6d0e';
const victim = 'victim';
/** Names that a careless prefix or pattern would take for the victim's. */
const others = ['victim-2', 'victi', 'victims', 'zz'];
const integrations = ['slack', 'zendesk', 'chat'];
const recipient = createSealingKeys();
const bystander = createSealingKeys();
let nats: NatsFixture;
let vault: RunningVault;
let admin: Messaging;
let executor: Messaging;
let ingress: Messaging;
let store: Messaging;
let vaultKey: string;
let publicUrl: string;

/** Ids that are the victim's, and rows that nobody else may change. */
const owned = {
  connections: [] as string[],
  connect: '',
  source: newId('webhookSource'),
  secret: '',
  rows: new Map<string, string>(),
};
/** What the other tenants have. */
const ids: { [tenant: string]: string[] } = {};

beforeAll(async () => {
  nats = await startNatsFixture();
  const port = await freePort();
  publicUrl = `http://127.0.0.1:${port}`;
  [admin, executor, ingress, store] = await Promise.all([
    nats.connect('admin'),
    nats.connect('executor'),
    nats.connect('webhook-ingress'),
    nats.connect('vault'),
  ]);
  const registry = await (await nats.connect('registry')).bucket('integrations');
  await registry.put(`doc.${platformScope}.chat.1_0_0`, JSON.stringify(oauthDocument('chat', {})));
  vault = await runVault(
    nats,
    { provider: 'local', rootKey: readKeyFile(nats.keys.localKmsKeyFile) },
    createSealingSeed(),
    'vault-1',
    { connect: { publicUrl, host: '127.0.0.1', port }, jobTimes: { settleMs: 50 } },
  );
  vaultKey = (await admin.request(routes.getVaultKey, {}, {})).public_key;
  for (const scope of [platformScope, victim])
    await admin.request(
      routes.setOAuthClient,
      {},
      { scope, integration: 'chat', sealed_client: sealed({ client_id: 'app', client_secret: `${canary}-client` }) },
    );
  for (const tenant of [victim, ...others]) {
    const secret = tenant === victim ? `${canary}-token` : `token-of-${tenant}`;
    const details = tenant === victim ? { label: `${canary}-label`, variables: { subdomain: `${canary}-host` } } : {};
    ids[tenant] = [];
    for (const integration of ['slack', 'zendesk'])
      ids[tenant].push(
        (await addThrough(admin, { type: 'bearer', token: secret }, { tenant, integration, ...details })).id,
      );
  }
  owned.connections = ids[victim] as string[];
  owned.secret = await keepThrough(ingress, { tenant: victim, owner: owned.source, value: `${canary}-secret` });
  const begun = await admin.request(
    routes.startConnect,
    {},
    { tenant: victim, integration: 'chat', label: `${canary}-label` },
  );
  owned.connect = 'connect' in begun ? begun.connect : '';
  await admin.request(routes.rotateTenantKey, {}, { tenant: victim });
  await vi.waitFor(async () => {
    const { jobs } = await admin.request(routes.listVaultJobs, {}, {});
    expect(jobs.map(({ state }) => state)).toEqual(['done']);
  });
  owned.rows = await rowsOfVictim();
});

afterAll(async () => {
  await vault?.stop();
  await nats?.stop();
});

const sealed = (value: unknown) => sealCredential(value, vaultKey);

/** Everything that the vault keeps of the victim, by bucket and key. */
async function rowsOfVictim(): Promise<Map<string, string>> {
  const [slack, zendesk] = owned.connections as [string, string];
  const places: [BucketName, string[]][] = [
    ['connections', [slack, zendesk, 'default.slack', 'default.zendesk']],
    ['credentials', [`${slack}.1`, `${zendesk}.1`, `secret.${owned.source}.${owned.secret}`]],
    ['tenant_keys', ['1', '2', 'current', 'erased']],
    ['oauth_clients', ['chat']],
    ['connects', [owned.connect]],
    ['overlaps', [slack, zendesk]],
    ['refreshes', [slack, zendesk]],
  ];
  const rows = new Map<string, string>();
  for (const [name, keys] of places) {
    const bucket = await store.bucket(name);
    for (const key of keys) {
      const entry = await bucket.get(`${victim}.${key}`);
      rows.set(`${name} ${key}`, entry === null ? 'none' : Buffer.from(entry.value).toString());
    }
  }
  const job = await (await store.bucket('vault_jobs')).get(victim);
  return rows.set('vault_jobs', Buffer.from(job?.value ?? []).toString());
}

/** What a caller gets to see of an answer, errors and what is sealed to it included. */
async function answerOf(asked: Promise<unknown>): Promise<string> {
  try {
    const answer = (await asked) as { sealed?: string; sender?: string; secrets?: object[]; public_key?: string };
    if (answer.secrets !== undefined) {
      const lent = answer.secrets.map((one) => answerOf(Promise.resolve({ ...one, sender: answer.public_key })));
      return (await Promise.all(lent)).join();
    }
    if (answer.sealed === undefined) return JSON.stringify(answer);
    const message = Buffer.from(answer.sealed, 'base64');
    expect(() => bystander.open(message, answer.sender ?? '')).toThrow();
    return JSON.stringify(answer) + Buffer.from(recipient.open(message, answer.sender ?? '')).toString();
  } catch (error) {
    const { message, stack: _stack, ...rest } = error as Error;
    return JSON.stringify({ message, ...rest });
  }
}

interface Draw {
  readonly tenant: string;
  readonly integration: string;
  readonly connection: string;
  readonly connect: string;
  readonly source: string;
  readonly secret: string;
  readonly version: number;
  readonly named: boolean;
}

/** Every route that names a tenant, as somebody of another tenant could have it filled in. */
const requests: Readonly<Record<string, (draw: Draw) => Promise<unknown>>> = {
  lease: ({ tenant, integration, connection, named, version }) =>
    executor.request(
      routes.leaseCredential,
      {},
      {
        tenant,
        integration,
        ...(named && { connection }),
        execution_id: newId('execution'),
        recipient: recipient.publicKey,
        ...(version > 1 && { refused_version: version }),
      },
    ),
  list: ({ tenant, integration, named }) =>
    admin.request(routes.listConnections, {}, { tenant, ...(named && { integration }) }),
  remove: ({ tenant, connection }) => admin.request(routes.removeConnection, {}, { tenant, connection }),
  rotate: ({ tenant, connection }) =>
    admin.request(
      routes.rotateCredential,
      {},
      { tenant, connection, sealed_credential: sealed({ type: 'bearer', token: 'theirs' }) },
    ),
  revert: ({ tenant, connection }) => admin.request(routes.revertCredential, {}, { tenant, connection }),
  erase: ({ tenant, connection }) => admin.request(routes.eraseConnection, {}, { tenant, connection }),
  health: ({ tenant, connection, version }) =>
    admin.request(
      routes.setConnectionHealth,
      {},
      { tenant, connection, credential_version: version, state: 'refused', code: null },
    ),
  'set client': ({ tenant, integration }) =>
    admin.request(
      routes.setOAuthClient,
      {},
      { scope: tenant, integration, sealed_client: sealed({ client_id: 'theirs', client_secret: 'theirs' }) },
    ),
  'remove client': ({ tenant, integration }) =>
    admin.request(routes.removeOAuthClient, {}, { scope: tenant, integration }),
  connect: ({ tenant, connection, named }) =>
    admin.request(routes.startConnect, {}, { tenant, integration: 'chat', ...(named && { connection }) }),
  'look at a connect': ({ tenant, connect }) => admin.request(routes.getConnect, {}, { tenant, connect }),
  'keep a secret': ({ tenant, source, secret }) =>
    keepThrough(ingress, { tenant, owner: source, id: secret, value: 'theirs' }),
  'borrow secrets': ({ tenant, source: owner }) =>
    ingress.request(
      routes.lendSecrets,
      { caller: 'webhook-ingress' },
      { tenant, owner, public_key: recipient.publicKey },
    ),
  'drop secrets': ({ tenant, source: owner, secret, named }) =>
    ingress.request(
      routes.dropSecrets,
      { caller: 'webhook-ingress' },
      { tenant, owner, ...(named && { secret_id: secret }) },
    ),
  'rotate keys': ({ tenant }) => admin.request(routes.rotateTenantKey, {}, { tenant }),
  jobs: ({ tenant }) => admin.request(routes.listVaultJobs, {}, { tenant }),
};

const draws = () =>
  fc.record({
    what: fc.constantFrom(...Object.keys(requests)),
    tenant: fc.constantFrom(...others),
    integration: fc.constantFrom(...integrations),
    connection: fc.constantFrom(...owned.connections, ...Object.values(ids).flat(), newId('connection')),
    connect: fc.constantFrom(owned.connect, newId('connect')),
    source: fc.constantFrom(owned.source, newId('webhookSource')),
    secret: fc.constantFrom(owned.secret, newId('webhookSecret')),
    version: fc.constantFrom(1, 2),
    named: fc.boolean(),
  });

describe('tenants of one vault', () => {
  it('get nothing of another, whatever ids they name', { timeout: 60_000 }, async () => {
    const asked = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(draws(), async ({ what, ...draw }) => {
        const answer = await answerOf((requests[what] as (draw: Draw) => Promise<unknown>)(draw));
        expect(answer).not.toContain(canary);
        // Its ids stand in an answer where the question held them, and nowhere else.
        for (const id of [...owned.connections, owned.connect, owned.source])
          if (!Object.values(draw).includes(id)) expect(answer).not.toContain(id);
        expect(answer).not.toContain(`"tenant":"${victim}"`);
        asked.set(what, (asked.get(what) ?? 0) + 1);
      }),
      { numRuns: 400, endOnFailure: true },
    );
    expect([...asked.keys()].sort()).toEqual(Object.keys(requests).sort());
    expect(await rowsOfVictim()).toEqual(owned.rows);
  });

  it("cannot finish another's connect: by its path, its state in another name, or its state in another browser", async () => {
    for (const other of others) {
      const followed = await fetch(`${publicUrl}/connect/${other}/${owned.connect}`, { redirect: 'manual' });
      expect(followed.status).toBe(404);
    }
    expect(await rowsOfVictim()).toEqual(owned.rows);

    // The victim's own browser is on its way, and somebody has seen its state.
    const begun = await fetch(`${publicUrl}/connect/${victim}/${owned.connect}`, { redirect: 'manual' });
    expect(begun.status).toBe(302);
    const state = new URL(begun.headers.get('location') ?? '').searchParams.get('state') ?? '';
    expect(state.startsWith(`${victim}.${owned.connect}.`)).toBe(true);
    const onItsWay = await rowsOfVictim();
    const own = await admin.request(routes.startConnect, {}, { tenant: 'zz', integration: 'chat' });
    const theirs = await fetch('url' in own ? own.url : '', { redirect: 'manual' });
    const cookie = (theirs.headers.getSetCookie()[0] ?? '').split(';')[0] ?? '';
    for (const forged of [
      state,
      state.replace(victim, 'zz'),
      state.replace(owned.connect, 'connect' in own ? own.connect : ''),
      `zz.${owned.connect}.${state.split('.')[2]}`,
    ]) {
      const callback = `${publicUrl}/oauth/callback?code=stolen&state=${encodeURIComponent(forged)}`;
      for (const headers of [{}, { cookie }]) expect((await fetch(callback, { headers })).status).toBe(400);
    }
    expect(await rowsOfVictim()).toEqual(onItsWay);
    owned.rows = onItsWay;
  });

  it('lose nothing when one of a similar name is erased', async () => {
    await admin.request(routes.eraseTenant, {}, { tenant: 'victims' });
    await expect
      .poll(async () => {
        const { jobs } = await admin.request(routes.listVaultJobs, {}, { tenant: 'victims' });
        return jobs.map(({ kind, state }) => `${kind} ${state}`);
      })
      .toEqual(['erase_tenant done']);
    expect(await rowsOfVictim()).toEqual(owned.rows);
    const lease = {
      tenant: victim,
      integration: 'slack',
      execution_id: newId('execution'),
      recipient: recipient.publicKey,
    };
    expect(await answerOf(executor.request(routes.leaseCredential, {}, lease))).toContain(`${canary}-token`);
  });

  it('stand first in every key, and third in every audit subject', async () => {
    const known = new Set([victim, ...others, platformScope, '_roots']);
    const all = ['connections', 'connects', 'credentials', 'oauth_clients', 'overlaps', 'tenant_keys', 'vault_jobs'];
    let audited = 0;
    // The server writes its blocks a little later.
    await vi.waitFor(() => {
      const buckets = new Set<string>();
      audited = 0;
      for (const subject of storedSubjects(join(nats.dir, 'nats'))) {
        const [kind, second = '', third = ''] = subject.split('.');
        if (kind === '$KV' && second !== 'integrations') {
          expect(known, subject).toContain(third);
          buckets.add(second);
        }
        if (kind === 'audit') {
          expect([...known, 'all'], subject).toContain(third);
          audited++;
        }
      }
      expect([...buckets].sort()).toEqual(all.sort());
    }, 10_000);
    expect(audited).toBeGreaterThan(100);
  });
});

/** The subject of every message in the server's message blocks, in which its length stands before it (16 bits, little-endian). */
function storedSubjects(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.blk'))
    .flatMap((entry) => {
      const block = readFileSync(join(entry.parentPath, entry.name));
      return [...block.toString('latin1').matchAll(/\$KV\.|audit\.v1\./g)].flatMap(({ index }) => {
        if (index < 2) return [];
        const subject = block.subarray(index, index + block.readUInt16LE(index - 2)).toString('latin1');
        return /^[$A-Za-z0-9_.-]{8,200}$/.test(subject) ? [subject] : [];
      });
    });
}

describe('answers to an executor', () => {
  it('can come from a vault and from executors only', () => {
    const mayAnswer = (['registry', 'executor', 'vault', 'audit', 'admin', 'provisioner'] as const).filter((identity) =>
      permissionsOf(identity).publish.some((subject) => subject.startsWith('_INBOX_executor')),
    );
    expect(mayAnswer).toEqual(['executor', 'vault']);
    for (const identity of ['agent', 'auditor'] as const)
      for (const subject of permissionsOf(identity, 'zz').publish) expect(subject).not.toMatch(/^(_INBOX|>|\*)/);
  });
});
