import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseApiKey } from '@patchbay/identity';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type InstallationPlan, layOutInstallation } from './lay-out.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'installation-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const plan = (more: Partial<InstallationPlan> = {}): InstallationPlan => ({
  dir,
  tenants: ['acme'],
  natsHosts: ['nats'],
  natsStore: '/data',
  natsSync: 'always',
  natsMaxFileBytes: 1_000_000,
  redisHost: 'redis',
  postgresHost: 'postgres',
  owner: null,
  ...more,
});
const files = () =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
const text = (...name: string[]) => readFileSync(join(dir, ...name), 'utf8');

test('each part gets what it needs, readable by its owner alone, and no other part’s secret', () => {
  layOutInstallation(plan());
  for (const path of files()) expect([path, statSync(path).mode & 0o077]).toEqual([path, 0]);
  expect(readdirSync(join(dir, 'executor')).sort()).toEqual(['audit-mac.key', 'nkey.seed', 'redis.url']);
  expect(readdirSync(join(dir, 'registry')).sort()).toEqual(['audit-mac.key', 'nkey.seed']);
  const seeds = readdirSync(dir)
    .filter((part) => part !== 'all')
    .flatMap((part) =>
      readdirSync(join(dir, part))
        .filter((name) => name === 'nkey.seed')
        .map(() => text(part, 'nkey.seed')),
    );
  expect(new Set(seeds).size).toBe(8);
  // The server knows public keys alone.
  for (const seed of seeds) expect(text('nats', 'nats.conf')).not.toContain(seed.trim());
  expect(parseApiKey(text('gateway', 'first.key').trim())).not.toBeNull();
  expect(text('operator', 'operator.key')).toBe(text('gateway', 'first.key'));
  const password = text('postgres', 'password');
  expect(text('audit', 'audit-checkpoint.key')).toBe(text('all', 'audit-checkpoint.key'));
  expect(text('audit', 'database.url')).toBe(`postgres://patchbay:${password}@postgres:5432/patchbay\n`);
});

test('done again it changes no key, and lets further tenants in', () => {
  layOutInstallation(plan());
  const before = new Map(files().map((path) => [path, readFileSync(path, 'utf8')]));
  const { tenants } = layOutInstallation(plan({ tenants: ['globex'] }));
  expect(tenants).toEqual(['acme', 'globex']);
  const changed = files().filter((path) => before.get(path) !== readFileSync(path, 'utf8'));
  expect(changed.map((path) => path.slice(dir.length + 1)).sort()).toEqual([
    'all/nkeys/agent.globex.nk',
    'all/nkeys/auditor.globex.nk',
    'nats/nats.conf',
    'tenants/globex/agent.seed',
    'tenants/globex/auditor.seed',
  ]);
});

test('the servers of a cluster know one another, and nobody else joins', () => {
  layOutInstallation(plan({ natsHosts: ['nats-1', 'nats-2', 'nats-3'] }));
  const { cluster, server_name } = JSON.parse(text('nats', 'nats-2.conf'));
  const secret = text('all', 'nats-routes.password').trim();
  expect(server_name).toBe('nats-2');
  expect(cluster.routes).toEqual([
    `nats-route://route:${secret}@nats-1:6222`,
    `nats-route://route:${secret}@nats-3:6222`,
  ]);
  expect(cluster.authorization).toMatchObject({ user: 'route', password: secret });
});

test('clusters of several regions, certificates and leaves are laid out, a leaf with its own tenant’s seed alone', () => {
  layOutInstallation(
    plan({
      tenants: ['acme', 'globex'],
      natsClusters: { east: ['e-1', 'e-2', 'e-3'], west: ['w-1', 'w-2', 'w-3'] },
      natsTlsDir: '/etc/tls',
      natsLeaves: true,
    }),
  );
  const east = JSON.parse(text('nats', 'e-2.conf'));
  const files = { cert_file: '/etc/tls/e-2.crt', key_file: '/etc/tls/e-2.key', ca_file: '/etc/tls/ca.crt' };
  for (const door of [east, east.cluster, east.gateway, east.leafnodes]) expect(door.tls).toMatchObject(files);
  for (const between of [east.cluster, east.gateway]) expect(between.tls.verify).toBe(true);
  expect(east.gateway).toMatchObject({ name: 'east', reject_unknown_cluster: true });
  expect(east.gateway.gateways.map(({ name }: { name: string }) => name)).toEqual(['west']);
  expect(east.gateway.authorization.password).not.toBe(east.cluster.authorization.password);
  const leaf = JSON.parse(text('tenants', 'acme', 'leaf.conf'));
  expect(leaf.leafnodes.remotes).toMatchObject([{ nkey: text('tenants', 'acme', 'agent.seed').trim() }]);
  expect(leaf.leafnodes.remotes[0].urls).toHaveLength(6);
  expect(text('tenants', 'acme', 'leaf.conf')).not.toContain(text('tenants', 'globex', 'agent.seed').trim());
  expect(text('operator', 'system.seed')).toBe(text('all', 'nkeys', 'system.nk'));
  expect(() => layOutInstallation(plan({ natsClusters: { east: ['e-1'], west: ['w-1'] } }))).toThrow(RangeError);
});
