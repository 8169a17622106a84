import { newId, PatchbayError, type RegisterWebhookRequest, routes } from '@patchbay/contracts';
import { endpoint, type Messaging, type ServedEndpoints } from '@patchbay/messaging';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type IngressStage, ingressForSuite } from '../test/ingress-stage.ts';
import { deliver, eventsOf, makeSource, sampleFor, sealed } from '../test/running-ingress.ts';

const stage = ingressForSuite({ beforeAll, afterAll }, ['acme']);
let { servers, ingress, admin, reader, vault } = {} as IngressStage;
let executor: Messaging;
let served: ServedEndpoints | null = null;
beforeAll(async () => {
  ({ servers, ingress, admin, reader, vault } = stage());
  executor = await servers.connect('executor');
});
afterEach(async () => {
  await served?.stop();
  served = null;
});

const secret = 'made-by-the-vendor-4f1c7e0b9d4f1c7e0b9d';
const order = { integration: 'github', connection: newId('connection'), events: ['push'] };
const removed: string[] = [];

/** The executor's place on real NATS: a vendor that does as the test says while it registers. */
async function serveVendor(
  register: (request: RegisterWebhookRequest) => Promise<{ readonly secret: string | null }>,
): Promise<void> {
  served = await executor.serve({ name: 'executor', version: '0.1.0', description: 'test' }, [
    endpoint('register-webhook', routes.registerWebhook, async (request) => {
      const answer = await register(request);
      return {
        execution_id: newId('execution'),
        webhook_id: 'wh_1',
        events: request.events,
        settings: {},
        expires_at: null,
        sealed_secret: answer.secret === null ? null : await sealed(admin, answer.secret),
      };
    }),
    endpoint('find-webhooks', routes.findWebhooks, async () => ({
      execution_id: newId('execution'),
      webhook_ids: ['wh_1'],
    })),
    endpoint('remove-webhook', routes.removeWebhook, async ({ webhook_id }) => {
      removed.push(webhook_id);
      return { execution_id: newId('execution'), removed: true };
    }),
  ]);
  await executor.flush();
}

/** The source that is being registered, as soon as its URL answers at all. */
async function beingRegistered(url: string) {
  const { sources } = await admin.request(routes.listSources, {}, { tenant: 'acme' });
  const source = sources.find((one) => one.url === url);
  return source ?? expect.fail('the record is not there before the vendor hears of it');
}

describe('a source, while its vendor registers it', () => {
  test('believes nothing and loses nothing: what is early is told to come again', async () => {
    const early: number[] = [];
    let sample: Awaited<ReturnType<typeof sampleFor>> | undefined;
    await serveVendor(async ({ url }) => {
      const source = await beingRegistered(url);
      expect(source).toMatchObject({ enabled: true, secrets: [], upstream: { state: 'registering' } });
      sample = await sampleFor(source, secret);
      // Its vendor's or not: nobody knows yet.
      for (const key of [secret, 'another']) early.push((await deliver(ingress, await sampleFor(source, key))).status);
      return { secret };
    });
    const source = await makeSource(admin, { scheme: 'github', upstream: order });
    expect(early).toEqual([503, 503]);
    expect([...vault.held.values()]).toContain(secret);
    expect(source).toMatchObject({ upstream: { state: 'registered', webhook_id: 'wh_1' } });
    await vi.waitFor(async () => expect((await deliver(ingress, sample ?? expect.fail())).status).toBe(200));
    expect(await eventsOf(reader, source)).toHaveLength(1);
    expect(ingress.log()).not.toContain(secret);
  });

  test('answers the handshake that brings its secret', async () => {
    const handshake = 'b537207f20cbfa02357cf448134da559e8bd39d61597dcd5631b8012eae53e81';
    await serveVendor(async ({ url }) => {
      const { pathname } = new URL(url);
      const answer = await fetch(`${ingress.url}${pathname}`, {
        method: 'POST',
        headers: { 'x-hook-secret': handshake },
      });
      expect([answer.status, answer.headers.get('x-hook-secret')]).toEqual([200, handshake]);
      return { secret: null };
    });
    const source = await makeSource(admin, { scheme: 'asana', upstream: { ...order, integration: 'asana' } });
    expect(source).toMatchObject({ upstream: { state: 'registered' }, secrets: [{ expires_at: null }] });
    const sample = await sampleFor(source, handshake);
    await vi.waitFor(async () => expect((await deliver(ingress, sample)).status).toBe(200));
  });

  test('is gone, at the vendor too, when that was not heard of', async () => {
    removed.length = 0;
    await serveVendor(async () => {
      throw new PatchbayError('outcome_unknown');
    });
    const { sources: before } = await admin.request(routes.listSources, {}, { tenant: 'acme' });
    const asked = makeSource(admin, { scheme: 'github', upstream: order });
    await expect(asked).rejects.toMatchObject({ code: 'outcome_unknown' });
    expect(removed).toEqual(['wh_1']);
    await vi.waitFor(async () => {
      const { sources } = await admin.request(routes.listSources, {}, { tenant: 'acme' });
      expect(sources.length).toBe(before.length);
    });
  });

  test('is not made when there is no executor', async () => {
    const asked = makeSource(admin, { scheme: 'github', upstream: order });
    await expect(asked).rejects.toMatchObject({ code: 'overloaded' });
  });

  test('brings its own secret, and is no bin', async () => {
    const both = makeSource(admin, { scheme: 'github', secret, upstream: order });
    await expect(both).rejects.toMatchObject({ code: 'invalid_request' });
    const bin = makeSource(admin, { mode: 'capture', upstream: order });
    await expect(bin).rejects.toMatchObject({ code: 'invalid_request' });
  });
});
