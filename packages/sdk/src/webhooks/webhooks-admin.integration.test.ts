import { type AddSourceRequest, routes, WebhookSecretValue } from '@patchbay/contracts';
import { createSealingKeys, endpoint, type ServedEndpoints } from '@patchbay/messaging';
import { serversForSuite } from '@patchbay/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { serveAs } from '../fake-services.test-support.ts';
import { type Admin, adminOver } from '../index.ts';
import { at, dlv, evt, sec, source, src, sub, subscription, webhook } from './webhook-records.test-support.ts';

const servers = serversForSuite({ beforeAll, afterAll }, { tenants: ['acme'], redis: false });
let admin: Admin;
let open: ServedEndpoints[] = [];
/** Every request that a service's place was asked, with its subject's end. */
let asked: [string, unknown][] = [];

beforeAll(async () => {
  admin = adminOver(await servers().connect('admin'), 'acme');
});
beforeEach(() => {
  asked = [];
});
afterEach(async () => {
  await Promise.all(open.map((one) => one.stop()));
  open = [];
});

describe('sources', () => {
  test('get their secrets sealed to the vault, and nothing in between reads them', async () => {
    const vaultKeys = createSealingKeys();
    const secretIn = ({ sender, ciphertext }: { sender: string; ciphertext: string }) =>
      WebhookSecretValue.parse(
        JSON.parse(Buffer.from(vaultKeys.open(Buffer.from(ciphertext, 'base64'), sender)).toString()),
      ).value;
    const added: AddSourceRequest[] = [];
    const secrets: [string | undefined, number][] = [];
    open.push(
      await serveAs(
        servers(),
        'vault',
        endpoint('get-vault-key', routes.getVaultKey, async () => ({ public_key: vaultKeys.publicKey })),
      ),
      await serveAs(
        servers(),
        'webhook-ingress',
        endpoint('add-source', routes.addSource, async (request) => {
          added.push(request);
          return { source: source({ scheme: request.scheme ?? null, mode: request.mode }) };
        }),
        endpoint('add-source-secret', routes.addSourceSecret, async ({ sealed_secret, overlap_ms }) => {
          secrets.push([secretIn(sealed_secret), overlap_ms]);
          return { source: source() };
        }),
      ),
    );
    const made = await admin.webhooks.sources.add({ scheme: 'stripe', secret: 'whsec_canary', name: 'Shop' });
    expect(made.url).toContain(src);
    expect(added[0]).toMatchObject({ tenant: 'acme', scheme: 'stripe', name: 'Shop', mode: 'verify' });
    expect(JSON.stringify(added)).not.toContain('whsec_canary');
    expect(added[0]?.sealed_secret && secretIn(added[0].sealed_secret)).toBe('whsec_canary');
    await admin.webhooks.sources.add({ mode: 'capture' });
    expect(added[1]).not.toHaveProperty('sealed_secret');
    await admin.webhooks.sources.addSecret(src, 'second');
    await admin.webhooks.sources.addSecret(src, 'third', { overlapMs: 0 });
    expect(secrets).toEqual([
      ['second', 86_400_000],
      ['third', 0],
    ]);
  });

  test('are listed, shown, changed and removed, and what they turned away is shown', async () => {
    const answer = (name: string) => async (request: unknown) => {
      asked.push([name, request]);
      return { source: source() };
    };
    open.push(
      await serveAs(
        servers(),
        'webhook-ingress',
        endpoint('list-sources', routes.listSources, async (request) => {
          asked.push(['list', request]);
          return { sources: [source()] };
        }),
        endpoint('show-source', routes.showSource, answer('show')),
        endpoint('change-source', routes.changeSource, answer('change')),
        endpoint('remove-source', routes.removeSource, answer('remove')),
        endpoint('remove-source-secret', routes.removeSourceSecret, answer('remove-secret')),
        endpoint('list-rejected', routes.listRejected, async (request) => {
          asked.push(['rejected', request]);
          return { requests: [] };
        }),
      ),
    );
    const { sources, rejected } = admin.webhooks;
    expect(await sources.list()).toEqual([source()]);
    expect(await sources.show(src)).toEqual(source());
    await sources.change(src, { enabled: false, public_url: null });
    await sources.removeSecret(src, sec);
    expect(await sources.remove(src)).toEqual({ ...source(), left_at_vendor: [] });
    await sources.remove(src, { force: true });
    expect(await rejected.list(src, { kind: 'captured', limit: 3 })).toEqual([]);
    const named = { tenant: 'acme', source: src };
    expect(asked).toEqual([
      ['list', { tenant: 'acme' }],
      ['show', named],
      ['change', { ...named, enabled: false, public_url: null }],
      ['remove-secret', { ...named, secret_id: sec }],
      ['remove', { ...named, force: false }],
      ['remove', { ...named, force: true }],
      ['rejected', { ...named, kind: 'captured', limit: 3 }],
    ]);
  });
});

test('the key of an HTTP subscription is sealed to who asked, and told once', async () => {
  const deliveryKeys = createSealingKeys();
  const sealedTo = (recipient: string | undefined, value: string) =>
    recipient === undefined
      ? null
      : {
          sender: deliveryKeys.publicKey,
          ciphertext: Buffer.from(deliveryKeys.seal(Buffer.from(JSON.stringify({ value })), recipient)).toString(
            'base64',
          ),
        };
  open.push(
    await serveAs(
      servers(),
      'webhook-delivery',
      endpoint('add-subscription', routes.addSubscription, async ({ recipient, ...request }) => {
        asked.push(['add', request]);
        return { subscription, sealed_secret: sealedTo(recipient, 'whsec_first') };
      }),
      endpoint('rotate-subscription-key', routes.rotateSubscriptionKey, async ({ recipient, ...request }) => {
        asked.push(['rotate', request]);
        return { subscription, sealed_secret: sealedTo(recipient, 'whsec_second') };
      }),
    ),
  );
  const { subscriptions } = admin.webhooks;
  const made = await subscriptions.add({ target: { kind: 'http', url: 'https://example.com/in' } });
  expect(made).toEqual({ subscription, signingKey: 'whsec_first' });
  expect((await subscriptions.add({ target: { kind: 'nats' } })).signingKey).toBeNull();
  expect((await subscriptions.rotateKey(sub, { overlapMs: 5 })).signingKey).toBe('whsec_second');
  expect(asked.at(-1)).toEqual(['rotate', { tenant: 'acme', subscription: sub, overlap_ms: 5 }]);
});

test('subscriptions are looked after, and deliveries and dead letters too, by what is asked for', async () => {
  const log = (name: string, answer: unknown) => async (request: unknown) => {
    asked.push([name, request]);
    return answer as never;
  };
  const one = { subscription };
  const counted = { dry_run: true, count: 2, more: false };
  const delivery = {
    id: dlv,
    tenant: 'acme',
    subscription: sub,
    source: src,
    event: evt,
    event_type: 'invoice.paid',
    state: 'waiting',
    attempts: [],
    created_at: at,
    next_attempt_at: null,
    finished_at: null,
    replay_of: null,
  };
  open.push(
    await serveAs(
      servers(),
      'webhook-delivery',
      endpoint('list-subscriptions', routes.listSubscriptions, log('list', { subscriptions: [subscription] })),
      endpoint('show-subscription', routes.showSubscription, log('show', one)),
      endpoint('change-subscription', routes.changeSubscription, log('change', one)),
      endpoint('remove-subscription', routes.removeSubscription, log('remove', one)),
      endpoint('pause-subscription', routes.pauseSubscription, log('pause', one)),
      endpoint('resume-subscription', routes.resumeSubscription, log('resume', one)),
      endpoint('list-deliveries', routes.listDeliveries, log('deliveries', { deliveries: [], next_cursor: null })),
      endpoint('show-delivery', routes.showDelivery, log('delivery', { delivery })),
      endpoint('list-dead', routes.listWebhookDeadLetters, log('dead', { dead_letters: [], total: 0 })),
      endpoint('redrive', routes.redriveWebhookDeadLetters, log('redrive', counted)),
      endpoint('drop', routes.dropWebhookDeadLetters, log('drop', counted)),
      endpoint(
        'replay',
        routes.replayWebhooks,
        log('replay', { dry_run: true, events: 1, deliveries: 2, more: false }),
      ),
    ),
  );
  const { subscriptions, deliveries, deadLetters, replay } = admin.webhooks;
  await subscriptions.list({ source: src });
  await subscriptions.show(sub);
  await subscriptions.change(sub, { filter: null });
  await subscriptions.pause(sub, { reason: 'repairs' });
  await subscriptions.resume(sub);
  await subscriptions.remove(sub);
  await deliveries.list({ event: evt });
  expect(await deliveries.show(dlv)).toEqual(delivery);
  await deadLetters.list({ reason: 'exhausted' });
  expect(await deadLetters.redrive({ ids: [dlv], dry_run: false })).toEqual(counted);
  // Counts alone unless it is told otherwise.
  await deadLetters.drop();
  await replay({ events: [evt] });
  const named = { tenant: 'acme', subscription: sub };
  expect(asked).toEqual([
    ['list', { tenant: 'acme', source: src }],
    ['show', named],
    ['change', { ...named, filter: null }],
    ['pause', { ...named, reason: 'repairs' }],
    ['resume', named],
    ['remove', named],
    ['deliveries', { tenant: 'acme', event: evt, limit: 100 }],
    ['delivery', { tenant: 'acme', delivery: dlv }],
    ['dead', { tenant: 'acme', reason: 'exhausted', limit: 100 }],
    ['redrive', { tenant: 'acme', ids: [dlv], dry_run: false, limit: 1_000 }],
    ['drop', { tenant: 'acme', dry_run: true, limit: 1_000 }],
    ['replay', { tenant: 'acme', events: [evt], dry_run: true, limit: 1_000 }],
  ]);
});

test('a body that does not fit one answer is put together, byte for byte', async () => {
  const whole = Buffer.from([0xff, 0, 1, 2, 3, 4, 5, 6, 7, 0xfe]);
  open.push(
    await serveAs(
      servers(),
      'webhook-delivery',
      endpoint('show-event', routes.showWebhookEvent, async ({ offset, body }) => {
        asked.push([body, offset]);
        return {
          event: webhook(),
          body: whole.subarray(offset, offset + 4).toString('base64'),
          offset,
          total_bytes: whole.length,
        };
      }),
    ),
  );
  const shown = await admin.webhooks.events.show(evt, 'request');
  expect(Buffer.from(shown.body)).toEqual(whole);
  expect(shown.event).toEqual(webhook());
  expect(asked).toEqual([
    ['request', 0],
    ['request', 4],
    ['request', 8],
  ]);
});
