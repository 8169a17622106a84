import { createHmac, randomUUID } from 'node:crypto';
import { PatchbayError, type WebhookSourceView } from '@patchbay/contracts';
import { connectAdmin } from '@patchbay/sdk';
import { canary } from '@patchbay/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type System, startSystem } from './system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem({ seedCatalog: false });
});
afterAll(() => system?.stop());

/** A webhook as Stripe sends one. */
function sendStripe({ url }: WebhookSourceView, secret: string, body: string): Promise<Response> {
  const at = Math.floor(Date.now() / 1_000);
  const signature = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
  return fetch(url ?? '', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'stripe-signature': `t=${at},v1=${signature}` },
    body,
  });
}

const stripeEvent = () => JSON.stringify({ id: `evt_${randomUUID()}`, type: 'invoice.paid', data: { amount: 4_200 } });

describe('a webhook source', () => {
  test('takes what its vendor signs, tells the tenant’s agents, and the audit log', async () => {
    const secret = canary();
    const source = await system.admin.webhooks.sources.add({ name: 'Payments', scheme: 'stripe', secret });
    const heard: { type: string; body: string }[] = [];
    const stop = system.agent.onWebhook({
      source: source.id,
      onWebhook: ({ event, payload }) => heard.push({ type: event.type, body: Buffer.from(payload).toString() }),
    });
    const rivals: unknown[] = [];
    const rival = await system.agentOf('rival');
    const stopRival = rival.onWebhook({ onWebhook: (arrived) => rivals.push(arrived) });
    const body = stripeEvent();
    await vi.waitFor(async () => expect((await sendStripe(source, secret, body)).status).toBe(200));
    expect((await sendStripe(source, secret, body)).status).toBe(200);
    await vi.waitFor(() => expect(heard).toEqual([{ type: 'invoice.paid', body }]));
    expect(rivals).toEqual([]);
    stop();
    stopRival();
    expect((await sendStripe(source, canary(), body)).status).toBe(401);
    const [rejected] = await vi.waitFor(async () => {
      const all = await system.admin.webhooks.rejected.list(source.id);
      expect(all).toHaveLength(1);
      return all;
    });
    expect(rejected).toMatchObject({ step: 'verify', reason: 'signature_wrong' });
    await vi.waitFor(async () => {
      const { events } = await system.admin.queryAudit({ class: 'webhook', limit: 100 });
      const told = events
        .filter(({ subject }) => subject === source.id)
        .map(({ type, data }) => `${type.split('.').at(-1)} ${data.outcome}`);
      expect(new Set(told)).toEqual(
        new Set(['source_added intent', 'source_added succeeded', 'accepted succeeded', 'rejected refused']),
      );
    }, 20_000);
  });

  test('goes from one secret to another without a gap, and ends with the last', async () => {
    const [first, second] = [canary(), canary()];
    const source = await system.admin.webhooks.sources.add({ scheme: 'stripe', secret: first });
    const send = async (secret: string) => (await sendStripe(source, secret, stripeEvent())).status;
    await vi.waitFor(async () => expect(await send(first)).toBe(200));
    const both = await system.admin.webhooks.sources.addSecret(source.id, second);
    await vi.waitFor(async () => expect(await send(second)).toBe(200));
    expect(await send(first)).toBe(200);
    await system.admin.webhooks.sources.removeSecret(source.id, both.secrets[0]?.id ?? '');
    await vi.waitFor(async () => expect(await send(first)).toBe(401));
    expect(await send(second)).toBe(200);
    await system.admin.webhooks.sources.remove(source.id);
    await vi.waitFor(async () => expect(await send(second)).toBe(404));
    await expect(system.admin.webhooks.sources.show(source.id)).rejects.toThrow(PatchbayError);
  });

  test('of a tenant that was erased believes nothing any more', async () => {
    const secret = canary();
    const { facts } = system.patchbay;
    const admin = await connectAdmin({
      servers: facts.nats_url,
      tenant: 'rival',
      credentials: facts.admin_credentials,
    });
    try {
      const source = await admin.webhooks.sources.add({ scheme: 'stripe', secret });
      const send = async () => (await sendStripe(source, secret, stripeEvent())).status;
      await vi.waitFor(async () => expect(await send()).toBe(200));
      await admin.vault.eraseTenant('rival');
      await vi.waitFor(async () => expect([401, 503]).toContain(await send()), 20_000);
    } finally {
      await admin.close();
    }
  });
});
