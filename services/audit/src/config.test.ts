import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newSigningKeyPem } from '@patchbay/audit-log/proofs';
import { auditProducers } from '@patchbay/contracts';
import { ConfigError } from '@patchbay/service-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';

const producers = [...new Set(Object.values(auditProducers))];

let dir: string;
let env: Record<string, string>;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'audit-config-'));
  mkdirSync(join(dir, 'macs'));
  producers.forEach((producer, index) => {
    writeFileSync(join(dir, 'macs', `${producer}.key`), `${String(index + 1).repeat(64)}\n`, { mode: 0o400 });
  });
  writeFileSync(join(dir, 'seed'), 'SUA', { mode: 0o400 });
  writeFileSync(join(dir, 'checkpoint.key'), newSigningKeyPem(), { mode: 0o400 });
  env = {
    PATCHBAY_NATS_URLS: 'nats://127.0.0.1:4222',
    PATCHBAY_NKEY_SEED_FILE: join(dir, 'seed'),
    PATCHBAY_AUDIT_MAC_KEY_FILE: join(dir, 'macs', 'audit.key'),
    PATCHBAY_AUDIT_MAC_KEYS_DIR: join(dir, 'macs'),
    PATCHBAY_DATABASE_URL: 'pglite:memory',
    PATCHBAY_AUDIT_CHECKPOINT_KEY_FILE: join(dir, 'checkpoint.key'),
    PATCHBAY_AUDIT_CHECKPOINTS: 'file:///var/lib/patchbay/checkpoints',
  };
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('the configuration of the audit service', () => {
  it('holds the key of every producer and the database', () => {
    const config = readConfig(env);
    expect([...config.auditMacKeys.keys()].sort()).toEqual([...producers].sort());
    expect(config.auditMacKeys.get('executor')?.toString('hex')).toBe('1'.repeat(64));
    expect(config).toMatchObject({ databaseUrl: 'pglite:memory', nkeySeed: 'SUA' });
  });

  it.each(['postgres://u@h/db', 'postgresql://h/db', 'pglite:/var/lib/patchbay/audit'])('takes %s', (url) => {
    expect(readConfig({ ...env, PATCHBAY_DATABASE_URL: url }).databaseUrl).toBe(url);
  });

  it.each(['mysql://u:hunter2@h/db', 'pglite:', 'postgres://'])(
    'refuses %s by the name of the variable, without its value',
    (url) => {
      const read = () => readConfig({ ...env, PATCHBAY_DATABASE_URL: url });
      expect(read).toThrow(ConfigError);
      expect(read).toThrow(/PATCHBAY_DATABASE_URL: expected postgres/);
      expect(read).not.toThrow(/hunter2/);
    },
  );

  it.each(['postgres://u:hunter2@h/db', 'postgres://h/db?user=u&password=hunter2'])(
    'refuses a password in the environment: %s',
    (url) => {
      const read = () => readConfig({ ...env, PATCHBAY_DATABASE_URL: url });
      expect(read).toThrow(/PATCHBAY_DATABASE_URL_FILE/);
      expect(read).not.toThrow(/hunter2/);
    },
  );

  it('takes the database from a file that only it may read, and from one place only', () => {
    const { PATCHBAY_DATABASE_URL, ...others } = env;
    const file = join(dir, 'database.url');
    writeFileSync(file, 'postgres://u:hunter2@h/db\n', { mode: 0o600 });
    expect(readConfig({ ...others, PATCHBAY_DATABASE_URL_FILE: file }).databaseUrl).toBe('postgres://u:hunter2@h/db');
    expect(() => readConfig({ ...env, PATCHBAY_DATABASE_URL_FILE: file })).toThrow(/exactly one/);
    expect(() => readConfig(others)).toThrow(/exactly one/);
    writeFileSync(file, 'mysql://u:hunter2@h/db');
    const read = () => readConfig({ ...others, PATCHBAY_DATABASE_URL_FILE: file });
    expect(read).toThrow(/PATCHBAY_DATABASE_URL_FILE: expected postgres/);
    expect(read).not.toThrow(/hunter2/);
  });

  it('lets live calls go first unless told otherwise', () => {
    expect(readConfig(env).niceness).toBe(10);
    expect(readConfig({ ...env, PATCHBAY_AUDIT_NICENESS: '0' }).niceness).toBe(0);
    expect(() => readConfig({ ...env, PATCHBAY_AUDIT_NICENESS: '-5' })).toThrow(/PATCHBAY_AUDIT_NICENESS/);
  });

  it('reads prices, and says what is wrong with them', () => {
    expect(readConfig(env).prices).toBeNull();
    const file = join(dir, 'prices.json');
    const priced = (text: string) => {
      writeFileSync(file, text);
      return readConfig({ ...env, PATCHBAY_AUDIT_PRICES_FILE: file }).prices;
    };
    expect(priced('{"currency":"EUR","per_million_tokens":3,"per_call":{"slack_post_message":0.01,"*":0}}')).toEqual({
      currency: 'EUR',
      perMillionTokens: 3,
      perCall: { slack_post_message: 0.01, '*': 0 },
    });
    expect(priced('{"currency":"EUR"}')).toEqual({ currency: 'EUR', perMillionTokens: 0, perCall: {} });
    for (const text of [
      '{"currency":"euro"}',
      '{',
      '{"currency":"EUR","per_call":{"x":-1}}',
      '{"currency":"EUR","y":1}',
    ])
      expect(() => priced(text)).toThrow(/PATCHBAY_AUDIT_PRICES_FILE: ./);
    expect(() => readConfig({ ...env, PATCHBAY_AUDIT_PRICES_FILE: join(dir, 'none') })).toThrow(/ENOENT/);
  });

  it('refuses a missing key, an open key and a key of its own that differs', () => {
    expect(() => readConfig({ ...env, PATCHBAY_AUDIT_MAC_KEY_FILE: join(dir, 'macs', 'vault.key') })).toThrow(
      /PATCHBAY_AUDIT_MAC_KEY_FILE and audit.key/,
    );
    chmodSync(join(dir, 'macs', 'vault.key'), 0o644);
    expect(() => readConfig(env)).toThrow(/vault\.key/);
    rmSync(join(dir, 'macs', 'vault.key'));
    expect(() => readConfig(env)).toThrow(/vault\.key/);
  });
});
