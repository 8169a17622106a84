import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buckets, type Identity, inboxPrefixOf } from '@patchbay/contracts';
import { ensureIdentityKeys, findBinary, type NatsServer, seedFileOf, startNatsServer } from '@patchbay/local-servers';
import { type Bucket, connectMessaging, type Messaging } from '@patchbay/messaging';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { entryKeyOf } from './entry-key.ts';
import { openRegistryCopy } from './open-registry-copy.ts';
import { type StoredSketch, storedIntegration } from './stored-integration.fixture.ts';

const dir = mkdtempSync(join(tmpdir(), 'patchbay-registry-copy-'));
const keys = ensureIdentityKeys(join(dir, 'keys'), []);
const binary = findBinary('nats-server', join(import.meta.dirname, '../../..'));
const start = (port?: number) =>
  startNatsServer({ dir: join(dir, 'nats'), binary, keys, ...(port !== undefined && { port }) });
let server: NatsServer;
let open: Messaging[];
let executor: Messaging;
let bucket: Bucket;

beforeAll(async () => {
  server = await start();
  const connect = (identity: Identity) =>
    connectMessaging({
      servers: [server.url],
      seed: readFileSync(seedFileOf(keys, identity), 'utf8'),
      name: identity,
      inboxPrefix: inboxPrefixOf(identity),
    });
  executor = await connect('executor');
  open = [await connect('provisioner'), await connect('registry'), executor];
  await open[0]?.provision({
    streams: [],
    buckets: [buckets.integrations],
    durables: [],
    replicas: 1,
    storage: 'file',
  });
  bucket = (await open[1]?.bucket('integrations')) as Bucket;
});

afterAll(async () => {
  await Promise.all((open ?? []).map((messaging) => messaging.close()));
  await server?.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function store(sketch: StoredSketch): Promise<void> {
  const stored = storedIntegration(sketch);
  const key = entryKeyOf({ scope: stored.scope, integration: stored.document.id, version: stored.document.version });
  await bucket.put(key, JSON.stringify(stored));
}

test('a copy opens over an empty bucket', async () => {
  const copy = await openRegistryCopy({ messaging: executor });
  expect(copy.visibleTools('acme')).toEqual([]);
  copy.close();
});

test('a copy holds all that is stored when it opens, and follows what comes after', async () => {
  for (let i = 0; i < 50; i++) await store({ id: `crm_${i}` });
  const copy = await openRegistryCopy({ messaging: executor });
  expect(copy.visibleTools('acme')).toHaveLength(50);

  await store({ id: 'crm_0', version: '2.0.0' });
  await vi.waitFor(() => expect(copy.resolve('acme', 'crm_0_ping')?.document.version).toBe('2.0.0'));
  await store({ id: 'crm_0', version: '2.0.0', retired: true });
  await vi.waitFor(() => expect(copy.resolve('acme', 'crm_0_ping')?.document.version).toBe('1.0.0'));
  await bucket.delete('doc._platform.crm_0.1_0_0');
  await vi.waitFor(() => expect(copy.resolve('acme', 'crm_0_ping')).toBeNull());
  copy.close();
});

test('an entry of a newer release among the others keeps none of them away', async () => {
  await bucket.put('doc._platform.newer.1_0_0', JSON.stringify({ schema: 9 }));
  await store({ id: 'after_it' });
  const problems: unknown[] = [];
  const copy = await openRegistryCopy({ messaging: executor, onError: (problem) => problems.push(problem) });
  expect(copy.resolve('acme', 'after_it_ping')).not.toBeNull();
  expect(problems).toEqual([expect.objectContaining({ key: 'doc._platform.newer.1_0_0' })]);
  copy.close();
});

test('a copy goes on following after the server was away, and holds what was written meanwhile', {
  timeout: 60_000,
}, async () => {
  const copy = await openRegistryCopy({ messaging: executor });
  await store({ id: 'before' });
  await vi.waitFor(() => expect(copy.resolve('acme', 'before_ping')).not.toBeNull());
  await server.stop();
  server = await start(server.port);
  await vi.waitFor(() => store({ id: 'meanwhile' }), { timeout: 20_000, interval: 200 });
  await vi.waitFor(() => expect(copy.resolve('acme', 'meanwhile_ping')).not.toBeNull(), {
    timeout: 30_000,
    interval: 100,
  });
  expect(copy.resolve('acme', 'before_ping')).not.toBeNull();
  await store({ id: 'after' });
  await vi.waitFor(() => expect(copy.resolve('acme', 'after_ping')).not.toBeNull(), { timeout: 5_000 });
  copy.close();
});
