import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig as readAudit } from '@patchbay/audit-service';
import type { ServiceName } from '@patchbay/contracts';
import { readConfig as readExecutor } from '@patchbay/executor-service';
import { readConfig as readGateway } from '@patchbay/gateway-service';
import { ensureIdentityKeys } from '@patchbay/local-servers';
import { readConfig as readRegistry } from '@patchbay/registry-service';
import { readConfig as readVault } from '@patchbay/vault-service';
import { readConfig as readDelivery } from '@patchbay/webhook-delivery-service';
import { readConfig as readIngress } from '@patchbay/webhook-ingress-service';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Installation, serviceEnvironment } from './service-environment.ts';
import { openStateDirectory, writeSecret } from './state-directory.ts';

let dir: string;
let installation: Installation;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'launcher-environment-'));
  const state = openStateDirectory(dir);
  installation = {
    state,
    keys: ensureIdentityKeys(state.keys, ['demo']),
    natsUrls: ['nats://127.0.0.1:4222', 'nats://127.0.0.1:4223'],
    redisUrlFile: writeSecret(state, 'redis.url', 'redis://:hunter2@127.0.0.1:6379'),
    sandboxUrl: 'http://127.0.0.1:4010',
    database: { url: `pglite:${state.database}` },
    logLevel: 'warn',
    seedCatalog: true,
    oneProcess: false,
    integrationsDir: null,
    mcpCommands: '',
    ingressPort: 7_720,
    sharedIngressPort: false,
    gatewayPort: 7_700,
  };
});
afterAll(() => rmSync(dir, { recursive: true }));

const readers = {
  registry: readRegistry,
  executor: readExecutor,
  vault: readVault,
  audit: readAudit,
  'webhook-ingress': readIngress,
  'webhook-delivery': readDelivery,
  gateway: readGateway,
};
const services = Object.keys(readers) as ServiceName[];

test.each(services)('the %s service reads what it is given, and is itself', (service) => {
  const env = serviceEnvironment(installation, service, `${service}-7`);
  expect(readers[service](env)).toMatchObject({
    natsUrls: installation.natsUrls,
    mode: 'development',
    logLevel: 'warn',
    logFile: join(dir, 'logs', `${service}-7.log`),
    instance: `${service}-7`,
  });
  expect(JSON.stringify(env)).not.toContain('hunter2');
});

test('the password of a database goes by a file, and not by the environment', () => {
  const urlFile = writeSecret(installation.state, 'database.url', 'postgres://patchbay:hunter2@127.0.0.1/audit');
  const env = serviceEnvironment({ ...installation, database: { urlFile } }, 'audit', 'audit-1');
  expect(readAudit(env).databaseUrl).toBe('postgres://patchbay:hunter2@127.0.0.1/audit');
  expect(JSON.stringify(env)).not.toContain('hunter2');
});

test('every service has keys of its own', () => {
  const seeds = services.map((service) => readers[service](serviceEnvironment(installation, service, 'x-1')).nkeySeed);
  expect(new Set(seeds).size).toBe(services.length);
});

test('executors call the sandbox only when there is one', () => {
  const dialOverride = (over: Partial<Installation>) =>
    readExecutor(serviceEnvironment({ ...installation, ...over }, 'executor', 'executor-1')).dialOverride;
  expect(dialOverride({})).toBe('http://127.0.0.1:4010');
  expect(dialOverride({ sandboxUrl: null })).toBeNull();
});

test.each([true, false])('the registry is told whether to seed the catalogue: %j', (seedCatalog) => {
  const env = serviceEnvironment({ ...installation, seedCatalog }, 'registry', 'registry-1');
  expect(readRegistry(env).seedCatalogue).toBe(seedCatalog);
});

test.each(['/var/lib/integrations', null])('the registry is told which folder to watch: %j', (integrationsDir) => {
  const env = serviceEnvironment({ ...installation, integrationsDir }, 'registry', 'registry-1');
  expect(readRegistry(env).folder).toBe(integrationsDir);
});

test.each([true, false])('ingresses are told whether others listen on their port: %j', (sharedIngressPort) => {
  const env = serviceEnvironment({ ...installation, sharedIngressPort }, 'webhook-ingress', 'webhook-ingress-1');
  expect(readIngress(env).sharedPort).toBe(sharedIngressPort);
});

test('executors are told which programs they may run', () => {
  const env = serviceEnvironment({ ...installation, mcpCommands: 'desk=/opt/desk' }, 'executor', 'executor-1');
  expect([...readExecutor(env).mcpCommands]).toEqual([['desk', '/opt/desk']]);
  expect(readExecutor(serviceEnvironment(installation, 'executor', 'executor-1')).mcpCommands.size).toBe(0);
});

test('a list of integrations is told as one, and a shared event loop may lag for longer', () => {
  const few = serviceEnvironment({ ...installation, seedCatalog: ['slack'] }, 'registry', 'registry-1');
  expect(readRegistry(few).seedCatalogue).toEqual(['slack']);
  const shared = serviceEnvironment({ ...installation, oneProcess: true }, 'gateway', 'gateway-1');
  expect(shared).toMatchObject({ PATCHBAY_GATEWAY_MAX_LAG_MS: '0' });
});
