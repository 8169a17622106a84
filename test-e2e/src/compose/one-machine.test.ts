import { createHmac, randomUUID } from 'node:crypto';
import { connectHttp } from '@patchbay/sdk/http';
import { canary } from '@patchbay/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { measured } from '../faults/measure.ts';
import { publish, simpleDocument } from '../system.ts';
import { type ComposeStack, composeUp } from './compose-stack.ts';
import { type ComposeSystem, connectStack } from './compose-system.ts';
import { readComposeConfig } from './config.ts';
import { verifyAudit } from './verify-audit.ts';

const config = readComposeConfig();
let stack: ComposeStack;
let system: ComposeSystem;
beforeAll(async () => {
  if (!config.enabled) return;
  stack = await composeUp({
    project: 'patchbay-e2e-one',
    files: ['docker-compose.yml', 'deploy/compose/demo.yml', 'test-e2e/src/compose/test.yml'],
    image: config.image,
    tenant: config.tenant,
    env: config.env,
  });
  system = await connectStack(stack, config);
}, 900_000);
afterAll(async () => {
  await system?.close();
  await stack?.down();
}, 180_000);

describe.runIf(config.enabled)('docker compose up', () => {
  test('is healthy within a minute and a half of the command', () => {
    measured({
      row: 'compose',
      what: 'one machine: everything healthy',
      value: stack.upMs / 1_000,
      unit: 's',
      bound: 90,
    });
    expect(stack.upMs).toBeLessThan(90_000);
  });

  test('carries out calls over NATS and over HTTP, and keeps them in a log that verifies', {
    timeout: 180_000,
  }, async () => {
    await publish(system, simpleDocument('composed'));
    const key = () => system.operatorKey;
    const http = await connectHttp({ url: config.gatewayUrl, apiKey: key, tenant: config.tenant });
    await vi.waitFor(
      async () =>
        expect(await system.agent.execute('composed_book', { number: 1 })).toMatchObject({ status: 'succeeded' }),
      { timeout: 30_000, interval: 500 },
    );
    expect(await http.execute('composed_look', { number: 2 })).toMatchObject({ status: 'succeeded' });
    await http.close();
    await vi.waitFor(
      async () => {
        const { events } = await system.admin.queryAudit({ class: 'execution', tool: 'composed_look', limit: 10 });
        expect(events.map(({ data }) => data.outcome)).toContain('succeeded');
      },
      { timeout: 60_000, interval: 500 },
    );
    expect(await verifyAudit(stack, config)).toMatchObject({ ok: true });
  });

  test('takes a signed webhook and tells the tenant’s agents', { timeout: 120_000 }, async () => {
    const secret = canary();
    const source = await system.admin.webhooks.sources.add({ name: 'Payments', scheme: 'stripe', secret });
    const heard: string[] = [];
    const stop = system.agent.onWebhook({ source: source.id, onWebhook: ({ event }) => heard.push(event.type) });
    const body = JSON.stringify({ id: `evt_${randomUUID()}`, type: 'invoice.paid', data: {} });
    const at = Math.floor(Date.now() / 1_000);
    const signature = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
    const url = new URL(new URL(source.url ?? '').pathname, config.ingressUrl);
    const send = () =>
      fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'stripe-signature': `t=${at},v1=${signature}` },
        body,
      });
    await vi.waitFor(async () => expect((await send()).status).toBe(200), { timeout: 30_000, interval: 500 });
    await vi.waitFor(() => expect(heard).toEqual(['invoice.paid']), { timeout: 30_000 });
    stop();
  });
});
