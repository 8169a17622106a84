import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';

let dir: string;
let env: Record<string, string>;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ingress-config-'));
  const file = (name: string, text: string) => {
    writeFileSync(join(dir, name), text, { mode: 0o600 });
    return join(dir, name);
  };
  env = {
    PATCHBAY_NATS_URLS: 'nats://127.0.0.1:4222',
    PATCHBAY_NKEY_SEED_FILE: file('seed', 'SUA'),
    PATCHBAY_AUDIT_MAC_KEY_FILE: file('mac', 'ab'.repeat(32)),
    PATCHBAY_REDIS_URL_FILE: file('redis', 'redis://:hunter2@127.0.0.1:6379'),
  };
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('the configuration of the webhook ingress', () => {
  it('has defaults for everything but its keys and Redis', () => {
    expect(readConfig(env)).toMatchObject({
      host: '127.0.0.1',
      port: 7_720,
      sharedPort: false,
      publicUrl: null,
      maxBodyBytes: 1_048_576,
      maxInFlight: 512,
      headersTimeoutMs: 5_000,
      requestTimeoutMs: 15_000,
      redisUrl: 'redis://:hunter2@127.0.0.1:6379',
      dialOverride: null,
    });
  });

  it('takes the public URL without the slash at its end', () => {
    expect(readConfig({ ...env, PATCHBAY_INGRESS_PUBLIC_URL: 'https://hooks.example.com/' }).publicUrl).toBe(
      'https://hooks.example.com',
    );
  });

  it.each([
    ['PATCHBAY_INGRESS_PUBLIC_URL', 'http://hooks.example.com', /https in production/],
    ['PATCHBAY_INGRESS_PUBLIC_URL', 'https://hooks.example.com/?a=b', /query/],
    ['PATCHBAY_INGRESS_MAX_BODY_BYTES', '3145729', /PATCHBAY_INGRESS_MAX_BODY_BYTES/],
    ['PATCHBAY_INGRESS_PORT', '65536', /PATCHBAY_INGRESS_PORT/],
    ['PATCHBAY_EGRESS_DIAL_OVERRIDE', 'http://127.0.0.1:1', /development only/],
  ])('refuses %s=%s', (name, value, message) => expect(() => readConfig({ ...env, [name]: value })).toThrow(message));

  it('needs Redis, and shows no password', () => {
    const { PATCHBAY_REDIS_URL_FILE: _file, ...without } = env;
    expect(() => readConfig(without)).toThrow(/PATCHBAY_REDIS_URL_FILE: is not set/);
  });
});
