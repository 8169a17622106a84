import { expect, test } from 'vitest';
import { readSandboxConfig } from './config.ts';

test('without variables any port is taken, requests are kept and the catalogue is served', () => {
  expect(readSandboxConfig({})).toEqual({
    host: '127.0.0.1',
    port: 0,
    record: true,
    uniqueIds: false,
    catalog: null,
    integrations: null,
  });
});

test('every variable is read', () => {
  const env = {
    PATCHBAY_SANDBOX_HOST: '0.0.0.0',
    PATCHBAY_SANDBOX_PORT: '4010',
    PATCHBAY_SANDBOX_FAST: '1',
    PATCHBAY_SANDBOX_UNIQUE_IDS: '1',
    PATCHBAY_SANDBOX_CATALOG: '/x',
    PATCHBAY_SANDBOX_INTEGRATIONS: 'slack,stripe',
  };
  expect(readSandboxConfig(env)).toEqual({
    host: '0.0.0.0',
    port: 4010,
    record: false,
    uniqueIds: true,
    catalog: '/x',
    integrations: ['slack', 'stripe'],
  });
});

test.each([
  ['PATCHBAY_SANDBOX_PORT', 'http'],
  ['PATCHBAY_SANDBOX_PORT', '65536'],
  ['PATCHBAY_SANDBOX_FAST', 'yes'],
])('%s=%s is refused by name', (name, value) => {
  expect(() => readSandboxConfig({ [name]: value })).toThrow(name);
});
