import {
  events,
  type KeepSecretRequest,
  type LendSecretsRequest,
  type LentSecret,
  newId,
  PatchbayError,
  routes,
  type SecretsDropped,
} from '@patchbay/contracts';
import { createSealingKeys, endpoint, type Messaging, type ServedEndpoints } from '@patchbay/messaging';
import { startTestServers, type TestServers } from '@patchbay/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { openWebhookSecrets, type WebhookSecrets } from './webhook-secrets.ts';

const vaultKeys = createSealingKeys();
const owner = newId('webhookSource');
let servers: TestServers;
let ingress: Messaging;
let vault: Messaging;
let served: ServedEndpoints;
let secrets: WebhookSecrets;
let asked: LendSecretsRequest[];
let kept: (KeepSecretRequest & { caller: string; value: string })[];
/** What the vault's place answers with, over what is right. */
let answer: (request: LendSecretsRequest) => Partial<LentSecret> & { text?: string; recipient?: string };

beforeAll(async () => {
  servers = await startTestServers({ redis: false });
  [ingress, vault] = [await servers.connect('webhook-ingress'), await servers.connect('vault')];
});
beforeEach(async () => {
  [asked, kept] = [[], []];
  answer = () => ({});
  served = await vault.serve({ name: 'vault', version: '0.1.0', description: 'test' }, [
    endpoint('get-vault-key', routes.getVaultKey, async () => ({ public_key: vaultKeys.publicKey })),
    endpoint('keep-secret', routes.keepSecret, async (request, context) => {
      const clear = vaultKeys.open(Buffer.from(request.sealed, 'base64'), request.public_key);
      const { value } = JSON.parse(Buffer.from(clear).toString());
      kept.push({ ...request, value, caller: context.values.caller ?? '' });
      return { secret_id: request.secret_id };
    }),
    endpoint('lend-secrets', routes.lendSecrets, async (request) => {
      asked.push(request);
      const { text, recipient, ...other } = answer(request);
      const lent = { tenant: request.tenant, owner: request.owner, secret_id: 'sec_01JD0000000000000000000000' };
      const clear = text ?? JSON.stringify({ ...lent, value: `value ${asked.length}`, ...other });
      const sealed = Buffer.from(vaultKeys.seal(Buffer.from(clear), recipient ?? request.public_key));
      return {
        secrets: [{ secret_id: lent.secret_id, sealed: sealed.toString('base64') }],
        public_key: vaultKeys.publicKey,
      };
    }),
    endpoint('drop-secrets', routes.dropSecrets, async ({ secret_id: id }) => ({ dropped: id === undefined ? 2 : 1 })),
  ]);
  secrets = openWebhookSecrets({ messaging: ingress, service: 'webhook-ingress' });
  await ingress.flush();
});
afterEach(async () => {
  secrets.close();
  await served.stop();
});
afterAll(() => servers?.stop());

const of = async (change: { tenant?: string; owner?: string } = {}) =>
  [...(await secrets.of({ tenant: 'acme', owner, ...change })).values()].join();

async function drop(dropped: SecretsDropped): Promise<void> {
  vault.publishEvent(events.secretsDropped, {}, dropped);
  await vault.flush();
}

describe('secrets of a source', () => {
  test('are lent once, sealed to this process, and kept', async () => {
    expect(await Promise.all([of(), of(), of()])).toEqual(['value 1', 'value 1', 'value 1']);
    expect(await of()).toBe('value 1');
    expect(asked).toMatchObject([{ tenant: 'acme', owner }]);
    const other = openWebhookSecrets({ messaging: ingress, service: 'webhook-ingress' });
    await other.of({ tenant: 'acme', owner });
    expect(asked[1]?.public_key).not.toBe(asked[0]?.public_key);
    other.close();
  });

  test('are forgotten at once when the owner is dropped, or the tenant, and no others', async () => {
    const another = newId('webhookSource');
    await Promise.all([of(), of({ owner: another }), of({ tenant: 'acme-2' })]);
    await drop({ tenant: 'acme', owner });
    await vi.waitFor(async () => expect(await of()).toBe('value 4'));
    expect(await of({ owner: another })).not.toBe('value 5');
    await drop({ tenant: 'acme' });
    await vi.waitFor(async () => {
      await of({ owner: another });
      expect(asked.filter((request) => request.owner === another)).toHaveLength(2);
    });
    await of({ tenant: 'acme-2' });
    expect(asked.filter(({ tenant }) => tenant === 'acme-2')).toHaveLength(1);
  });

  test('are kept sealed to the vault, for the service whose subject it is', async () => {
    const id = newId('webhookSecret');
    await secrets.keep({ tenant: 'acme', owner, id, value: 'whsec_canary' });
    expect(kept).toMatchObject([{ owner, secret_id: id, value: 'whsec_canary', caller: 'webhook-ingress' }]);
    expect(kept[0]?.sealed).not.toContain('whsec');
    const operator = createSealingKeys();
    const sealed = Buffer.from(operator.seal(Buffer.from('{"value":"theirs"}'), vaultKeys.publicKey)).toString(
      'base64',
    );
    await secrets.keepSealed({ tenant: 'acme', owner, secret_id: id, sealed, public_key: operator.publicKey });
    expect(kept[1]).toMatchObject({ value: 'theirs' });
    expect(await secrets.drop({ tenant: 'acme', owner, id })).toBe(1);
    expect(await secrets.drop({ tenant: 'acme', owner })).toBe(2);
  });

  test.each<[string, () => Partial<LentSecret> & { text?: string; recipient?: string }]>([
    ['another tenant', () => ({ tenant: 'rival' })],
    ['another source', () => ({ owner: newId('webhookSource') })],
    ['another id', () => ({ secret_id: newId('webhookSecret') })],
    ['another process', () => ({ recipient: createSealingKeys().publicKey })],
    ['nobody, being no JSON', () => ({ text: 'canary-secret' })],
    ['nobody, being no secret', () => ({ text: '{"value":"canary-secret"}' })],
  ])('of %s are not believed, nor held', async (_whose, wrong) => {
    answer = wrong;
    const failure = await of().catch((error) => error);
    expect(failure).toMatchObject({ code: 'vault_unavailable' });
    expect(JSON.stringify({ ...failure, message: failure.message, cause: String(failure.cause) })).not.toContain(
      'canary',
    );
    answer = () => ({});
    expect(await of()).toBe('value 2');
  });

  test('cannot be had while the vault is away', async () => {
    await served.stop();
    await expect(of()).rejects.toMatchObject({ code: 'vault_unavailable' });
    await expect(secrets.keep({ tenant: 'acme', owner, id: newId('webhookSecret'), value: 'v' })).rejects.toMatchObject(
      {
        code: 'vault_unavailable',
      },
    );
  });

  test('cannot be had while the vault is silent', async () => {
    answer = () => {
      throw new PatchbayError('deadline_exceeded');
    };
    await expect(of()).rejects.toMatchObject({ code: 'vault_unavailable' });
  });

  test('cannot be asked for in the name of another service', async () => {
    const posing = openWebhookSecrets({ messaging: ingress, service: 'webhook-delivery' });
    await expect(posing.of({ tenant: 'acme', owner })).rejects.toMatchObject({ code: 'not_permitted' });
    await expect(posing.drop({ tenant: 'acme', owner })).rejects.toMatchObject({ code: 'not_permitted' });
    expect(asked).toEqual([]);
    posing.close();
  });
});
