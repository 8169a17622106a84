import { existsSync } from 'node:fs';
import { createConnection } from 'node:net';
import { auditConsumer, buckets, events } from '@patchbay/contracts';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { canary, scanForCanaries, startCaptureProxy, startTestServers, withTestServers } from '../index.ts';
import { serversForSuite } from './with-test-servers.ts';

const servers = serversForSuite({ beforeAll, afterAll }, { tenants: ['acme', 'rival'] });

describe('one server', () => {
  test('streams, buckets and durables stand ready under the real permissions', async () => {
    const vault = await servers().connect('vault');
    const bucket = await vault.bucket(buckets.credentials.name);
    expect(await bucket.create('acme.con_1', Buffer.from('x'))).toBeGreaterThan(0);
    expect((await bucket.get('acme.con_1'))?.value).toEqual(new Uint8Array(Buffer.from('x')));
    await vault.publishDurable('audit.v1.acme.credential', Buffer.from('{}'));
    const audit = await servers().connect('audit');
    const seen: string[] = [];
    const consumer = await audit.consume(auditConsumer.stream, auditConsumer.durable, {
      maxMessages: 10,
      onBatch: async (messages) => {
        seen.push(...messages.map((message) => message.subject));
        return { ack: true };
      },
    });
    await vi.waitFor(() => expect(seen).toEqual(['audit.v1.acme.credential']));
    await consumer.stop();
  });

  test('each tenant has its own agent, which hears its own tenant alone', async () => {
    const registry = await servers().connect('registry');
    const heard: string[] = [];
    for (const tenant of ['acme', 'rival']) {
      const agent = await servers().connect('agent', tenant);
      agent.subscribeEvent(events.registryChanged, { tenant }, (_, values) =>
        heard.push(`${tenant} of ${values.tenant}`),
      );
      await agent.flush();
    }
    registry.publishEvent(
      events.registryChanged,
      { tenant: 'acme' },
      {
        scope: 'acme',
        integration: 'slack',
        version: '1.0.0',
        change: 'registered',
        tools: [],
      },
    );
    await vi.waitFor(() => expect(heard).toEqual(['acme of acme']));
  });

  test('keys are at hand, and an identity without one is an error', () => {
    expect(servers().seedOf('executor')).toMatch(/^SU[A-Z2-7]{56}$/);
    expect(servers().seedOf('agent', 'acme')).not.toBe(servers().seedOf('agent', 'rival'));
    expect(servers().macKeyOf('vault')).toHaveLength(32);
    expect(() => servers().seedOf('agent', 'nobody')).toThrow('no key for agent of tenant nobody');
  });

  test('redis answers behind its password', async () => {
    const { hostname, port, password } = new URL(servers().redisUrl);
    const socket = createConnection(Number(port), hostname);
    let text = '';
    socket.on('data', (chunk) => {
      text += String(chunk);
    });
    socket.write(`PING\r\nAUTH ${password}\r\nPING\r\n`);
    await vi.waitFor(() => expect(text).toMatch(/^-NOAUTH.*\r\n\+OK\r\n\+PONG\r\n$/s));
    socket.destroy();
  });

  test('a proxy between a service and NATS keeps what passed, and finds a canary that was published', async () => {
    const proxy = await startCaptureProxy(Number(new URL(servers().natsUrls[0] as string).port));
    try {
      const [open, hidden] = [canary(), canary()];
      const vault = await servers().connect('vault', undefined, { servers: [proxy.url()] });
      await vault.publishDurable('audit.v1.acme.credential', Buffer.from(JSON.stringify({ open })));
      const captured = proxy.captured().flatMap(({ toServer, toClient }, index) => [
        { name: `${index} to server`, bytes: toServer },
        { name: `${index} to client`, bytes: toClient },
      ]);
      const hits = await scanForCanaries(captured, [open, hidden, servers().seedOf('vault')]);
      expect(proxy.missedBytes).toBe(0);
      expect(hits).toMatchObject([{ source: '0 to server', canary: 0, encoding: 'raw' }]);
    } finally {
      await proxy.stop();
    }
  });

  test('a service cut off by the proxy comes back by itself', async () => {
    const proxy = await startCaptureProxy(Number(new URL(servers().natsUrls[0] as string).port));
    try {
      const statuses: string[] = [];
      const vault = await servers().connect('vault', undefined, {
        servers: [proxy.url()],
        onStatus: ({ type }) => statuses.push(type),
      });
      proxy.cut();
      await vi.waitFor(() => expect(statuses).toEqual(expect.arrayContaining(['disconnect', 'reconnect'])), 10_000);
      await vault.publishDurable('audit.v1.acme.credential', Buffer.from('{}'));
    } finally {
      await proxy.stop();
    }
  });
});

test('servers end with their directory and connections, without Redis too, and stopping twice is no error', async () => {
  const kept = await withTestServers({ redis: false, storage: 'file' }, async (own) => {
    expect(() => own.redisUrl).toThrow('without Redis');
    const admin = await own.connect('admin');
    expect(existsSync(own.dir)).toBe(true);
    return { own, admin };
  });
  await kept.own.stop();
  expect(existsSync(kept.own.dir)).toBe(false);
  expect(kept.admin.connected).toBe(false);
  expect(() => process.kill(kept.own.nats[0]?.pid as number, 0)).toThrow('ESRCH');
});

test('what fails leaves nothing behind', async () => {
  await expect(startTestServers({ tenants: ['Not A Tenant'] })).rejects.toMatchObject({ code: 'invalid_request' });
  await expect(
    withTestServers({ redis: false }, async () => Promise.reject(new Error('the test failed'))),
  ).rejects.toThrow('the test failed');
});

test('servers asked for before they started are an error that says when', () => {
  const early = serversForSuite({ beforeAll: () => undefined, afterAll: () => undefined });
  expect(early).toThrow('beforeAll');
});

test('a cluster of three keeps streams on three servers and outlives the loss of one', async () => {
  await withTestServers({ cluster: 3, redis: false }, async (own) => {
    expect(own.natsUrls).toHaveLength(3);
    const vault = await own.connect('vault');
    const bucket = await vault.bucket(buckets.connections.name);
    expect(await bucket.create('acme.con_1', Buffer.from('x'))).toBeGreaterThan(0);
    await own.nats[2]?.stop();
    await vi.waitFor(async () => expect((await bucket.get('acme.con_1'))?.key).toBe('acme.con_1'), 20_000);
  });
}, 60_000);
