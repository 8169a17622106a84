import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from './config.ts';

let dir: string;
let required: Record<string, string>;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'delivery-config-'));
  const secret = (name: string, value: string) => {
    writeFileSync(join(dir, name), value, { mode: 0o600 });
    return join(dir, name);
  };
  required = {
    PATCHBAY_NATS_URLS: 'nats://127.0.0.1:4222',
    PATCHBAY_NKEY_SEED_FILE: secret('seed', `SU${'A'.repeat(56)}`),
    PATCHBAY_AUDIT_MAC_KEY_FILE: secret('mac', 'ab'.repeat(32)),
  };
});
afterAll(() => rmSync(dir, { recursive: true }));

test('what is left out has its default', () => {
  expect(readConfig(required)).toMatchObject({
    mode: 'production',
    pauseRule: { failures: 200, failingForMs: 3 * 86_400_000 },
    dialOverride: null,
    trustedOrigins: [],
    tenantPoliciesFile: null,
  });
});

test('what is given is taken', () => {
  expect(
    readConfig({
      ...required,
      PATCHBAY_WEBHOOK_PAUSE_FAILURES: '5',
      PATCHBAY_WEBHOOK_PAUSE_HOURS: '0.5',
      PATCHBAY_EGRESS_TRUSTED_ORIGINS: 'https://a.internal, http://127.0.0.1:1',
      PATCHBAY_TENANT_POLICIES_FILE: '/etc/policies.json',
    }),
  ).toMatchObject({
    pauseRule: { failures: 5, failingForMs: 1_800_000 },
    trustedOrigins: ['https://a.internal', 'http://127.0.0.1:1'],
    tenantPoliciesFile: '/etc/policies.json',
  });
});

test('every event to one place is for development only', () => {
  const override = { PATCHBAY_EGRESS_DIAL_OVERRIDE: 'http://127.0.0.1:4010' };
  expect(() => readConfig({ ...required, ...override })).toThrow('PATCHBAY_EGRESS_DIAL_OVERRIDE');
  expect(readConfig({ ...required, ...override, PATCHBAY_MODE: 'development' }).dialOverride).toBe(
    'http://127.0.0.1:4010',
  );
});
