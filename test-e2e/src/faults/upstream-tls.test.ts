import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, createServer as createTcp, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningPatchbay, startPatchbay } from '@patchbay/launcher';
import { type Admin, type Agent, connect, connectAdmin } from '@patchbay/sdk';
import { createTestAuthority, selfSignedCertificate } from '@patchbay/testkit/tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noDoors, simpleDocument } from '../system.ts';
import { startTimeoutMs } from './fault-system.ts';
import { measured } from './measure.ts';

/** What a machine that others keep busy adds even to the best of four; the report has the bound itself. */
const noiseMs = 100;
const deadlineMs = 1_300;
const secret = 'token-for-tls-0123456789abcdef';
const names = ['expired', 'foreign', 'self_signed', 'unknown', 'plain', 'silent', 'sound'] as const;

let dir: string;
let patchbay: RunningPatchbay;
let admin: Admin;
let agent: Agent;
const servers = new Map<(typeof names)[number], Server>();
const sockets = new Set<Socket>();
/** Credentials of the requests that arrived, by server. */
const arrived: { name: string; authorization: string | undefined }[] = [];
/** Everything that the silent server was sent. */
let heard = '';

/** Servers at `localhost`, each with another fault. */
async function startUpstreams(): Promise<string> {
  const authority = await createTestAuthority();
  const answer =
    (name: string): RequestListener =>
    ({ headers }, response) => {
      arrived.push({ name, authorization: headers.authorization });
      response.setHeader('content-type', 'application/json').end('{"ok":true}');
    };
  const stranger = await createTestAuthority();
  servers.set('sound', createHttps(await authority.issue('localhost'), answer('sound')));
  servers.set('expired', createHttps(await authority.issue('localhost', { expired: true }), answer('expired')));
  servers.set('foreign', createHttps(await authority.issue('api.example.com'), answer('foreign')));
  servers.set('self_signed', createHttps(await selfSignedCertificate('localhost'), answer('self_signed')));
  servers.set('unknown', createHttps(await stranger.issue('localhost'), answer('unknown')));
  servers.set('plain', createHttp(answer('plain')));
  servers.set(
    'silent',
    createTcp((socket) => socket.on('data', (bytes) => (heard += bytes.toString('latin1')))),
  );
  for (const server of servers.values()) {
    server.on('connection', (socket: Socket) => {
      sockets.add(socket.on('error', () => {}));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  }
  return authority.ca;
}

const originOf = (name: (typeof names)[number]) =>
  `https://localhost:${((servers.get(name) as Server).address() as AddressInfo).port}`;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'patchbay-tls-'));
  const authorityFile = join(dir, 'authority.pem');
  writeFileSync(authorityFile, await startUpstreams());
  patchbay = await startPatchbay({
    stateDir: join(dir, 'state'),
    tenants: ['acme'],
    shape: 'processes',
    leaveOut: noDoors,
    executors: 1,
    sandbox: false,
    seedCatalog: false,
    logLevel: 'info',
    ports: { nats: 0, redis: 0, sandbox: 0, ingress: 0, gateway: 0 },
    variables: {
      executor: {
        PATCHBAY_EGRESS_TRUSTED_ORIGINS: names.map(originOf).join(','),
        // So that what is wrong with a certificate is what its case says: one that is sound is taken.
        NODE_EXTRA_CA_CERTS: authorityFile,
      },
    },
  });
  const { facts } = patchbay;
  const place = { servers: facts.nats_url, tenant: 'acme' };
  admin = await connectAdmin({ ...place, credentials: facts.admin_credentials });
  agent = await connect({ ...place, credentials: facts.agent_credentials });
  for (const name of names) {
    const document = { ...simpleDocument(name), base_url: originOf(name) };
    await admin.register({ document });
    await admin.addConnection({ integration: name, credential: { type: 'bearer', token: secret } });
  }
  expect((await agent.execute('sound_book', { number: 1 }, { deadlineMs: 5_000 })).status).toBe('succeeded');
}, startTimeoutMs);
afterAll(async () => {
  await Promise.all([admin?.close(), agent?.close()]);
  await patchbay?.stop();
  for (const socket of sockets) socket.destroy();
  for (const server of servers.values()) server.close();
  rmSync(dir, { recursive: true, force: true });
});

async function timed(tool: string) {
  const started = performance.now();
  const result = await agent.execute(tool, { number: 1 }, { deadlineMs });
  return { result, ms: performance.now() - started };
}

describe('F24: an upstream with bad TLS', () => {
  test.each([
    ['an expired certificate', 'expired', 'upstream_unreachable', 'tls_failed'],
    ["another host's certificate", 'foreign', 'upstream_unreachable', 'tls_failed'],
    ['a certificate signed by itself', 'self_signed', 'upstream_unreachable', 'tls_failed'],
    ['a certificate of an unknown authority', 'unknown', 'upstream_unreachable', 'tls_failed'],
    ['no TLS at all', 'plain', 'upstream_unreachable', 'tls_failed'],
    ['a handshake that never ends', 'silent', 'deadline_exceeded', 'deadline_passed'],
  ] as const)('%s: a typed error by the deadline, and nothing is sent', async (what, name, code, reason) => {
    const calls = [];
    for (const kind of ['look', 'book', 'look', 'book']) calls.push(await timed(`${name}_${kind}`));
    for (const { result } of calls)
      expect(result).toMatchObject({ status: 'failed', error: { code, retryable: true, details: { reason } } });
    const over = Math.max(0, Math.min(...calls.map(({ ms }) => ms)) - deadlineMs);
    measured({ row: 'F24', what: `${what}: error after the deadline`, unit: 'ms', value: over, bound: 50 });
    expect(over).toBeLessThanOrEqual(50 + noiseMs);
    expect(arrived.filter((request) => request.name === name)).toEqual([]);
  });

  test('of which the sound one alone has had the credential', () => {
    expect(arrived).toEqual([{ name: 'sound', authorization: `Bearer ${secret}` }]);
    expect(heard.length).toBeGreaterThan(0);
    expect(heard).not.toContain(secret);
  });
});
