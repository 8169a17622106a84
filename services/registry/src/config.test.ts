import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '@patchbay/service-kit';
import { afterAll, expect, test } from 'vitest';
import { readConfig } from './config.ts';

const dir = mkdtempSync(join(tmpdir(), 'patchbay-registry-config-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const secret = (name: string, text: string) => {
  writeFileSync(join(dir, name), text, { mode: 0o600 });
  return join(dir, name);
};
const env = {
  PATCHBAY_NATS_URLS: 'nats://127.0.0.1:4222',
  PATCHBAY_NKEY_SEED_FILE: secret('seed', 'SUSEED'),
  PATCHBAY_AUDIT_MAC_KEY_FILE: secret('mac', 'ab'.repeat(32)),
};

test('the catalogue is registered at the start only when that is asked for', () => {
  expect(readConfig(env)).toMatchObject({
    seedCatalogue: false,
    natsUrls: ['nats://127.0.0.1:4222'],
    instance: expect.stringContaining(`-${process.pid}`),
  });
  expect(readConfig({ ...env, PATCHBAY_REGISTRY_SEED_CATALOG: 'true' }).seedCatalogue).toBe(true);
});

test('a value that means neither yes nor no is refused by its name', () => {
  const some = readConfig({ ...env, PATCHBAY_REGISTRY_SEED_CATALOG: 'slack,stripe' });
  expect(some.seedCatalogue).toEqual(['slack', 'stripe']);
  expect(readConfig({ ...env, PATCHBAY_REGISTRY_SEED_CATALOG: 'slack,' }).seedCatalogue).toEqual(['slack']);
  expect(() => readConfig({ ...env, PATCHBAY_REGISTRY_SEED_CATALOG: 'maybe' })).toThrow(ConfigError);
  expect(() => readConfig({ ...env, PATCHBAY_REGISTRY_SEED_CATALOG: 'maybe' })).toThrow(
    /PATCHBAY_REGISTRY_SEED_CATALOG/,
  );
});

test('no folder is watched unless one is named, and it is known by its whole path', () => {
  expect(readConfig(env).folder).toBeNull();
  expect(readConfig({ ...env, PATCHBAY_REGISTRY_FOLDER: 'here/integrations' }).folder).toBe(
    join(process.cwd(), 'here/integrations'),
  );
});
