import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditConsumer, buckets, durables, type Identity, inboxPrefixOf, streams } from '@patchbay/contracts';
import { ensureIdentityKeys, findBinary, type NatsServer, seedFileOf, startNatsServer } from '@patchbay/local-servers';
import { connectMessaging, createSealingKeys, createSealingSeed, type Messaging } from '@patchbay/messaging';
import { readSecretFile } from '@patchbay/service-kit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeBackup } from './make-backup.ts';
import { openBackup } from './manifest.ts';
import { mirrorRoots } from './mirror-roots.ts';
import { restoreMachine } from './restore-machine.ts';
import { DamagedBackup } from './sealed-file.ts';

const dir = mkdtempSync(join(tmpdir(), 'patchbay-backup-'));
const projectRoot = join(import.meta.dirname, '../../../..');
const placesIn = (name: string) => ({
  keys: join(dir, name, 'keys'),
  nats: join(dir, name, 'nats'),
  database: join(dir, name, 'postgres'),
  spool: join(dir, name, 'spool'),
  checkpoints: join(dir, name, 'checkpoints'),
  roots: join(dir, name, 'roots'),
  erasures: join(dir, name, 'erasures'),
});
const first = placesIn('first');
const seed = createSealingSeed();
const recipient = createSealingKeys(seed).publicKey;
const keys = ensureIdentityKeys(first.keys, ['acme']);
const open: Messaging[] = [];
let server: NatsServer;

async function connect(identity: Identity, url = server.url): Promise<Messaging> {
  const messaging = await connectMessaging({
    servers: [url],
    seed: readSecretFile(seedFileOf(keys, identity)),
    name: identity,
    inboxPrefix: inboxPrefixOf(identity),
  });
  open.push(messaging);
  return messaging;
}

async function provision(messaging: Messaging): Promise<void> {
  const plan = { streams: Object.values(streams), buckets: Object.values(buckets), durables };
  await messaging.provision({ ...plan, replicas: 1, storage: 'file' });
}

function write(path: string, text: string): void {
  mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
  writeFileSync(path, text, { mode: 0o600 });
}

const sources = () => ({
  natsUrls: [server.url],
  seedFile: seedFileOf(keys, 'backup'),
  keys: first.keys,
  checkpoints: first.checkpoints,
  spool: first.spool,
  database: null,
});
const backUp = () =>
  makeBackup({ sources: sources(), to: join(dir, 'store'), keysTo: join(dir, 'keys-apart'), recipient });

beforeAll(async () => {
  server = await startNatsServer({ dir: first.nats, binary: findBinary('nats-server', projectRoot), keys, port: 0 });
  await provision(await connect('provisioner'));
  write(join(first.roots, 'id'), 'installation');
  write(join(first.roots, 'acme.root'), 'root-of-acme');
  write(join(first.checkpoints, 'acme.notes'), 'checkpoint');
  write(join(first.spool, 'executor-1', '0001.spool'), 'spooled');
  write(join(first.spool, 'executor-1', 'owner'), '{"pid":1}');
}, 60_000);
afterAll(async () => {
  await Promise.all(open.map((messaging) => messaging.close()));
  await server?.stop();
  rmSync(dir, { recursive: true, force: true });
});

test('what was there before a backup is there after a restore, while writers go on', async () => {
  const [vault, executor] = [await connect('vault'), await connect('executor')];
  const credentials = await vault.bucket('credentials');
  await credentials.put('acme.con_1.1', 'sealed credential');
  await (await vault.bucket('tenant_keys')).put('acme.1', 'wrapped key');
  for (let n = 0; n < 50; n++) await executor.publishDurable('audit.v1.acme.execution', `before ${n}`);
  const consumer = await (await connect('audit')).consume(auditConsumer.stream, auditConsumer.durable, {
    maxMessages: 100,
    onBatch: async () => ({ ack: true }),
  });
  // More than one piece of an archive, and writes all the while.
  const noise = Buffer.alloc(300_000, 'patchbay').map((byte, i) => (byte * (i % 251)) & 255);
  await executor.publishDurable('audit.v1.acme.execution', noise);
  const writing = { go: true };
  const writer = (async () => {
    while (writing.go) await executor.publishDurable('audit.v1.acme.execution', 'meanwhile');
  })();
  const before = Date.now();
  const report = await backUp();
  writing.go = false;
  await writer;
  await consumer.stop();
  expect(Date.parse(report.started_at)).toBeGreaterThanOrEqual(before);
  expect(report).toMatchObject({ database: 'none', keys: { messages: 1 } });

  const second = placesIn('second');
  mirrorRoots({ roots: first.roots, erasures: null }, join(dir, 'mirror'));
  const [store, opened] = [openBackup(report.store.directory, seed), openBackup(report.keys?.directory ?? '', seed)];
  const restored = await restoreMachine({
    store,
    keys: opened,
    places: second,
    rootsFrom: join(dir, 'mirror'),
    waiting: null,
    projectRoot,
  });
  expect(restored.recovery_point).toBe(report.started_at);
  expect(readFileSync(join(second.roots, 'acme.root'), 'utf8')).toBe('root-of-acme');
  expect(readFileSync(join(second.checkpoints, 'acme.notes'), 'utf8')).toBe('checkpoint');
  expect(readFileSync(join(second.spool, 'executor-1', '0001.spool'), 'utf8')).toBe('spooled');
  expect(existsSync(join(second.spool, 'executor-1', 'owner'))).toBe(false);
  const seedFile = join(second.keys, 'nkeys', 'executor.nk');
  expect(readFileSync(seedFile, 'utf8')).toBe(readFileSync(seedFileOf(keys, 'executor'), 'utf8'));
  expect(statSync(seedFile).mode & 0o077).toBe(0);

  const again = await startNatsServer({
    dir: second.nats,
    binary: findBinary('nats-server', projectRoot),
    keys,
    port: 0,
  });
  try {
    await provision(await connect('provisioner', again.url));
    const [lately, reading] = [await connect('vault', again.url), await connect('audit', again.url)];
    const row = await (await lately.bucket('credentials')).get('acme.con_1.1');
    expect(Buffer.from(row?.value ?? '').toString()).toBe('sealed credential');
    expect(await (await lately.bucket('tenant_keys')).get('acme.1')).not.toBeNull();
    // The durable starts over, so that the database is offered every event.
    const texts: string[] = [];
    const rereading = await reading.consume(auditConsumer.stream, auditConsumer.durable, {
      maxMessages: 500,
      onBatch: async (batch) => {
        texts.push(...batch.map(({ payload }) => Buffer.from(payload).toString('latin1')));
        return { ack: true };
      },
    });
    await expect.poll(() => texts.length).toBeGreaterThanOrEqual(51);
    await rereading.stop();
    expect(texts.slice(0, 50)).toEqual(Array.from({ length: 50 }, (_, n) => `before ${n}`));
    expect(Buffer.from(texts[50] ?? '', 'latin1').equals(Buffer.from(noise))).toBe(true);
  } finally {
    await again.stop();
  }
}, 60_000);

test('a backup says nothing to whom it is not sealed to, and nothing that was changed', async () => {
  const { store, keys: apart } = await backUp();
  const text = readFileSync(join(store.directory, 'KV_credentials.sealed'), 'latin1');
  expect(text).not.toContain('sealed credential');
  expect(statSync(store.directory).mode & 0o077).toBe(0);
  expect(existsSync(join(store.directory, 'KV_tenant_keys.sealed'))).toBe(false);
  expect(existsSync(join(store.directory, 'keys.sealed'))).toBe(false);
  expect(() => openBackup(store.directory, createSealingSeed())).toThrow(DamagedBackup);

  const opened = { store: openBackup(store.directory, seed), keys: openBackup(apart?.directory ?? '', seed) };
  const restore = (name: string) =>
    restoreMachine({ ...opened, places: placesIn(name), rootsFrom: join(dir, 'mirror'), waiting: null, projectRoot });
  const victim = join(store.directory, 'AUDIT.sealed');
  const whole = readFileSync(victim);
  for (const [what, bytes] of [
    ['cut', whole.subarray(0, whole.length - 20)],
    ['flipped', Buffer.concat([whole.subarray(0, 100), Buffer.from([(whole[100] ?? 0) ^ 1]), whole.subarray(101)])],
    ['another', readFileSync(join(store.directory, 'KV_connections.sealed'))],
  ] as const) {
    writeFileSync(victim, bytes);
    await expect(restore(what)).rejects.toThrow(DamagedBackup);
    expect(existsSync(join(dir, what))).toBe(false);
  }
  writeFileSync(victim, whole);
  const manifest = join(store.directory, 'manifest.json');
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(/"started_at": "20\d\d/, '"started_at": "2020'));
  expect(() => openBackup(store.directory, seed)).toThrow('was altered');
}, 60_000);

test('a restore replaces nothing, and leaves no credential without its root', async () => {
  const { store, keys: apart } = await backUp();
  const opened = { store: openBackup(store.directory, seed), keys: openBackup(apart?.directory ?? '', seed) };
  const common = { ...opened, waiting: null, projectRoot } as const;
  await expect(restoreMachine({ ...common, places: first, rootsFrom: null })).rejects.toThrow('Move away first');
  await expect(restoreMachine({ ...common, places: placesIn('rootless'), rootsFrom: null })).rejects.toThrow('roots');
  const other = await backUp();
  const unlike = { ...common, keys: openBackup(other.keys?.directory ?? '', seed) };
  await expect(restoreMachine({ ...unlike, places: placesIn('unlike'), rootsFrom: null })).rejects.toThrow('different');
}, 60_000);

test('submissions that waited are restored or left out only as somebody says', async () => {
  const executor = await connect('executor');
  await executor.publishDurable('submissions.v1.acme', 'a submission');
  const { store, keys: apart } = await backUp();
  const common = {
    store: openBackup(store.directory, seed),
    keys: openBackup(apart?.directory ?? '', seed),
    rootsFrom: join(dir, 'mirror'),
    projectRoot,
  };
  await expect(restoreMachine({ ...common, places: placesIn('asked'), waiting: null })).rejects.toThrow(
    '1 submissions',
  );
  const without = await restoreMachine({ ...common, places: placesIn('without'), waiting: 'leave_out' });
  const withIt = await restoreMachine({ ...common, places: placesIn('with'), waiting: 'carry_out' });
  expect([without.left_out, withIt.left_out]).toEqual([1, 0]);
  expect(withIt.streams - without.streams).toBe(1);
}, 60_000);

test('a mirror of roots has no history', () => {
  const [roots, to] = [join(dir, 'mirrored'), join(dir, 'mirror-2')];
  cpSync(first.roots, roots, { recursive: true });
  expect(mirrorRoots({ roots, erasures: null }, to)).toEqual({ copied: 2, removed: 0 });
  expect(mirrorRoots({ roots, erasures: null }, to)).toEqual({ copied: 0, removed: 0 });
  rmSync(join(roots, 'acme.root'));
  write(join(roots, 'acme.destroyed'), '');
  expect(mirrorRoots({ roots, erasures: null }, to)).toEqual({ copied: 1, removed: 1 });
  expect(existsSync(join(to, 'roots', 'acme.root'))).toBe(false);
  rmSync(roots, { recursive: true });
  expect(() => mirrorRoots({ roots, erasures: null }, to)).toThrow('away');
  expect(existsSync(join(to, 'roots', 'acme.destroyed'))).toBe(true);
});
