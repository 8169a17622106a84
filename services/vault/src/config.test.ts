import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSealingSeed, createUserSeed } from '@patchbay/messaging';
import { ConfigError } from '@patchbay/service-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';

let dir: string;
let env: Record<string, string>;
const sealingSeed = createSealingSeed();

/** A secret file's path. */
function file(name: string, text: string): string {
  const path = join(dir, name);
  writeFileSync(path, `${text}\n`, { mode: 0o600 });
  return path;
}

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'patchbay-config-'));
  env = {
    PATCHBAY_NATS_URLS: 'nats://127.0.0.1:4222',
    PATCHBAY_NKEY_SEED_FILE: file('vault.nk', createUserSeed().seed),
    PATCHBAY_AUDIT_MAC_KEY_FILE: file('mac.key', 'ab'.repeat(32)),
    PATCHBAY_VAULT_XKEY_SEED_FILE: file('vault-xkey.seed', sealingSeed),
    PATCHBAY_VAULT_ROOTS_DIR: '/var/lib/vault/roots',
    PATCHBAY_LOCAL_KMS_KEY_FILE: file('local-kms.key', 'cd'.repeat(32)),
    PATCHBAY_MODE: 'development',
    PATCHBAY_KMS_PROVIDER: 'local',
  };
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const aws = {
  PATCHBAY_KMS_PROVIDER: 'aws-kms',
  PATCHBAY_KMS_KEY_ID: 'alias/vault',
  PATCHBAY_VAULT_ERASURES_FILE: '/var/lib/vault/erasures',
};

describe('readConfig', () => {
  it('reads a local key for development', () => {
    expect(readConfig(env)).toMatchObject({
      mode: 'development',
      keyService: { provider: 'local', rootKey: Buffer.alloc(32, 0xcd) },
      sealingSeed,
      rootsDir: '/var/lib/vault/roots',
      erasuresFile: null,
    });
  });

  it('reads AWS KMS for production, which is the default mode', () => {
    const production = { ...env, ...aws, PATCHBAY_MODE: '' };
    expect(readConfig(production)).toMatchObject({
      mode: 'production',
      keyService: { provider: 'aws-kms', keyId: 'alias/vault', endpoint: null },
      erasuresFile: '/var/lib/vault/erasures',
    });
    expect(
      readConfig({ ...production, PATCHBAY_KMS_ENDPOINT: 'https://kms.internal.example' }).keyService,
    ).toMatchObject({ endpoint: 'https://kms.internal.example' });
  });

  it.each([
    ['a local key in production', { PATCHBAY_MODE: 'production' }, 'PATCHBAY_KMS_PROVIDER'],
    ['no directory of roots', { PATCHBAY_VAULT_ROOTS_DIR: '' }, 'PATCHBAY_VAULT_ROOTS_DIR'],
    ['no key service', { PATCHBAY_KMS_PROVIDER: '' }, 'PATCHBAY_KMS_PROVIDER'],
    ['an unknown key service', { PATCHBAY_KMS_PROVIDER: 'none' }, 'PATCHBAY_KMS_PROVIDER'],
    ['no local key file', { PATCHBAY_LOCAL_KMS_KEY_FILE: '' }, 'PATCHBAY_LOCAL_KMS_KEY_FILE'],
    ['no key id', { ...aws, PATCHBAY_KMS_KEY_ID: '' }, 'PATCHBAY_KMS_KEY_ID'],
    ['an endpoint that is no URL', { ...aws, PATCHBAY_KMS_ENDPOINT: 'kms' }, 'PATCHBAY_KMS_ENDPOINT'],
    ['an endpoint of another scheme', { ...aws, PATCHBAY_KMS_ENDPOINT: 'ftp://kms.example' }, 'PATCHBAY_KMS_ENDPOINT'],
    [
      'a plain-text endpoint in production',
      { ...aws, PATCHBAY_MODE: 'production', PATCHBAY_KMS_ENDPOINT: 'http://kms.example' },
      'PATCHBAY_KMS_ENDPOINT',
    ],
    ['no sealing seed', { PATCHBAY_VAULT_XKEY_SEED_FILE: '' }, 'PATCHBAY_VAULT_XKEY_SEED_FILE'],
  ])('refuses %s, naming the variable', (_, change, variable) => {
    expect(() => readConfig({ ...env, ...change })).toThrow(ConfigError);
    expect(() => readConfig({ ...env, ...change })).toThrow(variable);
  });

  it('refuses a file that holds no xkey seed, and quotes nothing of it', () => {
    const wrong = { ...env, PATCHBAY_VAULT_XKEY_SEED_FILE: file('wrong.seed', createUserSeed().seed) };
    expect(() => readConfig(wrong)).toThrow('wrong.seed does not hold an xkey seed (SX…).');
  });

  it('refuses a key that others can read', () => {
    const open = file('open.key', 'cd'.repeat(32));
    chmodSync(open, 0o644);
    expect(() => readConfig({ ...env, PATCHBAY_LOCAL_KMS_KEY_FILE: open })).toThrow('readable by others');
  });

  it('serves no connect pages unless it is told where browsers reach them', () => {
    expect(readConfig(env)).toMatchObject({
      connect: null,
      dialOverride: null,
      trustedOrigins: [],
      tenantPoliciesFile: null,
    });
    const connect = { PATCHBAY_CONNECT_URL: 'https://connect.example.com/' };
    expect(readConfig({ ...env, ...connect }).connect).toEqual({
      publicUrl: 'https://connect.example.com',
      host: '127.0.0.1',
      port: 7_710,
    });
    expect(readConfig({ ...env, ...connect, PATCHBAY_CONNECT_LISTEN: '[::]:80' }).connect).toMatchObject({
      host: '::',
      port: 80,
    });
    const origins = 'https://id.internal:8443, https://sso.internal';
    expect(readConfig({ ...env, PATCHBAY_EGRESS_TRUSTED_ORIGINS: origins }).trustedOrigins).toHaveLength(2);
    expect(readConfig({ ...env, PATCHBAY_TENANT_POLICIES_FILE: '/p.json' }).tenantPoliciesFile).toBe('/p.json');
  });

  it.each([
    [{ PATCHBAY_CONNECT_URL: 'http://connect.example.com' }, 'PATCHBAY_CONNECT_URL'],
    [{ PATCHBAY_VAULT_ERASURES_FILE: '' }, 'PATCHBAY_VAULT_ERASURES_FILE'],
    [{ PATCHBAY_EGRESS_DIAL_OVERRIDE: 'http://127.0.0.1:4010' }, 'PATCHBAY_EGRESS_DIAL_OVERRIDE'],
  ])('refuses %j in production', (change, name) => {
    const production = { ...env, ...aws, PATCHBAY_MODE: 'production' };
    expect(() => readConfig({ ...production, ...change })).toThrow(name);
  });

  it.each(['127.0.0.1', ':80', 'here:port'])('refuses to listen at %j', (listen) => {
    const connect = { PATCHBAY_CONNECT_URL: 'https://connect.example.com', PATCHBAY_CONNECT_LISTEN: listen };
    expect(() => readConfig({ ...env, ...connect })).toThrow('PATCHBAY_CONNECT_LISTEN');
  });
});
