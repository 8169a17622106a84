import { createHmac, randomUUID } from 'node:crypto';
import { request } from 'node:http';
import type { WebhookSourceView } from '@patchbay/contracts';
import { canary } from '@patchbay/testkit';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type System, startSystem } from './system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem({ seedCatalog: false, shape: 'processes', ingresses: 2 });
}, 120_000);
afterAll(() => system?.stop());

/** A webhook as Stripe sends one, over a connection of its own; the kernel chooses whose it is. Null: it broke. */
function send({ url }: WebhookSourceView, secret: string, body: string): Promise<number | null> {
  const at = Math.floor(Date.now() / 1_000);
  const signature = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
  return new Promise((resolve) => {
    const sending = request(url ?? '', {
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/json', 'stripe-signature': `t=${at},v1=${signature}` },
    });
    sending.on('response', (response) => resolve(response.resume().statusCode ?? null));
    sending.on('error', () => resolve(null));
    sending.end(body);
  });
}

test('ingresses that share a port share what comes, tell copies that came to each, and one goes on for both', async () => {
  const secret = canary();
  const source = await system.admin.webhooks.sources.add({ name: 'Payments', scheme: 'stripe', secret });
  const heard: string[] = [];
  const stop = system.agent.onWebhook({
    source: source.id,
    onWebhook: ({ payload }) => heard.push(JSON.parse(Buffer.from(payload).toString()).id),
  });
  const ids = Array.from({ length: 100 }, () => `evt_${randomUUID()}`);
  const bodyOf = (id: string) => JSON.stringify({ id, type: 'invoice.paid', data: { amount: 4_200 } });
  await vi.waitFor(async () => expect(await send(source, secret, bodyOf(ids[0] as string))).toBe(200), 10_000);
  for (const _ of ['once', 'again'])
    expect(new Set(await Promise.all(ids.map((id) => send(source, secret, bodyOf(id)))))).toEqual(new Set([200]));
  await vi.waitFor(() => expect(new Set(heard)).toEqual(new Set(ids)), 10_000);
  expect(heard).toHaveLength(ids.length);

  const ingresses = system.patchbay.services.filter(({ service }) => service === 'webhook-ingress');
  expect(ingresses).toHaveLength(2);
  // What came is told by whoever took it, every five seconds.
  await vi.waitFor(
    async () => {
      const { events } = await system.admin.queryAudit({ class: 'webhook', limit: 1_000 });
      const tellers = events
        .filter(({ subject, type }) => subject === source.id && type.endsWith('.accepted'))
        .map(({ source: teller }) => teller.split('/').at(-1));
      expect(new Set(tellers)).toEqual(new Set(ingresses.map(({ instance }) => instance)));
    },
    { timeout: 20_000, interval: 500 },
  );

  const [victim] = ingresses;
  process.kill(victim?.pid as number, 'SIGKILL');
  const later = Array.from({ length: 50 }, () => `evt_${randomUUID()}`);
  // Vendors send again what broke.
  for (const id of later)
    await vi.waitFor(async () => expect(await send(source, secret, bodyOf(id))).toBe(200), {
      timeout: 10_000,
      interval: 20,
    });
  await vi.waitFor(() => expect(new Set(heard)).toEqual(new Set([...ids, ...later])), 10_000);
  expect(heard).toHaveLength(ids.length + later.length);
  stop();
}, 90_000);
