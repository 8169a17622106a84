import { chmodSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PatchbayError } from '@patchbay/contracts';
import { publicKeyOf } from '@patchbay/messaging';
import { afterAll, describe, expect, it } from 'vitest';
import { ensureIdentityKeys, seedFileOf } from './identity-keys.ts';
import { KeyFileError } from './key-file.ts';
import { openWorkspace } from './workspace.test-support.ts';

const workspace = openWorkspace();
let count = 0;
const fresh = () => workspace.path(`keys-${count++}`);
afterAll(() => workspace.close());

const text = (path: string) => readFileSync(path, 'utf8').trim();
const mode = (path: string) => statSync(path).mode & 0o777;

describe('ensureIdentityKeys', () => {
  it('makes a key for every service, the operator, the system account, and each tenant twice', () => {
    const keys = ensureIdentityKeys(fresh(), ['acme', 'globex']);
    const names = keys.identities.map(({ identity, tenant }) =>
      tenant === undefined ? identity : `${identity}.${tenant}`,
    );
    expect(names).toEqual([
      'registry',
      'executor',
      'vault',
      'audit',
      'webhook-ingress',
      'webhook-delivery',
      'gateway',
      'admin',
      'provisioner',
      'backup',
      'system',
      'agent.acme',
      'auditor.acme',
      'agent.globex',
      'auditor.globex',
    ]);
    expect(new Set(keys.identities.map(({ publicKey }) => publicKey)).size).toBe(names.length);
    for (const { seedFile, publicKey } of keys.identities) expect(publicKeyOf(text(seedFile))).toBe(publicKey);
  });

  it('makes a MAC key for each producer of audit events and keys for the local KMS and the gateways, all different', () => {
    const keys = ensureIdentityKeys(fresh(), []);
    expect(Object.keys(keys.auditMacKeyFiles).sort()).toEqual([
      'audit',
      'executor',
      'gateway',
      'registry',
      'vault',
      'webhook-delivery',
      'webhook-ingress',
    ]);
    const values = [...Object.values(keys.auditMacKeyFiles), keys.localKmsKeyFile, keys.gatewayPepperFile].map(text);
    for (const value of values) expect(value).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(values).size).toBe(9);
  });

  it('lets nobody but the owner in, and leaves nothing unfinished behind', () => {
    const dir = fresh();
    ensureIdentityKeys(dir, ['acme']);
    for (const directory of [dir, join(dir, 'nkeys'), join(dir, 'audit-mac')]) {
      expect(mode(directory)).toBe(0o700);
      for (const entry of readdirSync(directory, { withFileTypes: true })) {
        if (entry.isFile()) expect([entry.name, mode(join(directory, entry.name))]).toEqual([entry.name, 0o400]);
      }
      expect(readdirSync(directory).filter((name) => name.startsWith('.'))).toEqual([]);
    }
  });

  it('returns the same keys the next time', () => {
    const dir = fresh();
    expect(ensureIdentityKeys(dir, ['acme'])).toEqual(ensureIdentityKeys(dir, ['acme']));
  });

  it('adds a tenant without touching the others, and keeps those not named', () => {
    const dir = fresh();
    const before = ensureIdentityKeys(dir, ['globex']);
    const after = ensureIdentityKeys(dir, ['acme']);
    expect(after.tenants).toEqual(['acme', 'globex']);
    expect(after.identities).toEqual(expect.arrayContaining([...before.identities]));
    expect(after.identities).toHaveLength(before.identities.length + 2);
  });

  it.each(['', 'Acme', '../acme', 'a.b', 'a*', 'x'.repeat(64)])(
    'refuses the tenant %j, naming its place, and makes nothing',
    (tenant) => {
      const dir = fresh();
      const attempt = () => ensureIdentityKeys(dir, ['acme', tenant]);
      expect(attempt).toThrow(PatchbayError);
      expect(attempt).toThrow('tenants[1]');
      expect(() => statSync(dir)).toThrow('ENOENT');
    },
  );

  it('refuses a key file that others can read', () => {
    const dir = fresh();
    const file = seedFileOf(ensureIdentityKeys(dir, []), 'vault');
    chmodSync(file, 0o440);
    expect(() => ensureIdentityKeys(dir, [])).toThrow(new RegExp(`${file} can be read by others`));
  });

  it.each([
    ['an empty file', ''],
    ['an account seed', 'SAANDLKMXL6CUS3CP52WIXBEDN6YJ545GDKC65U5JZPPV6WH6ESWUA6YAI'],
    ['a seed with a wrong letter', 'SUAIBDPBAUTWCWBKIO6XHQNINK5FWJW4OHLXC3HQ2KFE4PEJUA44CNHTX4'],
    ['words', 'not a key'],
  ])('refuses %s, and does not show it', (_, content) => {
    const dir = fresh();
    const file = seedFileOf(ensureIdentityKeys(dir, []), 'vault');
    rmSync(file);
    writeFileSync(file, content, { mode: 0o400 });
    const attempt = () => ensureIdentityKeys(dir, []);
    expect(attempt).toThrow(KeyFileError);
    expect(attempt).toThrow(/vault\.nk does not hold the kind of key/);
    if (content !== '') expect(attempt).not.toThrow(content);
  });

  it('refuses a directory in the place of a key', () => {
    const dir = fresh();
    const keys = ensureIdentityKeys(dir, []);
    rmSync(keys.localKmsKeyFile);
    ensureIdentityKeys(keys.localKmsKeyFile, []);
    expect(() => ensureIdentityKeys(dir, [])).toThrow(/local-kms\.key cannot be read/);
  });

  it('narrows a directory that was open to others', () => {
    const dir = fresh();
    ensureIdentityKeys(dir, []);
    chmodSync(dir, 0o755);
    ensureIdentityKeys(dir, []);
    expect(mode(dir)).toBe(0o700);
  });
});

it('seedFileOf refuses an identity without a key', () => {
  const keys = ensureIdentityKeys(fresh(), ['acme']);
  expect(seedFileOf(keys, 'agent', 'acme')).toMatch(/agent\.acme\.nk$/);
  expect(() => seedFileOf(keys, 'agent', 'globex')).toThrow('There is no key for agent of tenant globex');
  expect(() => seedFileOf(keys, 'agent')).toThrow('There is no key for agent');
});
