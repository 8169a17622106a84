import type { Messaging } from '@patchbay/messaging';
import { serversForSuite, startFaultProxy } from '@patchbay/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startFakeVault } from '../test/fake-vault.ts';
import { type ForkedIngress, forkIngress } from '../test/forked-ingress.ts';
import { deliver, eventsOf, makeSource, sampleFor } from '../test/running-ingress.ts';

const servers = serversForSuite({ beforeAll, afterAll }, { tenants: ['acme'], storage: 'file' });
let admin: Messaging;
let reader: Messaging;
let redis: Redis;
let ingress: ForkedIngress;
beforeAll(async () => {
  await startFakeVault(await servers().connect('vault'));
  admin = await servers().connect('admin');
  reader = await servers().connect('webhook-delivery');
  redis = new Redis(servers().redisUrl);
  ingress = await forkIngress(servers(), 'ingress-0');
});
afterAll(async () => {
  await ingress?.kill();
  redis?.disconnect();
});

const secret = 'hush-4f1c7e0b9d4f1c7e0b9d';

/** Claims that nobody has promoted yet. */
async function openClaims(): Promise<string[]> {
  const keys = await redis.keys('hook:acme:*');
  const values = keys.length === 0 ? [] : await redis.mget(keys);
  return keys.filter((_, at) => values[at]?.startsWith('?'));
}

/** The time of claims is over, as it is half a minute after whoever held them was killed. */
async function endOpenClaims(): Promise<void> {
  const open = await openClaims();
  if (open.length > 0) await redis.del(open);
}

describe('an ingress that is killed', () => {
  test.each([
    { between: 'claim and publish', direction: 'toServer', stored: 0 },
    { between: 'publish and promote', direction: 'toClient', stored: 1 },
  ] as const)(
    'between $between leaves an event that is persisted once when it comes again',
    async ({ direction, stored }) => {
      const nats = await startFaultProxy(Number(new URL(servers().natsUrls[0] ?? '').port));
      const doomed = await forkIngress(servers(), `doomed-${direction}`, { natsUrls: [nats.url('nats')] });
      try {
        const source = await makeSource(admin, { scheme: 'github', secret });
        const warm = await sampleFor(source, secret, { body: '{"warm":1}' });
        await vi.waitFor(async () => expect((await deliver(doomed, warm)).status).toBe(200));
        const sample = await sampleFor(source, secret);
        nats.inject({ kind: 'timeout', ms: 0 }, { direction });
        const answer = deliver(doomed, sample).then(
          ({ status }) => status,
          () => 'no answer',
        );
        await vi.waitFor(async () => expect(await openClaims()).toHaveLength(2));
        await vi.waitFor(async () => expect(await eventsOf(reader, source)).toHaveLength(1 + stored));
        await doomed.kill();
        expect(await answer).toBe('no answer');
        // Another that was there all the time: it does not take over what may be under way.
        const open = await openClaims();
        expect(open).toHaveLength(2);
        expect((await deliver(ingress, sample)).status).toBe(503);
        // One that starts reads in the stream what was persisted.
        const next = await forkIngress(servers(), `next-${direction}`);
        try {
          if (stored === 1) await vi.waitFor(async () => expect(await openClaims()).toEqual([]));
          else await endOpenClaims();
          expect((await deliver(next, sample)).status).toBe(200);
          expect(await eventsOf(reader, source)).toHaveLength(2);
        } finally {
          await next.kill();
        }
      } finally {
        await doomed.kill();
        await nats.stop();
      }
    },
  );

  test('again and again under load loses nothing that it acknowledged, and persists nothing twice', async () => {
    const source = await makeSource(admin, { scheme: 'github', secret });
    const count = 300;
    let acknowledged = 0;
    let over = false;
    let killed = 0;
    const refused = new Set<number | string>();
    const killing = (async () => {
      while (!over) {
        const due = acknowledged + count / 6;
        await vi.waitUntil(() => over || acknowledged >= due, { timeout: 60_000 });
        if (over) return;
        await ingress.kill();
        ingress = await forkIngress(servers(), `ingress-${++killed}`);
        await endOpenClaims();
      }
    })();
    /** As a vendor does: again until it is taken. */
    async function send(number: number): Promise<void> {
      const sample = await sampleFor(source, secret, { body: JSON.stringify({ number }) });
      for (;;) {
        const status = await deliver(ingress, sample).then(
          ({ status: given }) => given,
          () => 'no answer' as const,
        );
        if (status === 200) break;
        refused.add(status);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      acknowledged++;
    }
    const numbers = Array.from({ length: count }, (_, at) => at);
    const senders = Array.from({ length: 12 }, async () => {
      for (let next = numbers.pop(); next !== undefined; next = numbers.pop()) await send(next);
    });
    await Promise.all(senders).finally(() => {
      over = true;
    });
    await killing;
    expect(killed).toBeGreaterThanOrEqual(3);
    for (const status of refused) expect(['no answer', 503]).toContain(status);
    const stored = (await eventsOf(reader, source)).map(({ payload }) => JSON.parse(payload.toString()).number);
    expect(stored.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, at) => at));
  }, 120_000);
});
