import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Installation, json, startInstallation } from './running-patchbay.fixture.ts';

let here: Installation;
beforeAll(async () => {
  here = await startInstallation();
}, 120_000);
afterAll(() => here?.stop());

const get = (path: string, header: string) => {
  const [name = '', value = ''] = header.trim().split(': ');
  return fetch(`${here.patchbay.facts.gateway_url}${path}`, { headers: { [name]: value } });
};

describe('keys', () => {
  test('are printed once, work over HTTP, are listed without a secret, rotated and revoked', async () => {
    const made = await here.cli(['keys', 'create', 'front-desk', '--role', 'agent', '--header']);
    expect(made.out).toMatch(/^Authorization: Bearer pbk_[0-9A-Z]{26}_[\w-]{43}\n$/);
    expect(made.err).toMatch(/made {2}key_[0-9A-Z]{26} {2}agent of acme/);
    expect((await get('/v1/tools?limit=1', made.out)).status).toBe(200);
    expect((await get('/v1/keys', made.out)).status).toBe(403);

    const secret = made.out.trim().slice(-43);
    const listed = await here.cli(['keys', 'list']);
    expect(listed.out).toMatch(/front-desk +acme +agent +active/);
    expect(listed.out).not.toContain(secret);

    const id = /key_[0-9A-Z]{26}/.exec(made.err)?.[0] as string;
    const rotated = json(await here.cli(['keys', 'rotate', id, '--overlap', '1h', '--json']));
    expect(rotated).toMatchObject({ key: { replaces: id, name: 'front-desk' }, replaced: { id } });
    expect((await here.cli(['keys', 'list'])).out).toMatch(/front-desk +acme +agent +until /);

    expect((await here.cli(['keys', 'revoke', id])).out).toContain('revoked');
    expect((await get('/v1/tools?limit=1', made.out)).status).toBe(401);
    expect((await get('/v1/tools?limit=1', `Authorization: Bearer ${rotated.secret}`)).status).toBe(200);
  });

  test('can be held to scopes, to a time, and be of the platform', async () => {
    const narrow = json(
      await here.cli([
        'keys',
        'create',
        'ci',
        '--role',
        'developer',
        '--scopes',
        'tools:read',
        '--expires',
        '1h',
        '--json',
      ]),
    );
    expect(narrow.key).toMatchObject({ scopes: ['tools:read'], expires_at: expect.any(String) });
    await here.cli(['keys', 'create', 'me', '--role', 'operator', '--platform']);
    expect((await here.cli(['keys', 'list', '--platform'])).out).toMatch(/me +the platform +operator/);
    expect(json(await here.cli(['keys', 'list', '--all', '--json'])).keys.length).toBeGreaterThan(3);
    expect((await here.cli(['keys', 'list', '--tenant', 'rival'])).out).toContain('There is no such key');
  });

  test.each([
    [['keys', 'create', 'x', '--role', 'king'], 2],
    [['keys', 'create', 'x', '--scopes', 'tools:eat'], 2],
    [['keys', 'create', 'x', '--role', 'agent', '--scopes', 'keys:write'], 3],
    [['keys', 'create', 'x', '--tenant', 'nobody'], 3],
    [['keys', 'rotate', 'pbk_01JD0000000000000000000000_secret'], 2],
    [['keys', 'rotate', 'key_01JD0000000000000000000000', '--overlap', '31d'], 2],
    [['keys', 'revoke', 'key_01JD0000000000000000000000'], 3],
  ])('%j ends with %i', async (argv, code) => {
    const result = await here.cli(argv);
    expect([result.code, result.err]).toEqual([code, expect.any(String)]);
    expect(result.err).not.toContain('_secret');
  });
});

test('tenants are made, listed, suspended and resumed', async () => {
  expect((await here.cli(['tenants', 'create', 'initech', '--name', 'Initech'])).out).toContain('made');
  expect((await here.cli(['tenants', 'create', 'initech'])).out).toContain('was there');
  const key = (await here.cli(['keys', 'create', 'x', '--tenant', 'initech', '--header'])).out;
  expect((await here.cli(['tenants', 'suspend', 'initech'])).out).toContain('suspended');
  expect((await here.cli(['tenants', 'list'])).out).toMatch(/initech +suspended +\d{4}-\d\d-\d\d +Initech/);
  expect((await get('/v1/tools?limit=1', key)).status).toBe(401);
  expect((await here.cli(['tenants', 'resume', 'initech'])).out).toContain('active');
  expect((await get('/v1/tools?limit=1', key)).status).toBe(200);
  expect((await here.cli(['tenants', 'create', 'Not A Tenant'])).code).toBe(2);
  expect((await here.cli(['tenants', 'suspend', 'nobody'])).code).toBe(3);
});
