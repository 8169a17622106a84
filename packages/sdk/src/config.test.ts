import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { findDevFacts, resolveSettings } from './config.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'sdk-config-')));
const deep = join(root, 'a', 'b');
const seedOf = (name: string) => join(root, `${name}.seed`);
const facts = {
  nats_url: 'nats://127.0.0.1:4222',
  tenant: 'demo',
  agent_credentials: seedOf('agent'),
  admin_credentials: seedOf('admin'),
  sandbox_url: 'http://127.0.0.1:4010',
};
mkdirSync(deep, { recursive: true });
for (const name of ['agent', 'admin', 'other']) writeFileSync(seedOf(name), `seed of ${name}\n`);
afterAll(() => rmSync(root, { recursive: true }));

function writeFacts(text = JSON.stringify(facts), folder = join(root, '.patchbay')): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'dev.json'), text);
}

beforeEach(() => {
  rmSync(join(root, '.patchbay'), { recursive: true, force: true });
  rmSync(join(deep, '.patchbay'), { recursive: true, force: true });
  vi.spyOn(process, 'cwd').mockReturnValue(deep);
});

test('the facts are those of the nearest .patchbay above', () => {
  expect(findDevFacts(deep, {})).toBeNull();
  writeFacts();
  expect(findDevFacts(deep, {})).toEqual(facts);
  writeFacts(JSON.stringify({ ...facts, tenant: 'nearer' }), join(deep, '.patchbay'));
  expect(findDevFacts(deep, {})?.tenant).toBe('nearer');
  expect(findDevFacts(root, {})?.tenant).toBe('demo');
});

test('a state directory that was named is the only one looked at', () => {
  writeFacts();
  const state = join(root, 'state');
  expect(findDevFacts(deep, { PATCHBAY_STATE_DIR: state })).toBeNull();
  writeFacts(JSON.stringify({ ...facts, tenant: 'named' }), state);
  expect(findDevFacts(deep, { PATCHBAY_STATE_DIR: state })?.tenant).toBe('named');
});

test('facts that are half written count as none', () => {
  writeFacts('{"nats_url":');
  expect(findDevFacts(deep, {})).toBeNull();
});

test.each([
  ['agent', 'seed of agent'],
  ['admin', 'seed of admin'],
] as const)('an %s finds all it needs in the facts', (identity, seed) => {
  writeFacts();
  expect(resolveSettings({}, identity, {})).toEqual({
    servers: ['nats://127.0.0.1:4222'],
    tenant: 'demo',
    seed,
    name: identity,
    inboxPrefix: identity === 'agent' ? '_INBOX_agent.demo' : '_INBOX_admin',
  });
});

test('the environment goes before the facts, and what is passed before both', () => {
  writeFacts();
  const env = {
    PATCHBAY_NATS_URL: 'nats://a:1, nats://b:2',
    PATCHBAY_TENANT: 'acme',
    PATCHBAY_CREDENTIALS: seedOf('other'),
  };
  expect(resolveSettings({}, 'agent', env)).toEqual({
    servers: ['nats://a:1', 'nats://b:2'],
    tenant: 'acme',
    seed: 'seed of other',
    name: 'agent',
    inboxPrefix: '_INBOX_agent.acme',
  });
  const passed = { servers: ['nats://c:3'], tenant: 'globex', credentials: seedOf('admin'), name: 'receptionist' };
  expect(resolveSettings(passed, 'agent', env)).toEqual({
    servers: ['nats://c:3'],
    tenant: 'globex',
    seed: 'seed of admin',
    name: 'receptionist',
    inboxPrefix: '_INBOX_agent.globex',
  });
});

test.each([
  [{}, ['servers', 'tenant', 'credentials']],
  [{ tenant: 'acme' }, ['servers', 'credentials']],
  [{ servers: 'nats://a:1', credentials: seedOf('agent') }, ['tenant']],
])('with %j alone, what is missing is named, and where it may come from', (settings, missing) => {
  const failing = () => resolveSettings(settings, 'agent', {});
  expect(failing).toThrow(`Missing ${missing.join(', ')}.`);
  expect(failing).toThrow(/PATCHBAY_NATS_URL.*PATCHBAY_TENANT.*PATCHBAY_CREDENTIALS.*npm start/);
  expect(failing).toThrow(
    expect.objectContaining({ code: 'invalid_request', body: expect.objectContaining({ details: { missing } }) }),
  );
});

test('a credentials file that cannot be read is named', () => {
  const settings = { servers: 'nats://a:1', tenant: 'acme', credentials: join(root, 'nowhere') };
  expect(() => resolveSettings(settings, 'agent', {})).toThrow(/nowhere cannot be read \(ENOENT\)/);
});

describe('an API key', () => {
  const key = `pbk_01JD0000000000000000000000_${'x'.repeat(43)}`;
  const place = { PATCHBAY_NATS_URL: 'nats://a:1', PATCHBAY_TENANT: 'acme' };
  const inboxPrefix = '_INBOX_agent.acme.key_01JD0000000000000000000000';

  test('goes before an NKey, and comes out of a file that the environment names', () => {
    const env = { ...place, PATCHBAY_CREDENTIALS: seedOf('other'), PATCHBAY_API_KEY_FILE: seedOf('key') };
    writeFileSync(seedOf('key'), `${key}\n`);
    for (const settings of [{ apiKey: ` ${key}\n` }, {}])
      expect(resolveSettings(settings, 'agent', env)).toMatchObject({ seed: { token: key }, inboxPrefix });
    expect(resolveSettings({ credentials: seedOf('agent') }, 'agent', env)).toMatchObject({ seed: 'seed of agent' });
    expect(resolveSettings({}, 'admin', env)).toMatchObject({ seed: 'seed of other', inboxPrefix: '_INBOX_admin' });
  });

  test('can be a token, whose subject has an inbox', () => {
    const token = `e30.${Buffer.from('{"sub":"ada"}').toString('base64url')}.x`;
    expect(resolveSettings({ apiKey: token }, 'agent', place).inboxPrefix).toMatch(
      /^_INBOX_agent\.acme\.jwt_[\w-]{43}$/,
    );
  });

  test.each(['', 'nonsense', 'a.b.c', 'e30.e30.x'])('is not %j', (apiKey) => {
    expect(() => resolveSettings({ apiKey }, 'agent', place)).toThrow('The API key is none');
  });
});
