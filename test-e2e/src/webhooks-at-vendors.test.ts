import { createHmac, randomUUID } from 'node:crypto';
import { PatchbayError, type WebhookSourceView } from '@patchbay/contracts';
import { type CaptureProxy, startCaptureProxy } from '@patchbay/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type System, startSystem } from './system.ts';

let system: System;
/** Between the services and NATS. */
let bus: CaptureProxy;
const made: string[] = [];

beforeAll(async () => {
  system = await startSystem({
    serviceNatsUrl: async (natsUrl) => {
      bus = await startCaptureProxy(Number(new URL(natsUrl).port), { maxBytes: 256 * 1024 * 1024 });
      return bus.url();
    },
  });
}, 120_000);
afterEach(() => system.sandbox.reset());
afterAll(async () => {
  await system?.stop();
  await bus?.stop();
});

const repository = { owner: 'octocat', repo: 'Hello-World' };

async function connectionTo(integration: string): Promise<string> {
  const [connection] = await system.admin.listConnections(integration);
  return connection?.id ?? '';
}

/** What the vendor has registered, with the secrets that it made or was given. */
async function atVendor() {
  const webhooks = await system.sandbox.webhooks();
  for (const { secret } of webhooks) if (secret !== null && !made.includes(secret)) made.push(secret);
  return webhooks;
}

const senders = {
  async stripe({ url }: WebhookSourceView, secret: string) {
    const body = JSON.stringify({ id: `evt_${randomUUID()}`, type: 'invoice.paid' });
    const at = Math.floor(Date.now() / 1_000);
    const v1 = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
    return (await fetch(url ?? '', { method: 'POST', headers: { 'stripe-signature': `t=${at},v1=${v1}` }, body }))
      .status;
  },
  async github({ url }: WebhookSourceView, secret: string) {
    const body = JSON.stringify({ action: 'opened', issue: { number: 1, title: randomUUID() } });
    const headers = {
      'x-github-event': 'issues',
      'x-github-delivery': randomUUID(),
      'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
      'content-type': 'application/json',
    };
    return (await fetch(url ?? '', { method: 'POST', headers, body })).status;
  },
  async google_calendar({ url }: WebhookSourceView, secret: string) {
    const headers = {
      'x-goog-channel-token': secret,
      'x-goog-channel-id': randomUUID(),
      'x-goog-message-number': '2',
      'x-goog-resource-state': 'exists',
    };
    return (await fetch(url ?? '', { method: 'POST', headers })).status;
  },
  async microsoft_graph({ url }: WebhookSourceView, clientState: string) {
    const body = JSON.stringify({ value: [{ id: randomUUID(), clientState, changeType: 'created' }] });
    const { status } = await fetch(url ?? '', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    return status === 202 ? 200 : status;
  },
};

describe('a source that is registered at its vendor', () => {
  test.each<[string, string, keyof typeof senders, Record<string, unknown>]>([
    ['stripe', 'the secret that the vendor makes', 'stripe', {}],
    ['github', 'the secret that we make', 'github', repository],
    ['google_calendar', 'the token that we make', 'google_calendar', {}],
    ['microsoft_calendar', 'the state that we make', 'microsoft_graph', {}],
  ])('of %s takes what comes with %s, until it is removed there and here', async (vendor, _whose, scheme, args) => {
    const { sources } = system.admin.webhooks;
    const source = await sources.register({ connection: await connectionTo(vendor), arguments: args });
    const [registered] = await atVendor();
    expect(registered).toMatchObject({ integration: vendor, url: source.url });
    expect(source).toMatchObject({
      scheme,
      upstream: { state: 'registered', webhook_id: registered?.id },
    });
    const secret = registered?.secret ?? '';
    expect(secret.length).toBeGreaterThan(30);
    await vi.waitFor(async () => expect(await senders[scheme](source, secret)).toBe(200), 10_000);
    expect(await senders[scheme](source, `${secret}x`)).toBe(401);
    expect(await system.sandbox.violations()).toEqual([]);

    expect(await sources.remove(source.id)).toMatchObject({ id: source.id, left_at_vendor: [] });
    expect(await atVendor()).toEqual([]);
    await vi.waitFor(async () => expect(await senders[scheme](source, secret)).toBe(404));
  });

  test('is told of in the audit log: by the ingress what became of the source, by the executor each request', async () => {
    const source = await system.admin.webhooks.sources.register({
      connection: await connectionTo('stripe'),
      events: ['charge.refunded'],
    });
    await atVendor();
    await vi.waitFor(async () => {
      const { events } = await system.admin.queryAudit({ limit: 50 });
      const told = events.map(({ type, data }) => [type, data.outcome, data.target.id]);
      expect(told).toContainEqual(['dev.patchbay.execution.intent', 'intent', 'stripe_webhooks_register']);
      expect(told).toContainEqual(['dev.patchbay.execution.outcome', 'succeeded', 'stripe_webhooks_register']);
      expect(told).toContainEqual(['dev.patchbay.webhook.source_added', 'succeeded', source.id]);
    }, 20_000);
    await system.admin.webhooks.sources.remove(source.id);
  });

  test('is nowhere when the vendor registered it and did not answer', async () => {
    await system.sandbox.behave({ tool: 'stripe_webhooks_register', do: { kind: 'drop', at: 'before_response' } });
    const asked = system.admin.webhooks.sources.register({ connection: await connectionTo('stripe') });
    await expect(asked).rejects.toThrow(PatchbayError);
    expect((await system.sandbox.effects({ tool: 'stripe_webhooks_register' })).length).toBe(1);
    expect(await atVendor()).toEqual([]);
    await vi.waitFor(async () => expect(await system.admin.webhooks.sources.list()).toEqual([]));
  });

  test('stays and says so while the vendor is down half way, and goes when it is back', async () => {
    await system.sandbox.behave({ tool: 'github_webhooks_register', do: { kind: 'drop', at: 'before_response' } });
    const down = [];
    for (const tool of ['github_webhooks_list', 'github_webhooks_remove'])
      down.push(await system.sandbox.behave({ tool, do: { kind: 'drop', at: 'connect' } }));
    const { sources } = system.admin.webhooks;
    const failure = await sources.register({ connection: await connectionTo('github'), arguments: repository }).then(
      () => expect.fail('it was registered'),
      (error: PatchbayError) => error,
    );
    const held = failure.body.details['source'] as string;
    expect(failure).toMatchObject({ code: 'outcome_unknown', message: expect.stringContaining(held) });
    expect(await sources.show(held)).toMatchObject({ enabled: false, upstream: { state: 'unsettled' } });
    expect(await atVendor()).toHaveLength(1);
    await expect(sources.remove(held)).rejects.toThrow(/stays/);
    for (const again of down) await again();
    await vi.waitFor(async () => expect(await sources.remove(held)).toMatchObject({ left_at_vendor: [] }), 30_000);
    expect(await atVendor()).toEqual([]);
  });

  test('needs a connection whose document says how', async () => {
    const connection = await connectionTo('slack');
    await expect(system.admin.webhooks.sources.register({ connection })).rejects.toMatchObject({
      code: 'invalid_request',
    });
    const nobodys = { connection: await connectionTo('github'), arguments: { owner: 'octocat' } };
    await expect(system.admin.webhooks.sources.register(nobodys)).rejects.toThrow(/repo/);
    expect(await system.admin.webhooks.sources.list()).toEqual([]);
  });

  test('keeps its secret from everything between the vendor, the vault and the ingress', () => {
    expect(made.length).toBeGreaterThanOrEqual(4);
    for (const secret of made) system.noteSecret(secret);
    const traffic = Buffer.concat(bus.captured().flatMap(({ toServer, toClient }) => [toServer, toClient]));
    expect(bus.missedBytes).toBe(0);
    expect(traffic.includes('svc.executor.v1.webhooks.register')).toBe(true);
    for (const secret of made) {
      expect(traffic.includes(secret)).toBe(false);
      expect(traffic.includes(Buffer.from(secret).toString('base64').slice(0, -4))).toBe(false);
    }
  });
});
