import { events, newId, routes, type SecretsDropped } from '@patchbay/contracts';
import { createSealingKeys, createSealingSeed, type Messaging } from '@patchbay/messaging';
import { readKeyFile } from '@patchbay/service-kit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openIntents, readAuditLog } from '../../test/audit-log.ts';
import { failureOf } from '../../test/failure-of.ts';
import { type NatsFixture, startNatsFixture } from '../../test/nats-fixture.ts';
import { type RunningVault, runVault } from '../../test/running-vault.ts';
import { keepThrough, lendThrough } from '../../test/secrets-through.ts';

const canary = 'whsec_canary-5c1f/secret+value';
let nats: NatsFixture;
let vault: RunningVault;
let [admin, ingress, delivery, store]: Messaging[] = [];
let owner: string;
let seen = 0;

beforeAll(async () => {
  nats = await startNatsFixture();
  [admin, ingress, delivery, store] = await Promise.all(
    (['admin', 'webhook-ingress', 'webhook-delivery', 'vault'] as const).map((identity) => nats.connect(identity)),
  );
  vault = await runVault(
    nats,
    { provider: 'local', rootKey: readKeyFile(nats.keys.localKmsKeyFile) },
    createSealingSeed(),
    'vault-1',
    { jobTimes: { settleMs: 50, beatMs: 20, retryMs: 50 } },
  );
});
beforeEach(() => {
  owner = newId('webhookSource');
  seen = vault.log().length;
});
afterAll(async () => {
  await vault?.stop();
  await nats?.stop();
});

const service = (one: Messaging | undefined) => one as Messaging;
const keep = (value: string, change: { id?: string; owner?: string; tenant?: string } = {}) =>
  keepThrough(service(ingress), { owner, value, ...change });
const lend = (change: { owner?: string; tenant?: string } = {}) => lendThrough(service(ingress), { owner, ...change });
const rowKey = (id: string, of = owner, tenant = 'acme') => `${tenant}.secret.${of}.${id}`;
const alerts = () =>
  vault
    .log()
    .slice(seen)
    .split('\n')
    .filter((line) => line.includes('the store may have been changed'))
    .map((line) => JSON.parse(line));

async function done(tenant: string): Promise<void> {
  const look = async () => (await service(admin).request(routes.listVaultJobs, {}, { tenant })).jobs[0]?.state;
  await expect.poll(look, { timeout: 20_000 }).toBe('done');
}

describe('secrets of webhook sources and subscriptions', () => {
  it('are lent to the service that kept them, sealed to one process, and are nowhere in clear', async () => {
    await keep(`${canary}-1`);
    await keep(`${canary}-2`);
    expect((await lend()).sort()).toEqual([`${canary}-1`, `${canary}-2`]);
    expect(await lend({ owner: newId('webhookSource') })).toEqual([]);

    const subscription = newId('subscription');
    const asDelivery = { owner: subscription, caller: 'webhook-delivery' };
    await keepThrough(service(delivery), { ...asDelivery, value: canary });
    expect(await lendThrough(service(delivery), asDelivery)).toEqual([canary]);

    const bystander = createSealingKeys();
    const process = createSealingKeys();
    const answer = await service(ingress).request(
      routes.lendSecrets,
      { caller: 'webhook-ingress' },
      { tenant: 'acme', owner, public_key: process.publicKey },
    );
    expect(answer.secrets).toHaveLength(2);
    for (const { sealed } of answer.secrets)
      expect(() => bystander.open(Buffer.from(sealed, 'base64'), answer.public_key)).toThrow();
    const rows = await service(store).bucket('credentials');
    for await (const { entries } of rows.scan('acme.secret.>', { after: 0, pageRows: 100 }))
      for (const { value } of entries) expect(Buffer.from(value).toString()).not.toContain('canary');
    expect(vault.log()).not.toContain('canary');
  });

  it('are kept once: repeating it changes nothing, another value under the id is refused, and so are too many', async () => {
    const id = await keep('one');
    await Promise.all([keep('one', { id }), keep('one', { id })]);
    expect(await failureOf(keep('two', { id }))).toMatchObject({ code: 'invalid_request' });
    expect(await lend()).toEqual(['one']);
    const racing = newId('webhookSecret');
    await Promise.all([keep('race', { id: racing }), keep('race', { id: racing })]);
    for (const value of ['three', 'four']) await keep(value);
    expect(await failureOf(keep('five'))).toMatchObject({ code: 'invalid_request' });
    await keep('one', { id });
    expect((await lend()).sort()).toEqual(['four', 'one', 'race', 'three']);
  });

  it.each([
    ['sealed to another key', createSealingKeys().publicKey, '{"value":"v"}'],
    ['of no value', null, '{"value":""}'],
    ['blank', null, '{"value":" \\n"}'],
    ['longer than it may be', null, JSON.stringify({ value: 'é'.repeat(10_500) })],
    ['no JSON', null, 'canary'],
    ['of something else', null, '{"value":"v","canary":1}'],
  ])('are not kept when they are %s', async (_what, recipient, clear) => {
    const sender = createSealingKeys();
    const { public_key: vaultKey } = await service(ingress).request(routes.getVaultKey, {}, {});
    const sealed = Buffer.from(sender.seal(Buffer.from(clear), recipient ?? vaultKey)).toString('base64');
    const request = { tenant: 'acme', owner, secret_id: newId('webhookSecret'), sealed, public_key: sender.publicKey };
    const asked = service(ingress).request(routes.keepSecret, { caller: 'webhook-ingress' }, request);
    const failure = await asked.catch((error) => error);
    expect(failure).toMatchObject({ code: 'invalid_request' });
    expect(JSON.stringify(failure.body)).not.toContain('canary');
    expect(await lend()).toEqual([]);
  });

  it('are dropped one by one or all at once, and whoever holds copies is told', async () => {
    const heard: SecretsDropped[] = [];
    const listening = service(ingress).subscribeEvent(events.secretsDropped, {}, (event) => void heard.push(event));
    await service(ingress).flush();
    const drop = (secret_id?: string) =>
      service(ingress).request(
        routes.dropSecrets,
        { caller: 'webhook-ingress' },
        { tenant: 'acme', owner, ...(secret_id !== undefined && { secret_id }) },
      );
    const [first] = [await keep('one'), await keep('two'), await keep('three')];
    expect(await drop(first)).toEqual({ dropped: 1 });
    await expect.poll(() => heard).toEqual([{ tenant: 'acme', owner }]);
    expect((await lend()).sort()).toEqual(['three', 'two']);
    expect(await drop(first)).toEqual({ dropped: 0 });
    expect(await drop()).toEqual({ dropped: 2 });
    expect(await lend()).toEqual([]);
    listening.unsubscribe();
  });
});

describe('the vault', () => {
  it("lets no service touch another's secrets, by whatever subject, reply or owner it names", async () => {
    const [subscription, id] = [newId('subscription'), await keep('one')];
    const value = { value: 'theirs' };
    // Its own subject, another's owner.
    expect(await failureOf(keep('theirs', { owner: subscription }))).toMatchObject({ code: 'not_permitted' });
    expect(await failureOf(lend({ owner: subscription }))).toMatchObject({ code: 'not_permitted' });
    const asDelivery = { owner, caller: 'webhook-delivery' };
    expect(await failureOf(keepThrough(service(delivery), { ...asDelivery, ...value }))).toMatchObject({
      code: 'not_permitted',
    });
    expect(await failureOf(lendThrough(service(delivery), asDelivery))).toMatchObject({ code: 'not_permitted' });
    const drop = (one: Messaging | undefined, caller: string) =>
      service(one).request(routes.dropSecrets, { caller }, { tenant: 'acme', owner, secret_id: id });
    expect(await failureOf(drop(delivery, 'webhook-delivery'))).toMatchObject({ code: 'not_permitted' });
    // Another's subject: the server lets it through for nobody else, whichever inbox it would be answered in.
    for (const other of [delivery, admin, await nats.connect('executor')])
      expect(await failureOf(drop(other, 'webhook-ingress'))).toMatchObject({ code: 'not_permitted' });
    expect(await lend()).toEqual(['one']);
  });

  it('brings them under a new key of their tenant, and copies of before are refused', async () => {
    const tenant = 'rotated';
    const id = await keep('one', { tenant });
    const rows = await service(store).bucket('credentials');
    const before = await rows.get(rowKey(id, owner, tenant));
    await service(admin).request(routes.rotateTenantKey, {}, { tenant });
    await done(tenant);
    expect(await lend({ tenant })).toEqual(['one']);
    const after = await rows.get(rowKey(id, owner, tenant));
    expect(JSON.parse(Buffer.from(after?.value ?? '').toString())).toMatchObject({ tenant_key_version: 2 });
    await rows.put(rowKey(id, owner, tenant), before?.value ?? '');
    expect(await failureOf(lend({ tenant }))).toMatchObject({ retryable: false, reason: 'tenant_key' });
    expect(alerts()).toEqual([expect.objectContaining({ level: 'error', tenant, owner, reason: 'tenant_key' })]);
  });

  it('keeps both keys when one of them is not what was stored, and says which', async () => {
    const tenant = 'broken';
    const [id, other] = [await keep('one', { tenant }), await keep('two', { tenant })];
    const rows = await service(store).bucket('credentials');
    const whole = await rows.get(rowKey(id, owner, tenant));
    await rows.put(rowKey(id, owner, tenant), (await rows.get(rowKey(other, owner, tenant)))?.value ?? '');
    await service(admin).request(routes.rotateTenantKey, {}, { tenant });
    const look = async () => (await service(admin).request(routes.listVaultJobs, {}, { tenant })).jobs[0];
    await expect.poll(look, { timeout: 20_000 }).toMatchObject({ state: 'failed', error: expect.stringContaining(id) });
    await rows.put(rowKey(id, owner, tenant), whole?.value ?? '');
    expect((await lend({ tenant })).sort()).toEqual(['one', 'two']);
    await rows.put(rowKey(id, owner, tenant), '{"damaged":true}');
    expect(await failureOf(lend({ tenant }))).toMatchObject({ retryable: false, reason: 'integrity' });
    expect(await failureOf(keep('one', { tenant, id }))).toMatchObject({ retryable: false, reason: 'integrity' });
    // What cannot be read can be destroyed.
    const request = { tenant, owner, secret_id: id };
    const dropped = await service(ingress).request(routes.dropSecrets, { caller: 'webhook-ingress' }, request);
    expect(dropped).toEqual({ dropped: 1 });
    expect(await lend({ tenant })).toEqual(['two']);
  });

  it('refuses one of another owner, tenant or id in its place, with an alert', async () => {
    const [id, neighbour] = [await keep('one'), newId('webhookSource')];
    const [beside, foreign] = [
      await keep('two', { owner: neighbour }),
      await keep('three', { tenant: 'globex', owner: neighbour }),
    ];
    const rows = await service(store).bucket('credentials');
    const own = await rows.get(rowKey(id));
    for (const key of [rowKey(beside, neighbour), rowKey(foreign, neighbour, 'globex')]) {
      await rows.put(rowKey(id), (await rows.get(key))?.value ?? '');
      expect(await failureOf(lend())).toMatchObject({ retryable: false });
    }
    expect(alerts().map(({ reason }) => reason)).toEqual(['integrity', 'integrity']);
    await rows.put(rowKey(id), own?.value ?? '');
    expect(await lend()).toEqual(['one']);
  });

  it('destroys them with their tenant, tells whoever holds copies, and lends no copy that is put back', async () => {
    const tenant = 'erased';
    const heard: SecretsDropped[] = [];
    const listening = service(delivery).subscribeEvent(events.secretsDropped, {}, (event) => void heard.push(event));
    await service(delivery).flush();
    const id = await keep('one', { tenant });
    const rows = await service(store).bucket('credentials');
    const before = await rows.get(rowKey(id, owner, tenant));
    await service(admin).request(routes.eraseTenant, {}, { tenant });
    await done(tenant);
    await expect.poll(() => heard).toContainEqual({ tenant });
    expect(await rows.get(rowKey(id, owner, tenant))).toBeNull();
    const erased = { code: 'vault_unavailable', retryable: false, reason: 'erased' };
    expect(await failureOf(lend({ tenant }))).toEqual(erased);
    await rows.put(rowKey(id, owner, tenant), before?.value ?? '');
    expect(await failureOf(lend({ tenant }))).toEqual(erased);
    expect(await failureOf(keep('new', { tenant }))).toEqual(erased);
    listening.unsubscribe();
  });

  it('has recorded who kept, borrowed, was refused and dropped what, and no value', async () => {
    const log = await readAuditLog(nats, (events) =>
      events.some(({ tenant, type }) => tenant === 'erased' && type === 'dev.patchbay.secret.denied'),
    );
    expect(log.wrong).toEqual([]);
    expect(openIntents(log.events)).toEqual([]);
    const of = (type: string) => log.events.filter((event) => event.type === `dev.patchbay.secret.${type}`);
    const outcomes = (type: string) => new Set(of(type).map(({ data }) => `${data.outcome} ${data.actor.id}`));
    expect(outcomes('kept')).toEqual(
      new Set([
        ...['intent', 'succeeded', 'failed'].map((one) => `${one} webhook-ingress`),
        ...['intent', 'succeeded'].map((one) => `${one} webhook-delivery`),
      ]),
    );
    expect(outcomes('lent')).toEqual(new Set(['succeeded webhook-ingress', 'succeeded webhook-delivery']));
    expect(outcomes('denied')).toEqual(
      new Set(['refused webhook-ingress', 'refused webhook-delivery', 'failed webhook-ingress']),
    );
    expect(outcomes('dropped')).toEqual(new Set(['intent webhook-ingress', 'succeeded webhook-ingress']));
    // Five tried to touch what is another's.
    expect(of('denied').filter(({ data }) => data.error_code === 'not_permitted')).toHaveLength(5);
    for (const { data } of of('lent')) expect(data.facts).toMatchObject({ secrets: expect.any(Number) });
    expect(log.text).not.toContain('canary');
  });
});
