import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from './config.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'gateway-config-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

function file(name: string, text: string, mode = 0o600): string {
  const path = join(dir, name);
  writeFileSync(path, text, { mode });
  return path;
}

const read = (voiceSecrets?: string) =>
  readConfig({
    PATCHBAY_NATS_URLS: 'nats://127.0.0.1:4222',
    PATCHBAY_NKEY_SEED_FILE: file('nkey', 'SUAAA'),
    PATCHBAY_AUDIT_MAC_KEY_FILE: file('mac', 'a'.repeat(64)),
    PATCHBAY_GATEWAY_PEPPER_FILE: file('pepper', 'b'.repeat(64)),
    ...(voiceSecrets !== undefined && { PATCHBAY_GATEWAY_VOICE_SECRETS_FILE: voiceSecrets }),
  });

describe('the file of voice secrets', () => {
  const key = 'key_0123456789abcdef';

  test('names the keys of tenants, and none without it', () => {
    expect(read().voiceSecrets).toEqual({});
    const given = { acme: { retell: key }, rival: { retell: [key, `${key}2`] } };
    expect(read(file('good', JSON.stringify(given))).voiceSecrets).toEqual(given);
  });

  test.each(['{', '[]', `{"acme":{"retell":"short"}}`, `{"acme":{"retel":"${key}"}}`, `{"acme":"${key}"}`])(
    'that holds %s is refused, and not quoted',
    (text) => {
      const path = file('bad', text);
      expect(() => read(path)).toThrow(/bad does not hold/);
      expect(() => read(path)).not.toThrow(key);
    },
  );

  test('must be readable by nobody else', () => {
    expect(() => read(file('open', '{}', 0o644))).toThrow(/chmod 600/);
  });
});
