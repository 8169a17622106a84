import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAdmin } from '@patchbay/sdk';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AlreadyUpError, type RunningPatchbay, type StartOptions, startPatchbay } from './start-patchbay.ts';

let stateDir: string;
let running: RunningPatchbay[] = [];
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'launcher-start-'));
});
afterEach(async () => {
  for (const one of running) await one.stop();
  running = [];
  rmSync(stateDir, { recursive: true, force: true });
});

async function start(over: Partial<StartOptions> = {}): Promise<RunningPatchbay> {
  const patchbay = await startPatchbay({
    stateDir,
    tenants: ['demo'],
    shape: 'one_process',
    executors: 1,
    sandbox: true,
    seedCatalog: false,
    sandboxCatalog: ['slack'],
    logLevel: 'warn',
    ports: { nats: 0, redis: 0, sandbox: 0, ingress: 0, gateway: 0 },
    ...over,
  });
  running.push(patchbay);
  return patchbay;
}

const modeOf = (path: string) => statSync(path).mode & 0o777;
const devFile = () => join(stateDir, 'dev.json');
const isGone = (pid: number) => expect(() => process.kill(pid, 0)).toThrow('ESRCH');

/** A digest of every key file, by its path. */
function keysOf(state: string): Record<string, string> {
  const files = readdirSync(join(state, 'keys'), { recursive: true, withFileTypes: true }).filter((one) =>
    one.isFile(),
  );
  return Object.fromEntries(
    files.map((file) => {
      const path = join(file.parentPath, file.name);
      return [path, createHash('sha256').update(readFileSync(path)).digest('hex')];
    }),
  );
}

describe('the whole in one process', () => {
  test('is up on loopback, keeps its state private, says where it is, and leaves only its state', async () => {
    const lines: string[] = [];
    const patchbay = await start({ executors: 2, onProgress: (line) => lines.push(line) });
    expect(modeOf(stateDir)).toBe(0o700);
    expect(modeOf(devFile())).toBe(0o600);
    expect(JSON.parse(readFileSync(devFile(), 'utf8'))).toEqual(patchbay.facts);
    expect(patchbay.facts).toMatchObject({ tenant: 'demo', pid: process.pid, shape: 'one_process', executors: 2 });
    expect(lines.join('\n')).toMatch(/nats-server on nats:\/\/127\.0\.0\.1:\d+.*sandbox on http:\/\/127\.0\.0\.1:\d+/);
    expect(lines.join('\n')).toContain(
      'services: audit-1, executor-1, executor-2, gateway-1, registry-1, vault-1, webhook-delivery-1, webhook-ingress-1 (one process)',
    );
    expect((await fetch(`${patchbay.facts.webhooks_url}/readyz`)).status).toBe(200);
    expect(modeOf(patchbay.facts.operator_key)).toBe(0o600);
    const key = readFileSync(patchbay.facts.operator_key, 'utf8').trim();
    const tenants = await fetch(`${patchbay.facts.gateway_url}/v1/tenants`, {
      headers: { authorization: `Bearer ${key}` },
    });
    expect(await tenants.json()).toMatchObject({ items: [{ tenant: 'demo', suspended_at: null }] });
    expect(JSON.stringify([patchbay.facts, lines])).not.toContain(key.slice(-43));
    expect(JSON.stringify([patchbay.facts, lines])).not.toMatch(/S[UX][A-Z2-7]{56}/);
    await patchbay.addService('executor');
    expect(patchbay.services.map(({ instance }) => instance)).toContain('executor-3');
    expect(() => patchbay.services[0]?.kill('SIGKILL')).toThrow(RangeError);
    await patchbay.stop();
    expect(existsSync(devFile())).toBe(false);
    isGone(patchbay.redisPid);
    isGone(patchbay.nats.pid);
  }, 90_000);

  test('starts again on the same state with the same keys and what it held', async () => {
    const first = await start();
    const admin = await connectAdmin({ ...place(first), credentials: first.facts.admin_credentials });
    const connection = await admin.addConnection({ integration: 'slack', credential: { type: 'bearer', token: 't' } });
    await admin.close();
    const keys = keysOf(stateDir);
    await first.stop();
    const second = await start();
    expect(keysOf(stateDir)).toEqual(keys);
    const again = await connectAdmin({ ...place(second), credentials: second.facts.admin_credentials });
    expect((await again.listConnections()).map(({ id }) => id)).toEqual([connection.id]);
    await again.close();
  }, 90_000);

  test('takes free ports when those it prefers are busy', async () => {
    const busy = await Promise.all([occupy(), occupy(), occupy(), occupy(), occupy()]);
    const [nats, redis, sandbox, ingress, gateway] = busy.map((server) => (server.address() as AddressInfo).port) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const { facts } = await start({ ports: { nats, redis, sandbox, ingress, gateway } });
    expect(facts.nats_url).not.toContain(`:${nats}`);
    expect(facts.sandbox_url).not.toContain(`:${sandbox}`);
    expect(facts.webhooks_url).not.toContain(`:${ingress}`);
    expect(facts.gateway_url).not.toContain(`:${gateway}`);
    for (const server of busy) server.close();
  }, 90_000);

  test('is refused while another process runs on the state', async () => {
    mkdirSync(stateDir, { recursive: true });
    writeFileSync(devFile(), JSON.stringify({ pid: process.ppid }));
    await expect(start()).rejects.toThrow(AlreadyUpError);
    await expect(start()).rejects.toThrow(`already running on ${stateDir} (process ${process.ppid})`);
    expect(existsSync(devFile())).toBe(true);
  });

  test('that cannot start leaves nothing running', async () => {
    await expect(start({ database: { url: 'nonsense://' } })).rejects.toThrow();
    expect(existsSync(devFile())).toBe(false);
    for (const server of ['nats', 'redis'])
      expect(readdirSync(join(stateDir, server)).filter((name) => name.endsWith('.process.json'))).toEqual([]);
    await start(); // nothing of the failed start stands in the way
  }, 120_000);

  test.each([
    ['nats-server', ({ nats }: RunningPatchbay) => nats.pid],
    ['redis-server', ({ redisPid }: RunningPatchbay) => redisPid],
  ])(
    'tells that %s ended',
    async (name, pidOf) => {
      const lost: string[] = [];
      const patchbay = await start({ sandbox: false, onLost: (line) => lost.push(line) });
      process.kill(pidOf(patchbay), 'SIGKILL');
      await vi.waitFor(() => expect(lost).toEqual([`${name} ended`]), 10_000);
    },
    90_000,
  );
});

describe('the whole in processes', () => {
  test('runs each service and the sandbox apart, tells which ended, and ends them all', async () => {
    const lost: string[] = [];
    const patchbay = await start({ shape: 'processes', onLost: (line) => lost.push(line) });
    const pids = patchbay.services.map(({ pid }) => pid as number);
    expect(new Set([process.pid, ...pids]).size).toBe(patchbay.services.length + 1);
    expect(existsSync(join(stateDir, 'logs', 'sandbox.out'))).toBe(true);
    if (process.platform === 'linux')
      for (const pid of pids) {
        expect(readFileSync(`/proc/${pid}/limits`, 'utf8')).toMatch(/^Max core file size +0 +0 /m);
        expect(Number.parseInt(readFileSync(`/proc/${pid}/coredump_filter`, 'utf8'), 16)).toBe(0);
      }
    const executor = patchbay.services.find(({ service }) => service === 'executor');
    process.kill(executor?.pid as number, 'SIGKILL');
    await vi.waitFor(() => expect(lost).toEqual(['executor-1 ended (exit SIGKILL)']), 10_000);
    process.kill(patchbay.sandbox?.pid as number, 'SIGKILL');
    await vi.waitFor(() => expect(lost).toHaveLength(2), 10_000);
    expect(lost[1]).toBe('the sandbox ended');
    const added = await patchbay.addService('executor');
    await patchbay.stop();
    for (const pid of [...pids, added.pid as number, patchbay.redisPid, patchbay.nats.pid]) isGone(pid);
    expect(lost).toHaveLength(2);
  }, 120_000);
});

function place({ facts }: RunningPatchbay) {
  return { servers: facts.nats_url, tenant: facts.tenant };
}

async function occupy(): Promise<Server> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
