import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ConfigError, parseConfig, readBaseConfig, readKeyFile, readRuntime, readSecretFile } from './index.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'service-kit-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

function secretFile(name: string, text: string, mode = 0o600): string {
  const path = join(dir, name);
  writeFileSync(path, text, { mode });
  chmodSync(path, mode);
  return path;
}

describe('configuration', () => {
  const schema = z.object({ PATCHBAY_PORT: z.coerce.number().int(), PATCHBAY_NAME: z.string() });

  test('takes what the schema names', () => {
    expect(parseConfig(schema, { PATCHBAY_PORT: '1', PATCHBAY_NAME: 'a', OTHER: 'x' })).toEqual({
      PATCHBAY_PORT: 1,
      PATCHBAY_NAME: 'a',
    });
  });

  test('names every variable that is wrong or missing, and no value', () => {
    try {
      parseConfig(schema, { PATCHBAY_PORT: 'hunter2', PATCHBAY_NAME: '' });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      expect((error as Error).message).toMatch(/PATCHBAY_PORT: [\s\S]*PATCHBAY_NAME: is not set/);
      expect((error as Error).message).not.toContain('hunter2');
    }
  });

  test('of every service is read from files that only it may read', () => {
    const env = {
      PATCHBAY_NATS_URLS: 'nats://a:1, nats://b:2',
      PATCHBAY_NKEY_SEED_FILE: secretFile('seed', 'SU123\n'),
      PATCHBAY_AUDIT_MAC_KEY_FILE: secretFile('mac', 'ab'.repeat(32)),
    };
    expect(readBaseConfig('vault', env)).toMatchObject({
      natsUrls: ['nats://a:1', 'nats://b:2'],
      nkeySeed: 'SU123',
      mode: 'production',
      logLevel: 'info',
      logFile: null,
      instance: expect.stringMatching(new RegExp(`^vault-[\\w-]+-${process.pid}$`)),
      auditMacKey: Buffer.alloc(32, 0xab),
      auditSpool: null,
    });
    const spooling = { ...env, PATCHBAY_AUDIT_SPOOL_DIR: '/spool' };
    expect(readBaseConfig('vault', spooling).auditSpool).toEqual({ dir: '/spool', maxBytes: 268_435_456 });
    expect(readBaseConfig('vault', { ...spooling, PATCHBAY_AUDIT_SPOOL_MAX_BYTES: '5000' }).auditSpool).toEqual({
      dir: '/spool',
      maxBytes: 5_000,
    });
    expect(readBaseConfig('vault', { ...env, PATCHBAY_INSTANCE: 'vault-7' }).instance).toBe('vault-7');
  });

  test.each([
    ['missing', () => join(dir, 'nowhere'), /ENOENT/],
    ['empty', () => secretFile('empty', '\n'), /empty/],
    ['readable by others', () => secretFile('open', 'x', 0o644), /chmod 600/],
  ])('refuses a secret file that is %s', (_what, path, message) =>
    expect(() => readSecretFile(path())).toThrow(message),
  );

  test('says where a supervisor asks, if anywhere', () => {
    expect(readRuntime({}).healthListen).toBeNull();
    expect(readRuntime({ PATCHBAY_HEALTH_LISTEN: '0.0.0.0:9090' }).healthListen).toEqual({
      host: '0.0.0.0',
      port: 9090,
    });
    expect(readRuntime({ PATCHBAY_HEALTH_LISTEN: '[::1]:0' }).healthListen).toEqual({ host: '::1', port: 0 });
    for (const wrong of ['9090', 'host:', ':1', 'a:70000', 'a b:1'])
      expect(() => readRuntime({ PATCHBAY_HEALTH_LISTEN: wrong })).toThrow(ConfigError);
  });

  test('refuses a key that is not 32 bytes of hex', () =>
    expect(() => readKeyFile(secretFile('short', 'abcd'))).toThrow(/64 hexadecimal/));
});
