import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Identity, inboxPrefixOf, routes, streams } from '@patchbay/contracts';
import {
  ensureIdentityKeys,
  findBinary,
  freePort,
  type LocalKeys,
  type NatsTlsConfig,
  renderNatsConfig,
  renderNatsLeafConfig,
  seedFileOf,
} from '@patchbay/local-servers';
import { connectMessaging, endpoint, type Messaging, readServers } from '@patchbay/messaging';
import { createTestAuthority, type TestAuthority } from '@patchbay/testkit/tls';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { maxPayloadBytes, type NatsPlace, type NatsTopology, natsConfigs } from './topology.ts';

// Each kind of deployment with real nats-servers that speak TLS, and Patchbay's own client.
const root = fileURLToPath(new URL('../../../..', import.meta.url));
const binary = findBinary('nats-server', root);
const dir = mkdtempSync(join(tmpdir(), 'patchbay-nats-'));
const secrets = { routes: 'routes-secret', gateways: 'gateways-secret' };
const running = new Map<string, { readonly child: ChildProcess; readonly log: () => string }>();
const connections: Messaging[] = [];
const trusted = getCACertificates();
let authority: TestAuthority;
let keys: LocalKeys;

beforeAll(async () => {
  authority = await createTestAuthority();
  keys = ensureIdentityKeys(join(dir, 'keys'), ['acme', 'rival']);
  writeFileSync(join(dir, 'ca.crt'), authority.ca);
  // What NODE_EXTRA_CA_CERTS does for a service.
  setDefaultCACertificates([...trusted, authority.ca]);
});
afterAll(async () => {
  setDefaultCACertificates(trusted);
  await Promise.all(connections.map((one) => one.close()));
  const children = [...running.values()].map(({ child }) => child).filter(({ exitCode }) => exitCode === null);
  for (const child of children) child.kill();
  await Promise.all(children.map((child) => once(child, 'exit')));
  rmSync(dir, { recursive: true });
});

async function certificateOf(name: string, by = authority): Promise<NatsTlsConfig> {
  const { cert, key } = await by.issue('localhost');
  const files = { certFile: join(dir, `${name}.crt`), keyFile: join(dir, `${name}.key`), caFile: join(dir, 'ca.crt') };
  writeFileSync(files.certFile, cert);
  writeFileSync(files.keyFile, key, { mode: 0o600 });
  return files;
}

async function place(name: string): Promise<NatsPlace> {
  const [clients, monitor, routesPort, gateways, leaves] = await Promise.all([1, 2, 3, 4, 5].map(() => freePort()));
  const ports = { clients, monitor, routes: routesPort, gateways, leaves } as NatsPlace['ports'];
  return { name, address: 'localhost', bind: '127.0.0.1', ports };
}

const urlOf = ({ ports }: NatsPlace) => `tls://localhost:${ports.clients}`;

/** Starts what a topology says, and resolves when every server takes clients. */
async function start(clusters: NatsTopology['clusters'], leaves = false): Promise<void> {
  const tls = new Map<string, NatsTlsConfig>();
  for (const { name } of Object.values(clusters).flat()) tls.set(name, await certificateOf(name));
  const topology = {
    clusters,
    leaves,
    tlsOf: (name: string) => tls.get(name) as NatsTlsConfig,
    syncInterval: 'always',
  };
  const configs = natsConfigs({ ...topology, store: '', maxFileBytes: 100_000_000 }, keys, secrets);
  await Promise.all(
    [...configs].map(([name, config]) => serve(name, renderNatsConfig({ ...config, storeDir: join(dir, name) }))),
  );
}

async function serve(name: string, config: string, until = 'Server is ready'): Promise<void> {
  writeFileSync(join(dir, `${name}.conf`), config, { mode: 0o600 });
  const child = spawn(binary, ['--config', join(dir, `${name}.conf`)], { stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  running.set(name, { child, log: () => text });
  await vi.waitFor(() => expect(text).toContain(until), { timeout: 20_000, interval: 20 });
}

async function as(url: string, identity: Identity, tenant?: string): Promise<Messaging> {
  const messaging = await connectMessaging({
    servers: [url],
    seed: readFileSync(seedFileOf(keys, identity, tenant), 'utf8'),
    name: identity,
    inboxPrefix: inboxPrefixOf(identity, tenant),
  });
  connections.push(messaging);
  return messaging;
}

/** As an operator does, over TLS. */
const provision = (urls: readonly string[], replicas: number, env: NodeJS.ProcessEnv, patienceS = 60) =>
  promisify(execFile)(
    process.execPath,
    [
      join(root, 'packages/installation/src/main.ts'),
      ...['provision', '--nats', urls.join(','), '--seed', seedFileOf(keys, 'provisioner')],
      ...['--replicas', String(replicas), '--patience', String(patienceS)],
    ],
    { env },
  );
const trusting = () => ({ NODE_EXTRA_CA_CERTS: join(dir, 'ca.crt') });

/** An executor that answers cancels with whose they were. */
async function listen(url: string, asked: string[]): Promise<void> {
  const executor = await as(url, 'executor');
  await executor.serve({ name: 'executor', version: '0.1.0', description: 'Listens' }, [
    endpoint('cancel_execution', routes.cancelExecution, async (_request, { values }) => {
      asked.push(values.tenant as string);
      return { cancelled: [] };
    }),
  ]);
  await executor.flush();
}
const ask = (messaging: Messaging, tenant: string) =>
  messaging.request(routes.cancelExecution, { tenant }, { session: 'one' }, { timeoutMs: 2_000 });

test('every example of deploy/nats is one that the server takes', async () => {
  cpSync(join(root, 'deploy/nats'), join(dir, 'examples'), { recursive: true });
  const { certFile, keyFile } = await certificateOf('example');
  const { callout, identities } = keys;
  const env: Record<string, string> = {
    PATCHBAY_CALLOUT_NKEY: callout.calloutPublicKey,
    PATCHBAY_KICKER_NKEY: callout.kickerPublicKey,
    PATCHBAY_ISSUER_NKEY: callout.issuerPublicKey,
    PATCHBAY_CALLOUT_XKEY: callout.xkeyPublicKey,
    PATCHBAY_ROUTES_PASSWORD: 'routes',
    PATCHBAY_GATEWAYS_PASSWORD: 'gateways',
    PATCHBAY_AGENT_SEED: readFileSync(seedFileOf(keys, 'agent', 'acme'), 'utf8').trim(),
  };
  for (const { identity, publicKey, tenant = 'acme' } of identities)
    if (tenant === 'acme') env[`PATCHBAY_${identity.toUpperCase().replace('-', '_')}_NKEY`] = publicKey;
  const examples = readdirSync(join(dir, 'examples'), { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.conf') && name !== 'accounts.conf',
  );
  expect(examples).toHaveLength(11);
  const verdicts = examples.map(async (name) => {
    const path = join(dir, 'examples', name);
    const text = readFileSync(path, 'utf8')
      .replace(/"\/etc\/patchbay\/tls\/[\w-]+\.crt"/g, JSON.stringify(certFile))
      .replace(/"\/etc\/patchbay\/tls\/[\w-]+\.key"/g, JSON.stringify(keyFile))
      .replace('"/data"', JSON.stringify(join(dir, 'example-data')));
    writeFileSync(path, text);
    for (const [, variable = '', to = ''] of text.matchAll(/\$(PATCHBAY_(?:ROUTE|GATEWAY)_TO_(\w+))/g))
      env[variable] = `nats://user:secret@${to.toLowerCase()}:6222`;
    const { stdout, stderr } = await promisify(execFile)(binary, ['-t', '-c', path], { env });
    return stdout + stderr;
  });
  for (const verdict of await Promise.all(verdicts)) expect(verdict).toContain('is valid');
  // A key that is not set is no key: it does not start.
  const { PATCHBAY_VAULT_NKEY: _missing, ...without } = env;
  await expect(
    promisify(execFile)(binary, ['-t', '-c', join(dir, 'examples', 'server.conf')], { env: without }),
  ).rejects.toThrow(/PATCHBAY_VAULT_NKEY/);
});

describe('a cluster over TLS', () => {
  let places: NatsPlace[];
  beforeAll(async () => {
    places = await Promise.all(['c1', 'c2', 'c3'].map(place));
    await start({ patchbay: places });
  });

  test('keeps every stream thrice for a client that trusts its authority, and is nobody to one that does not', async () => {
    await provision(places.map(urlOf), 3, trusting());
    await expect(provision(places.map(urlOf), 3, {}, 0)).rejects.toThrow(/NATS/);
    const seed = readFileSync(seedFileOf(keys, 'system'), 'utf8');
    const { servers, streams } = await readServers({ servers: places.map(urlOf), seed, name: 'test' });
    expect(
      servers.map(({ tlsRequired, clusterTlsRequired, jetstream }) => [
        tlsRequired,
        clusterTlsRequired,
        jetstream?.syncEveryMs,
      ]),
    ).toEqual(Array(3).fill([true, true, 0]));
    expect(new Set(streams.map(({ replicas }) => replicas))).toEqual(new Set([3]));
    const executor = await as(urlOf(places[0] as NatsPlace), 'executor');
    expect(await executor.publishDurable('audit.v1.acme.execution', '[]')).toMatchObject({ duplicate: false });
  });

  test('answers nobody in clear', async () => {
    const socket = connect({ host: '127.0.0.1', port: places[0]?.ports.clients as number });
    let heard = '';
    socket.setEncoding('utf8').on('data', (text) => {
      heard += text;
    });
    socket.on('error', () => {});
    socket.write('CONNECT {"verbose":true}\r\nPING\r\n');
    await once(socket, 'close');
    expect(heard).toContain('"tls_required":true');
    expect(heard).not.toMatch(/\+OK|PONG/);
  });

  test('lets in no server with a certificate of another authority, though it knows the secret', async () => {
    const [intruder] = await Promise.all([place('intruder')]);
    const tls = await certificateOf('intruder', await createTestAuthority());
    const topology = {
      clusters: { patchbay: [...places, intruder] },
      leaves: false,
      tlsOf: () => tls,
      syncInterval: '2m',
    };
    const config = natsConfigs({ ...topology, store: join(dir, 'intruder'), maxFileBytes: 1e6 }, keys, secrets).get(
      'intruder',
    );
    await serve('intruder', renderNatsConfig(config as NonNullable<typeof config>), 'Router connection closed');
    const logs = () => ['c1', 'c2', 'c3'].map((name) => running.get(name)?.log()).join('');
    await vi.waitFor(() => expect(logs()).toMatch(/TLS route handshake error: .*certificate/), { timeout: 10_000 });
    const seed = readFileSync(seedFileOf(keys, 'system'), 'utf8');
    const { servers } = await readServers({ servers: [urlOf(places[0] as NatsPlace)], seed, name: 'test' });
    expect(servers.map(({ name }) => name)).toEqual(['c1', 'c2', 'c3']);
  });
});

test('two clusters are one system: calls and what is kept go from one to the other', async () => {
  const [east, east2, west, west2] = await Promise.all([place('e1'), place('e2'), place('w1'), place('w2')]);
  await start({ east: [east, east2], west: [west, west2] });
  const provisioner = await as(urlOf(east), 'provisioner');
  const audit = { streams: [streams.audit], buckets: [], durables: [], replicas: 1, storage: 'file' } as const;
  // The servers of both have to agree on a leader first.
  await vi.waitFor(() => provisioner.provision(audit), { timeout: 15_000, interval: 200 });
  const asked: string[] = [];
  await listen(urlOf(west), asked);
  const agent = await as(urlOf(east), 'agent', 'acme');
  await vi.waitFor(() => ask(agent, 'acme'), { timeout: 15_000, interval: 100 });
  expect(asked).toContain('acme');
  const executor = await as(urlOf(west), 'executor');
  expect(await executor.publishDurable('audit.v1.acme.execution', '[]', { timeoutMs: 5_000 })).toMatchObject({
    sequence: 1,
  });
});

test('a leaf passes on what its tenant may do, and nothing else, whatever it lets in itself', async () => {
  const hub = await place('hub');
  await start({ patchbay: [hub] }, true);
  const asked: string[] = [];
  await listen(urlOf(hub), asked);
  const agent = keys.identities.find(({ identity, tenant }) => identity === 'agent' && tenant === 'acme');
  const rendered = async (name: string) => {
    const port = await freePort();
    const config = renderNatsLeafConfig({
      serverName: name,
      host: '127.0.0.1',
      port,
      hubs: [`localhost:${hub.ports.leaves}`],
      hubCaFile: join(dir, 'ca.crt'),
      seed: readFileSync(seedFileOf(keys, 'agent', 'acme'), 'utf8').trim(),
      agent: agent as NonNullable<typeof agent>,
      maxPayloadBytes,
    });
    return { url: `nats://127.0.0.1:${port}`, config };
  };
  const honest = await rendered('leaf');
  await serve('leaf', honest.config, 'Leafnode connection created');
  const acme = await as(honest.url, 'agent', 'acme');
  expect(await vi.waitFor(() => ask(acme, 'acme'), { timeout: 10_000, interval: 100 })).toEqual({ cancelled: [] });

  // One whose owner took the permissions out, and lets the rival's agent in as well.
  const greedy = await rendered('greedy');
  const changed = JSON.parse(greedy.config);
  const rivals = keys.identities.find(({ identity, tenant }) => identity === 'agent' && tenant === 'rival')?.publicKey;
  changed.accounts.PATCHBAY.users = [{ nkey: agent?.publicKey }, { nkey: rivals }];
  await serve('greedy', JSON.stringify(changed), 'Leafnode connection created');
  const through = await as(greedy.url, 'agent', 'acme');
  await vi.waitFor(() => ask(through, 'acme'), { timeout: 10_000, interval: 100 });
  const rival = await as(greedy.url, 'agent', 'rival');
  await expect(ask(rival, 'rival')).rejects.toMatchObject({
    code: expect.stringMatching(/overloaded|deadline_exceeded/),
  });
  expect(new Set(asked)).toEqual(new Set(['acme']));
});
