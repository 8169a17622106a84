import { existsSync, readFileSync, statSync } from 'node:fs';
import { get } from 'node:http';
import { connect } from 'node:net';
import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { natsServerEnvironment } from './config.ts';
import { freePort } from './free-port.ts';
import { ensureIdentityKeys, type LocalKeys, seedFileOf } from './identity-keys.ts';
import { type NatsServer, startNatsServer } from './nats-server.ts';
import { RawNatsClient } from './raw-nats-client.test-support.ts';
import { natsBinary, openWorkspace } from './workspace.test-support.ts';

const workspace = openWorkspace();
let keys: LocalKeys;
let server: NatsServer;
let count = 0;

const seed = (identity: Parameters<typeof seedFileOf>[1], tenant?: string) =>
  readFileSync(seedFileOf(keys, identity, tenant), 'utf8').trim();
const start = async (more: Partial<Parameters<typeof startNatsServer>[0]> = {}) =>
  workspace.keep(
    await startNatsServer({ dir: workspace.path(`nats-${count++}`), binary: natsBinary(), keys, port: 0, ...more }),
  );

beforeAll(async () => {
  keys = ensureIdentityKeys(workspace.path('keys'), ['acme']);
  server = await start();
});
afterAll(() => workspace.close());

describe('startNatsServer', () => {
  it('lets every identity in', async () => {
    for (const { identity, tenant } of keys.identities)
      (await RawNatsClient.connect(server.port, seed(identity, tenant))).close();
  });

  it('lets nobody else in', async () => {
    const stranger = ensureIdentityKeys(workspace.path('other-keys'), []);
    await expect(RawNatsClient.connect(server.port, null)).rejects.toThrow('Authorization Violation');
    await expect(
      RawNatsClient.connect(server.port, readFileSync(seedFileOf(stranger, 'vault'), 'utf8')),
    ).rejects.toThrow('Authorization Violation');
  });

  it('listens on loopback alone, without monitoring', () => {
    const config = JSON.parse(readFileSync(workspace.path('nats-0', 'nats-server.conf'), 'utf8'));
    expect(config.host).toBe('127.0.0.1');
    expect(config).not.toHaveProperty('http');
    expect(server.url).toBe(`nats://127.0.0.1:${server.port}`);
  });

  it('keeps its files from others and its command line free of secrets', () => {
    for (const file of ['nats-server.conf', 'nats-server.log'])
      expect(statSync(workspace.path('nats-0', file)).mode & 0o077).toBe(0);
    expect(statSync(workspace.path('nats-0')).mode & 0o077).toBe(0);
    const config = readFileSync(workspace.path('nats-0', 'nats-server.conf'), 'utf8');
    for (const { seedFile } of keys.identities) expect(config).not.toContain(readFileSync(seedFile, 'utf8').trim());
    if (process.platform === 'linux')
      expect(readFileSync(`/proc/${server.pid}/cmdline`, 'utf8')).toBe(
        `${natsBinary()}\0--config\0${workspace.path('nats-0', 'nats-server.conf')}\0`,
      );
  });

  it('takes another port when the preferred one is busy', async () => {
    const other = await start({ port: server.port });
    expect(other.port).not.toBe(server.port);
  });

  it('keeps what streams hold over a restart', async () => {
    const dir = workspace.path('kept');
    const first = await start({ dir });
    const before = await RawNatsClient.connect(first.port, seed('provisioner'));
    const config = { name: 'AUDIT', subjects: ['audit.v1.*.*'], storage: 'file' };
    expect(await before.request('$JS.API.STREAM.CREATE.AUDIT', JSON.stringify(config), '_INBOX_provisioner')).toContain(
      '"created"',
    );
    before.close();
    const executor = await RawNatsClient.connect(first.port, seed('executor'));
    executor.publish('audit.v1.acme.execution', 'event');
    await executor.flush();
    executor.close();
    await first.stop();
    const second = await start({ dir, syncInterval: 'always' });
    const after = await RawNatsClient.connect(second.port, seed('provisioner'));
    expect(JSON.parse(await after.request('$JS.API.STREAM.INFO.AUDIT', '', '_INBOX_provisioner')).state.messages).toBe(
      1,
    );
    after.close();
  });

  it('lets a new tenant in after a reload, and drops nobody', async () => {
    const local = await start({ keys: { identities: keys.identities } });
    const stays = await RawNatsClient.connect(local.port, seed('agent', 'acme'));
    const grown = ensureIdentityKeys(workspace.path('keys'), ['newcomer']);
    const newcomer = readFileSync(seedFileOf(grown, 'agent', 'newcomer'), 'utf8');
    await expect(RawNatsClient.connect(local.port, newcomer)).rejects.toThrow('Authorization Violation');
    await local.reload(grown);
    (await RawNatsClient.connect(local.port, newcomer)).close();
    await stays.flush();
    expect(stays.errors).toEqual([]);
    stays.close();
  });

  it('says, where it has a callout, that it takes no new NKeys while it runs', async () => {
    const local = await start();
    const grown = ensureIdentityKeys(workspace.path('keys'), ['latecomer']);
    await expect(local.reload(grown)).rejects.toThrow('at its start only');
  });

  it('shuts a tenant out after a reload without it', async () => {
    const local = await start();
    await local.reload({ identities: keys.identities.filter(({ tenant }) => tenant !== 'acme') });
    await expect(RawNatsClient.connect(local.port, seed('agent', 'acme'))).rejects.toThrow('Authorization Violation');
  });

  it('says why the server refuses a configuration on reload', async () => {
    const local = await start({ keys: { identities: keys.identities } });
    const [first] = keys.identities;
    await expect(
      local.reload({ identities: [{ ...(first as LocalKeys['identities'][number]), publicKey: 'not a key' }] }),
    ).rejects.toThrow(/nats-server refused the new configuration: .*nkey/i);
  });

  it('says that a stopped server cannot reload', async () => {
    const local = await start();
    await local.stop();
    await expect(local.reload(keys)).rejects.toThrow('nats-server is not running');
  });

  it('reports a crash, and not a stop', async () => {
    const onExit = vi.fn();
    const local = await start({ onExit });
    local.kill('SIGKILL');
    await vi.waitFor(() => expect(onExit).toHaveBeenCalledExactlyOnceWith({ code: null, signal: 'SIGKILL' }));
    const other = await start({ onExit });
    await other.stop();
    expect(onExit).toHaveBeenCalledOnce();
  });

  it('monitors on loopback when asked', async () => {
    const monitorPort = await freePort();
    await start({ monitorPort });
    expect(await status(`http://127.0.0.1:${monitorPort}/healthz`)).toBe(200);
  });

  it('uses no more cores at once than it is to', async () => {
    const monitorPort = await freePort();
    await start({ monitorPort });
    const varz = await fetch(`http://127.0.0.1:${monitorPort}/varz`);
    const cores = Number(natsServerEnvironment().GOMAXPROCS ?? availableParallelism());
    expect(await varz.json()).toMatchObject({ gomaxprocs: cores });
  });

  it('starts beside a stranger who took its port meanwhile', async () => {
    // Both ask for the same free port at once: one of them loses the race and moves on.
    const port = await freePort();
    const both = await Promise.all([start({ port }), start({ port })]);
    expect(new Set(both.map((one) => one.port)).size).toBe(2);
  });

  it('says what the server said when it does not start', async () => {
    const attempt = start({ keys: { identities: [{ identity: 'vault', seedFile: '', publicKey: 'not a key' }] } });
    await expect(attempt).rejects.toThrow(/nats-server ended before it was ready.*\n.*nkey/is);
  });

  it('sends a message of up to 4 MiB and refuses a larger one', async () => {
    const client = await RawNatsClient.connect(server.port, seed('executor'));
    client.publish('svc.executor.v1.cancel', 'x'.repeat(4 * 1024 ** 2));
    await client.flush();
    expect(client.errors).toEqual([]);
    client.send(`PUB svc.executor.v1.cancel ${4 * 1024 ** 2 + 1}`);
    await client.flush();
    expect(client.errors.join()).toContain('Maximum Payload Violation');
    client.close();
  });

  it('is gone after stop', async () => {
    const local = await start();
    await local.stop();
    await expect(
      new Promise((resolve, reject) => connect(local.port, '127.0.0.1').on('connect', resolve).on('error', reject)),
    ).rejects.toThrow('ECONNREFUSED');
    expect(existsSync(local.logFile)).toBe(true);
  });
});

function status(url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject);
  });
}
