import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '@patchbay/service-kit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from './config.ts';

let dir: string;
let env: Record<string, string>;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'executor-config-'));
  const secret = (name: string, text: string) => {
    writeFileSync(join(dir, name), text, { mode: 0o600 });
    return join(dir, name);
  };
  env = {
    PATCHBAY_NATS_URLS: 'nats://127.0.0.1:4222',
    PATCHBAY_NKEY_SEED_FILE: secret('seed', 'SUSEED'),
    PATCHBAY_AUDIT_MAC_KEY_FILE: secret('mac', 'ab'.repeat(32)),
    REDIS: secret('redis', 'redis://:hunter2@127.0.0.1:6379\n'),
  };
});
afterAll(() => rmSync(dir, { recursive: true }));

test('what is left out has a safe default', () => {
  expect(readConfig(env)).toMatchObject({
    redisUrl: null,
    maxInFlight: 1_000,
    tenantPoliciesFile: null,
    streamStallMs: 10_000,
    dialOverride: null,
    trustedOrigins: [],
    mcpCommands: new Map(),
    acceptedRegistryRevision: null,
    mode: 'production',
  });
});

test('everything can be set', () => {
  expect(
    readConfig({
      ...env,
      PATCHBAY_MODE: 'development',
      PATCHBAY_REDIS_URL_FILE: env.REDIS,
      PATCHBAY_MAX_IN_FLIGHT: '7',
      PATCHBAY_ACCEPT_REGISTRY_REVISION: '12',
      PATCHBAY_EGRESS_DIAL_OVERRIDE: 'http://127.0.0.1:4010',
      PATCHBAY_TENANT_POLICIES_FILE: '/etc/patchbay/tenants.json',
      PATCHBAY_EGRESS_TRUSTED_ORIGINS: 'https://a.internal, https://b.internal:8443,',
    }),
  ).toMatchObject({
    redisUrl: 'redis://:hunter2@127.0.0.1:6379',
    maxInFlight: 7,
    tenantPoliciesFile: '/etc/patchbay/tenants.json',
    acceptedRegistryRevision: 12,
    dialOverride: 'http://127.0.0.1:4010',
    trustedOrigins: ['https://a.internal', 'https://b.internal:8443'],
  });
});

test('calls are sent elsewhere than to their host in development only', () => {
  const override = { ...env, PATCHBAY_EGRESS_DIAL_OVERRIDE: 'http://127.0.0.1:4010' };
  expect(() => readConfig(override)).toThrow(/PATCHBAY_EGRESS_DIAL_OVERRIDE: is for development only/);
});

test.each([
  ['PATCHBAY_MAX_IN_FLIGHT', '0'],
  ['PATCHBAY_MAX_IN_FLIGHT', 'many'],
  ['PATCHBAY_EGRESS_DIAL_OVERRIDE', 'not a url'],
])('%s=%s is refused by name', (name, value) => {
  const wrong = { ...env, PATCHBAY_MODE: 'development', [name]: value };
  expect(() => readConfig(wrong)).toThrow(ConfigError);
  expect(() => readConfig(wrong)).toThrow(name);
});

test('programs that may be run are names and absolute paths', () => {
  const read = (text: string) => readConfig({ ...env, PATCHBAY_MCP_COMMANDS: text }).mcpCommands;
  expect([...read('weather=/opt/mcp/weather, desk=/usr/bin/desk')]).toEqual([
    ['weather', '/opt/mcp/weather'],
    ['desk', '/usr/bin/desk'],
  ]);
  for (const wrong of ['weather', 'weather=weather', 'We=/x', 'a=/x/../y', 'a=/x,a=/y'])
    expect(() => read(wrong), wrong).toThrow(/PATCHBAY_MCP_COMMANDS/);
});
