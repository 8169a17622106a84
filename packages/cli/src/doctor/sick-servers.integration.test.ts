import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buckets, durables, inboxPrefixOf, streams } from '@patchbay/contracts';
import {
  ensureIdentityKeys,
  findBinary,
  freePort,
  type LocalKeys,
  type NatsCluster,
  renderNatsConfig,
  seedFileOf,
  startNatsCluster,
} from '@patchbay/local-servers';
import { connectMessaging } from '@patchbay/messaging';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { checkout } from '../config.ts';
import { cli, directoryWith, json } from '../running-patchbay.fixture.ts';

// nats-servers that are configured as they should not be, with no Patchbay behind them.
const binary = findBinary('nats-server', checkout);
let dir: string;
let keys: LocalKeys;
beforeAll(() => {
  dir = directoryWith();
  keys = ensureIdentityKeys(join(dir, 'keys'), ['acme']);
});

async function look(servers: readonly string[], ...argv: string[]) {
  const result = await cli([
    'doctor',
    '--json',
    ...['--nats', servers.join(','), '--tenant', 'acme', '--credentials', seedFileOf(keys, 'admin')],
    ...['--system-key', seedFileOf(keys, 'system')],
    ...argv,
  ]);
  return json(result).findings as Record<'id' | 'about' | 'status' | 'message', string>[];
}
const brief = (found: Awaited<ReturnType<typeof look>>) => found.map(({ id, status }) => `${id} ${status}`);
const as = (servers: readonly string[], identity: 'provisioner' | 'executor') =>
  connectMessaging({
    servers: [...servers],
    seed: readFileSync(seedFileOf(keys, identity), 'utf8'),
    name: identity,
    inboxPrefix: inboxPrefixOf(identity),
  });
async function provision(servers: readonly string[]): Promise<void> {
  const messaging = await as(servers, 'provisioner');
  const all = { streams: Object.values(streams), buckets: Object.values(buckets), durables };
  // Of a cluster that has just begun the leader may not know of everybody yet.
  await expect
    .poll(() => messaging.provision({ ...all, replicas: 1, storage: 'file' }).then(() => 'made'), { timeout: 15_000 })
    .toBe('made');
  await messaging.close();
}

describe('one server', () => {
  let server: ChildProcess;
  let url: string;
  const all =
    'nats-auth,nats-tls,nats-monitor,nats-payload,jetstream-space,jetstream-sync,nats-cluster,stream-replicas,durables-in-step';

  beforeAll(async () => {
    const [port, monitor] = [await freePort(), await freePort()];
    const config = renderNatsConfig({
      serverName: 'careless',
      host: '0.0.0.0',
      port,
      monitor: `0.0.0.0:${monitor}`,
      storeDir: join(dir, 'careless'),
      maxFileBytes: 1_048_576,
      maxMemoryBytes: 1_048_576,
      syncInterval: '2m',
      maxPayloadBytes: 1_048_576,
      identities: keys.identities,
    });
    const agent = keys.identities.find(({ identity }) => identity === 'agent');
    const careless = { ...JSON.parse(config), no_auth_user: agent?.publicKey };
    writeFileSync(join(dir, 'careless.conf'), JSON.stringify(careless), { mode: 0o600 });
    server = spawn(binary, ['--config', join(dir, 'careless.conf')], { stdio: 'ignore' });
    url = `nats://127.0.0.1:${port}`;
    await vi.waitFor(
      // The machine's own may have published advisories: that is a warning, and an answer.
      async () => expect(brief(await look([url], '--only', 'nats-version'))[0]).toMatch(/^nats-version (ok|warn)$/),
      { timeout: 30_000, interval: 100 },
    );
  });
  afterAll(async () => {
    server.kill();
    await once(server, 'exit');
  });

  test('that lets anybody in, in clear, tells all, takes little and is slow to sync, is found out', async () => {
    const found = await look([url], '--only', all);
    expect(brief(found)).toEqual([
      'nats-auth fail',
      'nats-tls warn',
      'nats-monitor warn',
      'nats-payload fail',
      'nats-cluster ok',
      'jetstream-sync warn',
      'jetstream-space ok',
      'stream-replicas fail',
      'durables-in-step ok',
    ]);
    expect(found.at(-2)?.message).toBe('there are no streams');
    expect(found[0]?.message).toBe('lets anybody in');
  });

  test('that is full is found to be', async () => {
    await provision([url]);
    const executor = await as([url], 'executor');
    for (let bytes = 0; bytes < 900_000; bytes += 60_000)
      await executor.publishDurable('audit.v1.acme.execution', 'x'.repeat(60_000));
    expect(brief(await look([url], '--only', 'jetstream-space,stream-replicas'))).toEqual([
      'jetstream-space warn',
      'stream-replicas ok',
    ]);
    await executor.publishDurable('audit.v1.acme.execution', 'x'.repeat(110_000));
    expect(brief(await look([url], '--only', 'jetstream-space'))).toEqual(['jetstream-space fail']);
    await executor.close();
  });

  test('without the key of the system account only what it says to everybody is looked at', async () => {
    const { findings } = json(
      await cli([
        'doctor',
        '--json',
        '--nats',
        url,
        '--tenant',
        'acme',
        '--credentials',
        seedFileOf(keys, 'admin'),
        '--only',
        all,
      ]),
    );
    expect(brief(findings)[0]).toBe('nats-auth fail');
    for (const { status, message } of findings.slice(1))
      expect([status, message]).toEqual(['skip', expect.stringContaining('--system-key')]);
  });
});

describe('a cluster', () => {
  let cluster: NatsCluster;
  beforeAll(async () => {
    cluster = await startNatsCluster({
      dir: join(dir, 'cluster'),
      binary,
      keys: { identities: keys.identities },
      syncInterval: 'always',
    });
  });
  afterAll(() => cluster?.stop());

  test('whose streams have one copy, and then one server less, is found wanting', async () => {
    await provision(cluster.urls);
    const found = await look(cluster.urls, '--only', 'nats-auth,nats-cluster,jetstream-sync,stream-replicas');
    expect(brief(found)).toEqual([
      ...Array(3).fill('nats-auth ok'),
      'nats-cluster ok',
      ...Array(3).fill('jetstream-sync ok'),
      'stream-replicas fail',
    ]);
    expect(found.at(-1)).toMatchObject({
      about: 'copies',
      message: expect.stringMatching(/^kept less than 3 times: AUDIT, /),
    });
    cluster.servers[2]?.kill('SIGKILL');
    await expect
      .poll(async () => brief(await look(cluster.urls.slice(0, 2), '--only', 'nats-cluster')), { timeout: 15_000 })
      .toEqual(['nats-cluster fail']);
  });
});
