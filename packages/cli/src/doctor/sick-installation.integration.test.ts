import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Identity, inboxPrefixOf } from '@patchbay/contracts';
import { seedFileOf } from '@patchbay/local-servers';
import { connectMessaging } from '@patchbay/messaging';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Installation, json, startInstallation } from '../running-patchbay.fixture.ts';

// An installation in which much is wrong, and all of it really: configured so, changed while it runs, or written by a stranger.
let here: Installation;
const findings = async (...argv: string[]) => {
  const result = await here.cli(['doctor', '--json', ...argv]);
  return { code: result.code, findings: json(result).findings as Record<string, string | null>[] };
};
/** What a check says, by what it is about. */
const told = async (id: string): Promise<Record<string, [string, string]>> =>
  Object.fromEntries(
    (await findings('--only', id)).findings.map(({ about, status, message }) => [about, [status, message]]),
  );
const as = (identity: Exclude<Identity, 'agent' | 'auditor'>) =>
  connectMessaging({
    servers: [here.patchbay.nats.url],
    seed: readFileSync(seedFileOf(here.patchbay.keys, identity), 'utf8'),
    name: 'stranger',
    inboxPrefix: inboxPrefixOf(identity),
  });

beforeAll(async () => {
  here = await startInstallation(
    {
      gateway: { PATCHBAY_GATEWAY_HOST: '0.0.0.0' },
      'webhook-ingress': { PATCHBAY_INGRESS_PUBLIC_URL: '' },
      audit: { PATCHBAY_AUDIT_SPOOL_DIR: '' },
      executor: { PATCHBAY_MAX_IN_FLIGHT: '32' },
    },
    { catalogue: false },
  );
});
afterAll(() => here?.stop());

test('doors in clear make of what is fine on the loopback a failure', async () => {
  const { code, findings: found } = await findings(
    '--only',
    'door-tls,vault-keys,jetstream-sync,calls-diverted,webhook-url',
  );
  const told = Object.fromEntries(found.map(({ id, status, message, fix }) => [id, { status, message, fix }]));
  expect(code).toBe(1);
  expect(told).toMatchObject({
    'door-tls': { status: 'warn', message: expect.stringMatching(/^api in clear at 0\.0\.0\.0:\d+/) },
    'vault-keys': { status: 'fail', message: expect.stringContaining('a key file, mode development') },
    'jetstream-sync': { status: 'warn', message: 'every 120 s', fix: expect.stringContaining("'always'") },
    'calls-diverted': { status: 'fail' },
    'webhook-url': { status: 'warn', message: 'is not set' },
  });
  expect((await findings('--only', 'webhook-url')).code).toBe(0);
  expect((await findings('--only', 'webhook-url', '--strict')).code).toBe(1);
});

test('an address of the API that is not https fails', async () => {
  const at = async (url: string) => (await findings('--only', 'door-tls', '--api', url)).findings[0];
  expect(await at('http://patchbay.example.com')).toMatchObject({ about: 'api', status: 'fail', severity: 'error' });
  expect(await at('https://patchbay.example.com')).toMatchObject({ about: 'api', status: 'ok', severity: null });
  expect((await here.cli(['doctor', '--api', 'patchbay'])).code).toBe(2);
});

test('a process without a spool is named', async () => {
  expect(await told('audit-spool')).toEqual({ 'audit-1': ['warn', 'has none'] });
});

test('a Redis that evicts is found by those who use it', async () => {
  expect(Object.values(await told('redis-eviction')).map(([status]) => status)).toEqual(['ok', 'ok']);
  await redisSays('CONFIG SET maxmemory-policy allkeys-lru');
  const evicting = await told('redis-eviction');
  expect(Object.keys(evicting)).toEqual([
    expect.stringMatching(/^executor/),
    expect.stringMatching(/^webhook-ingress/),
  ]);
  for (const verdict of Object.values(evicting)) expect(verdict).toEqual(['fail', 'maxmemory-policy is allkeys-lru']);
});

test('a process that is behind, has a wrong clock and few descriptors is named for each', async () => {
  const hourBehind = `const Real = Date;
    globalThis.Date = class extends Real {
      constructor(...given) { given.length === 0 ? super(Real.now() - 3600000) : super(...given); }
      static now() { return Real.now() - 3600000; }
    };`;
  const child = fork(
    fileURLToPath(new URL('./old-registry.fixture.ts', import.meta.url)),
    [here.patchbay.nats.url, seedFileOf(here.patchbay.keys, 'registry')],
    {
      execPath: 'prlimit',
      execArgv: [
        '--nofile=512:512',
        process.execPath,
        '--import',
        `data:text/javascript,${encodeURIComponent(hourBehind)}`,
      ],
    },
  );
  try {
    await once(child, 'message');
    const { findings: found } = await findings('--only', 'service-versions,clocks,open-files,services');
    const of = (check: string) => found.filter(({ id, about }) => id === check && about === 'registry-old');
    expect(of('service-versions')).toMatchObject([{ status: 'warn', message: 'registry has 0.0.9, others 0.1.0' }]);
    expect(of('clocks')).toMatchObject([{ status: 'fail', message: expect.stringMatching(/^3[56]\d\d\.\d s behind/) }]);
    expect(of('open-files')).toMatchObject([{ status: 'fail', message: expect.stringMatching(/ of 512 open$/) }]);
    // The others' are as they should be.
    expect(found.filter(({ id, status }) => id === 'clocks' && status === 'fail')).toHaveLength(1);
    expect(found.find(({ about }) => about === 'registry')).toMatchObject({ message: '2 answering' });
  } finally {
    child.disconnect();
    await once(child, 'exit');
  }
});

test('what a stranger wrote is found: an entry of the registry, an audit record, a submission', async () => {
  const registry = await as('registry');
  await (await registry.bucket('integrations')).put('acme.broken.v.1.0.0', '{"not": "a document"}');
  await registry.close();
  const executor = await as('executor');
  await executor.publishDurable('audit.v1.acme.execution', '[]');
  await executor.publishDurable('submissions.v1.acme', 'not json');
  await executor.close();
  const all = ['integrations-readable', 'audit-quarantine', 'dead-letters'];
  await expect
    .poll(
      async () =>
        (await findings('--only', all.join(','))).findings.flatMap(({ id, about, status }) =>
          status === 'ok' ? [] : [`${id} ${status} ${about}`],
        ),
      { timeout: 15_000, interval: 200 },
    )
    .toEqual([
      'audit-quarantine fail audit-1',
      expect.stringMatching(/^integrations-readable warn acme\./),
      'dead-letters warn submissions',
    ]);
});

test('a service that is gone, and a Redis that does not answer, are found', async () => {
  process.kill(here.patchbay.redisPid, 'SIGSTOP');
  try {
    await here.patchbay.services.find(({ service }) => service === 'webhook-delivery')?.stop();
    const { findings: found } = await findings('--only', 'services,redis,ports');
    expect(found.filter(({ status }) => status === 'fail').map(({ id, about }) => [id, about])).toEqual([
      ['services', 'webhook-delivery'],
      ['redis', expect.stringMatching(/^executor/)],
      ['redis', expect.stringMatching(/^webhook-ingress/)],
    ]);
  } finally {
    process.kill(here.patchbay.redisPid, 'SIGCONT');
  }
});

/** Without a client: only its first answer matters. */
async function redisSays(command: string): Promise<void> {
  const { port, password } = new URL(readFileSync(join(here.cwd, '.patchbay', 'run', 'redis.url'), 'utf8').trim());
  const socket = connect({ host: '127.0.0.1', port: Number(port) });
  socket.write(`AUTH ${password}\r\n${command}\r\nQUIT\r\n`);
  const [answer] = await once(socket.setEncoding('utf8'), 'data');
  if (!String(answer).startsWith('+OK')) throw new Error(String(answer));
  await once(socket, 'close');
}
