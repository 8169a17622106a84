import type { Messaging } from '@patchbay/messaging';
import { type FaultProxy, startFaultProxy, type TestServers, withTestServers } from '@patchbay/testkit';
import { Redis } from 'ioredis';
import { describe, expect, test, vi } from 'vitest';
import { type FakeVault, startFakeVault } from '../test/fake-vault.ts';
import {
  deliver,
  eventsOf,
  makeSource,
  publicUrl,
  runIngress,
  sampleFor,
  type TestIngress,
} from '../test/running-ingress.ts';

const secret = 'hush-4f1c7e0b9d4f1c7e0b9d';

interface Stage {
  readonly servers: TestServers;
  readonly ingress: TestIngress;
  readonly admin: Messaging;
  readonly reader: Messaging;
  readonly vault: FakeVault;
  readonly nats: FaultProxy;
  readonly redis: FaultProxy;
  /** To Redis itself, whatever befalls the proxy. */
  readonly client: Redis;
}

/** An ingress that reaches NATS and Redis through proxies, so that each can be taken away from it alone. */
async function onStage(run: (stage: Stage) => Promise<void>): Promise<void> {
  await withTestServers({ tenants: ['acme'] }, async (servers) => {
    const [natsUrl, redisUrl] = [new URL(servers.natsUrls[0] ?? ''), new URL(servers.redisUrl)];
    const nats = await startFaultProxy(Number(natsUrl.port));
    const redis = await startFaultProxy(Number(redisUrl.port));
    redisUrl.port = String(redis.port);
    const vault = await startFakeVault(await servers.connect('vault'));
    const admin = await servers.connect('admin');
    const reader = await servers.connect('webhook-delivery');
    const client = new Redis(servers.redisUrl);
    const ingress = await runIngress(servers, 'ingress-1', {
      natsUrls: [nats.url('nats')],
      redisUrl: String(redisUrl),
    });
    try {
      await run({ servers, ingress, admin, reader, vault, nats, redis, client });
    } finally {
      await nats.heal();
      await redis.heal();
      await ingress.stop();
      await nats.stop();
      await redis.stop();
      client.disconnect();
    }
  });
}

const expectUnavailable = (answer: Response) => {
  expect(answer.status).toBe(503);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
};

describe('when something is away', () => {
  test('NATS: nothing is acknowledged, and what came again afterwards is one event', () =>
    onStage(async ({ ingress, admin, reader, nats }) => {
      const source = await makeSource(admin, { scheme: 'github', secret });
      const early = await sampleFor(source, secret, { body: '{"early":1}' });
      expect((await deliver(ingress, early)).status).toBe(200);
      nats.inject({ kind: 'down' });
      const sample = await sampleFor(source, secret);
      await vi.waitFor(async () => expect((await fetch(`${ingress.url}/readyz`)).status).toBe(503));
      expectUnavailable(await deliver(ingress, sample));
      expect((await fetch(`${ingress.url}/livez`)).status).toBe(200);
      await nats.heal();
      await vi.waitFor(async () => expect((await deliver(ingress, sample)).status).toBe(200), 20_000);
      expect(await eventsOf(reader, source)).toHaveLength(2);
    }));

  test('NATS, after it took an event and before it could say so: what comes again is no second event', () =>
    onStage(async ({ ingress, admin, reader, nats }) => {
      const source = await makeSource(admin, { scheme: 'github', secret });
      const warm = await sampleFor(source, secret, { body: '{"warm":1}' });
      expect((await deliver(ingress, warm)).status).toBe(200);
      // What we send arrives, and no answer comes back.
      const deaf = nats.inject({ kind: 'timeout', ms: 0 }, { direction: 'toClient' });
      const sample = await sampleFor(source, secret);
      expectUnavailable(await deliver(ingress, sample));
      await vi.waitFor(async () => expect(await eventsOf(reader, source)).toHaveLength(2));
      await deaf();
      await vi.waitFor(async () => expect((await deliver(ingress, sample)).status).toBe(200), 20_000);
      expect(await eventsOf(reader, source)).toHaveLength(2);
    }));

  test('the vault: secrets in hand serve on, and a source whose are not is told to come again', () =>
    onStage(async ({ ingress, admin, vault }) => {
      const known = await makeSource(admin, { scheme: 'github', secret });
      const unknown = await makeSource(admin, { scheme: 'github', secret });
      expect((await deliver(ingress, await sampleFor(known, secret))).status).toBe(200);
      await vault.stop();
      expect((await deliver(ingress, await sampleFor(known, secret, { body: '{"a":2}' }))).status).toBe(200);
      const sample = await sampleFor(unknown, secret);
      expectUnavailable(await deliver(ingress, sample));
      await vault.start();
      expect((await deliver(ingress, sample)).status).toBe(200);
    }));

  test.each([{ kind: 'down' }, { kind: 'timeout', ms: 0 }] as const)(
    'Redis ($kind): nothing is lost, and the stream alone tells what comes again',
    (fault) =>
      onStage(async ({ client, ingress, admin, reader, redis }) => {
        const source = await makeSource(admin, { scheme: 'github', secret });
        const before = await sampleFor(source, secret, { body: '{"before":1}' });
        expect((await deliver(ingress, before)).status).toBe(200);
        redis.inject(fault);
        const sample = await sampleFor(source, secret);
        for (let time = 0; time < 3; time++) expect((await deliver(ingress, sample)).status).toBe(200);
        expect((await deliver(ingress, before)).status).toBe(200);
        expect(await eventsOf(reader, source)).toHaveLength(2);
        expect(ingress.log()).toContain('Redis is away: the stream alone tells');
        await redis.heal();
        await vi.waitFor(() => expect(ingress.log()).toContain('Redis answers again'), 20_000);
        // What was persisted meanwhile is remembered: the event of before, that of meanwhile, and what was signed of each.
        const remembered = async () => expect(await client.keys(`hook:acme:${source.id}:*`)).toHaveLength(4);
        await vi.waitFor(remembered, 20_000);
      }),
  );
});

test('a Redis that is full takes nothing: events go on, and it is told once', () =>
  onStage(async ({ client, ingress, admin, reader }) => {
    const source = await makeSource(admin, { scheme: 'github', secret });
    await client.config('SET', 'maxmemory', '1');
    const told = () => ingress.log().split('Redis is away').length - 1;
    const send = async (number: number) =>
      (await deliver(ingress, await sampleFor(source, secret, { body: `{"number":${number}}` }))).status;
    expect(await send(0)).toBe(200);
    expect(told()).toBe(1);
    // As long as it takes the ingress to look again, and once more: it answers, and is still no use.
    const lookedAgain = performance.now() + 1_500;
    for (let number = 1; performance.now() < lookedAgain; number++) expect(await send(number)).toBe(200);
    expect(told()).toBe(1);
    expect(ingress.log()).not.toContain('Redis answers again');
    await client.config('SET', 'maxmemory', '0');
    await vi.waitFor(() => expect(ingress.log()).toContain('Redis answers again'));
    const events = await eventsOf(reader, source);
    await vi.waitFor(async () => expect(await client.keys(`hook:acme:${source.id}:*`)).toHaveLength(2 * events.length));
  }));

test('a Redis that lost its memory is told again what the stream has, for the whole window', () =>
  onStage(async ({ servers, client, ingress, admin, reader }) => {
    const source = await makeSource(admin, { scheme: 'github', secret });
    const sample = await sampleFor(source, secret);
    expect((await deliver(ingress, sample)).status).toBe(200);
    const keys = async () => (await client.keys(`hook:acme:${source.id}:*`)).sort();
    const known = await keys();
    expect(known).toHaveLength(2); // the event and the guard of what was signed
    const [event] = await eventsOf(reader, source);
    await client.flushall();
    // A process that starts finds the marker gone.
    const second = await runIngress(servers, 'ingress-2');
    try {
      await vi.waitFor(async () => expect(await client.exists('hook:marker')).toBe(1));
      expect(await keys()).toEqual(known);
      for (const key of known) {
        expect(await client.get(key)).toBe(event?.event.id);
        expect(await client.pttl(key)).toBeGreaterThan(71 * 3_600_000);
      }
      expect((await deliver(second, sample)).status).toBe(200);
      expect(await eventsOf(reader, source)).toHaveLength(1);
      expect(second.log()).toContain('Redis has no memory of webhook events');
    } finally {
      await second.stop();
    }
  }));

test('a copy whose first is not yet persisted waits for it, and is told to come again when that takes too long', () =>
  onStage(async ({ client, ingress, admin, reader }) => {
    const source = await makeSource(admin, { scheme: 'github', secret });
    const sample = await sampleFor(source, secret);
    // Somebody else is at it: the keys of the event are learned by having it once, and held again.
    expect((await deliver(ingress, sample)).status).toBe(200);
    const keys = await client.keys(`hook:acme:${source.id}:*`);
    for (const key of keys) await client.set(key, '?another', 'PX', 30_000);
    const started = performance.now();
    expectUnavailable(await deliver(ingress, sample));
    expect(performance.now() - started).toBeGreaterThan(1_900);
    const waiting = deliver(ingress, sample);
    for (const key of keys) await client.set(key, 'evt_x', 'PX', 30_000);
    expect((await waiting).status).toBe(200);
    expect(await eventsOf(reader, source)).toHaveLength(1);
  }));

test('what the vendor signed is its public URL, not where a proxy sends it, and a request says nothing about it', () =>
  onStage(async ({ ingress, admin, reader }) => {
    const source = await makeSource(admin, { scheme: 'square', secret });
    const { request } = await sampleFor(source, secret);
    expect(request.url.startsWith(publicUrl)).toBe(true);
    expect((await deliver(ingress, { request })).status).toBe(200);
    const elsewhere = await makeSource(admin, {
      scheme: 'square',
      secret,
      public_url: 'https://other.example.org:8443/base',
    });
    expect(elsewhere.url).toBe(`https://other.example.org:8443/base/hooks/${elsewhere.id}`);
    const signed = await sampleFor(elsewhere, secret);
    const through = { ...signed.request, url: `${publicUrl}/hooks/${elsewhere.id}` };
    expect((await deliver(ingress, { request: through })).status).toBe(200);
    const lying = await sampleFor(elsewhere, secret, {
      url: `https://evil.example.net/hooks/${elsewhere.id}`,
      body: '{"type":"x"}',
    });
    const forged = {
      ...lying.request,
      headers: [
        ...lying.request.headers,
        ['x-forwarded-host', 'evil.example.net'],
        ['x-forwarded-proto', 'https'],
        ['forwarded', 'host=evil.example.net;proto=https'],
      ] as [string, string][],
    };
    expect((await deliver(ingress, { request: forged })).status).toBe(401);
    expect(await eventsOf(reader, elsewhere)).toHaveLength(1);
  }));
