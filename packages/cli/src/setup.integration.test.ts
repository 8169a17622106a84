import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sandboxControl } from './demo/sandbox-control.ts';
import { directoryWith, type Installation, json, startInstallation } from './running-patchbay.fixture.ts';

let here: Installation;
beforeAll(async () => {
  here = await startInstallation();
});
afterAll(() => here?.stop());

function documentYaml(auth: string, version = '1.0.0', id = 'desk'): string {
  return `id: ${id}
name: Desk
version: ${version}
category: helpdesk
description: A desk.
base_url: https://desk.example/api
auth: ${auth}
tools:
  open_ticket:
    title: Open a ticket
    description: Opens a ticket.
    risk: write
    request: { method: POST, path: /tickets }
    parameters: { subject: { type: string, required: true } }
`;
}
const single = JSON.stringify({
  id: 'ping_desk',
  name: 'Ping',
  category: 'helpdesk',
  description: 'Pings the desk',
  auth_type: 'oauth2',
  base_url: 'https://desk.example/api',
  endpoints: { ping: { method: 'get', path: '/ping', parameters: {} } },
});

describe('integrations', () => {
  const files = directoryWith({
    'desk.yaml': documentYaml('{ type: api_key }'),
    'desk2.yaml': documentYaml('{ type: api_key }', '1.1.0'),
    'single.json': single,
    'broken.yaml': 'id: [',
    'wrong.yaml': documentYaml('{ type: magic }'),
    'none.yaml': documentYaml('{ type: none }', '1.0.0', 'open_desk'),
  });

  test('publish registers documents of both forms, checks first with --dry-run, and is idempotent', async () => {
    const dry = await here.cli(['integrations', 'publish', `${files}/desk.yaml`, '--dry-run']);
    expect(dry).toMatchObject({ code: 0 });
    expect(dry.out).toContain('would publish  desk 1.0.0');
    expect((await here.cli(['integrations', 'show', 'desk'])).code).toBe(3);
    const published = json(
      await here.cli(['integrations', 'publish', `${files}/desk.yaml`, `${files}/single.json`, '--json']),
    );
    expect(published.published.map((one: { result: object }) => one.result)).toMatchObject([
      { integration: 'desk', created: true },
      { integration: 'ping_desk', created: true, warnings: [{}] },
    ]);
    expect((await here.cli(['integrations', 'publish', `${files}/desk.yaml`])).out).toContain('unchanged  desk 1.0.0');
    const piped = await here.cli(['integrations', 'publish', '-'], { input: single });
    expect(piped.out).toMatch(/unchanged {2}ping_desk[^\n]*\n {2}warning {2}-:/);
  });

  test('publish tells where a document is wrong, and registers the sound ones', async () => {
    const result = await here.cli(['integrations', 'publish', `${files}/wrong.yaml`, `${files}/desk2.yaml`]);
    expect(result.code).toBe(3);
    expect(result.out).toContain(`refused  ${files}/wrong.yaml  invalid_request`);
    expect(result.out).toMatch(/wrong\.yaml:\d+:\d+ auth\.type/);
    expect(result.out).toContain('published  desk 1.1.0');
    expect((await here.cli(['integrations', 'publish', `${files}/nowhere.yaml`])).code).toBe(2);
  });

  test('publish, show and retire with --tenant concern that tenant alone', async () => {
    const admin = ['--tenant', 'rival'];
    expect((await here.cli(['integrations', 'publish', `${files}/none.yaml`, ...admin])).out).toContain(
      'published  open_desk',
    );
    expect((await here.cli(['integrations', 'show', 'open_desk', ...admin])).out).toContain('Open a ticket');
    expect((await here.cli(['integrations', 'show', 'open_desk'])).code).toBe(3);
    const none = await here.cli(['connections', 'add', 'open_desk', '-', ...admin], { input: 'x' });
    expect(none.err).toContain('takes no credential');
    expect(json(await here.cli(['integrations', 'retire', 'open_desk', ...admin, '--json']))).toMatchObject({
      retired: ['1.0.0'],
      latest: null,
    });
  });

  test('list and show tell what is registered; retire takes it out of use', async () => {
    expect((await here.cli(['integrations', 'list'])).out).toMatch(/desk +1\.1\.0 +helpdesk +1 +desk_open_ticket/);
    expect(
      json(await here.cli(['integrations', 'list', '--json'])).integrations.map(({ id }: { id: string }) => id),
    ).toContain('slack');
    const shown = await here.cli(['integrations', 'show', 'hubspot']);
    expect(shown.out).toContain('ticket_pipeline');
    expect(
      json(await here.cli(['integrations', 'show', 'desk', '--version', '1.0.0', '--json'])).document.version,
    ).toBe('1.0.0');
    const retired = await here.cli(['integrations', 'retire', 'desk', '--version', '1.1.0']);
    expect(retired.out).toContain('retired  desk 1.1.0\nIn use: 1.0.0');
    expect((await here.cli(['integrations', 'show', 'desk'])).out).toContain('1.1.0 (retired)');
    expect((await here.cli(['integrations', 'retire', 'desk', '--version', '1.1.0'])).out).toMatch(
      /Nothing of desk was in use|retired/,
    );
    expect((await here.cli(['integrations', 'retire', 'Not An Id'])).code).toBe(2);
  });
});

describe('connections', () => {
  const files = directoryWith({
    key: 'sekret-key\n',
    password: 'sekret-password',
    'token.json': '{"access_token":"sekret-token","refresh_token":"r","expires_in":3600,"scope":"a","instance":"x"}',
    'fields.json': '{"api_key":"sekret-key","account":"sekret-account"}',
    'keyed.yaml': documentYaml('{ type: api_key }', '1.0.0', 'keyed'),
    'basic.yaml': documentYaml('{ type: basic }', '1.0.0', 'basic_desk'),
    'bearer.yaml': documentYaml('{ type: bearer }', '1.0.0', 'bearer_desk'),
    'custom.yaml': documentYaml(
      '{ type: custom, headers: { X-Key: "{api_key}", X-Account: "{account}" } }',
      '1.0.0',
      'custom_desk',
    ),
  });
  beforeAll(async () => {
    const names = ['keyed', 'basic', 'bearer', 'custom'].map((name) => `${files}/${name}.yaml`);
    expect((await here.cli(['integrations', 'publish', ...names])).code).toBe(0);
  });
  const add = (argv: string[], options = {}) => here.cli(['connections', 'add', ...argv, '--json'], options);

  test.each([
    ['an API key', 'keyed', ['--api-key-file', `${files}/key`], 'api_key'],
    ['a bearer token', 'bearer_desk', ['--bearer-file', `${files}/key`], 'bearer'],
    ['a user and a password', 'basic_desk', ['--basic-user', 'ada', '--password-file', `${files}/password`], 'basic'],
    ['a token response', 'slack', ['--oauth2-file', `${files}/token.json`], 'oauth2'],
    ['fields of a custom scheme', 'custom_desk', ['--custom-file', `${files}/fields.json`], 'custom'],
  ])('add takes %s from a file', async (_what, integration, options, type) => {
    const added = await add([integration, ...options, '--label', 'ours', '--default']);
    expect(added.err).toBe('');
    expect(json(added).connection).toMatchObject({
      integration,
      label: 'ours',
      auth_type: type,
      status: 'active',
      is_default: true,
    });
    expect(added.out).not.toContain('sekret');
  });

  test('add reads standard input as the kind that the integration needs', async () => {
    expect(json(await add(['keyed', '-'], { input: 'sekret\n' })).connection.auth_type).toBe('api_key');
    expect(
      json(await add(['basic_desk', '-'], { input: '{"username":"a","password":"b"}' })).connection.auth_type,
    ).toBe('basic');
    const wrong = await add(['basic_desk', '-'], { input: 'sekret' });
    expect(wrong.code).toBe(2);
    expect(wrong.out).not.toContain('sekret');
    expect((await add(['custom_desk', '-'], { input: '{"api_key":""}' })).code).toBe(2);
  });

  test.each([
    ['keyed', ['typed-sekret']],
    ['bearer_desk', ['typed-sekret']],
    ['slack', ['typed-sekret']],
    ['basic_desk', ['ada', 'typed-sekret']],
    ['custom_desk', ['typed-sekret', 'typed-sekret']],
  ])('add asks at a terminal for the credential of %s and does not show it', async (integration, typed) => {
    const added = await here.cli(['connections', 'add', integration, '--variable', 'region=eu'], { typed });
    expect(added.code).toBe(0);
    expect(added.out).toMatch(/^connected {2}con_/);
    expect(added.out + added.err).not.toContain('typed-sekret');
  });

  test('add without a source, a terminal or an answer asks for one', async () => {
    expect((await here.cli(['connections', 'add', 'keyed'])).err).toContain('Say where the credential comes from');
    expect((await here.cli(['connections', 'add', 'keyed'], { typed: [] })).err).toContain('Nothing was entered');
  });

  test.each([
    [['slack', 'sekret']],
    [['slack', '-', 'sekret']],
    [['slack', '--api-key', 'sekret']],
    [['slack', '--token=sekret']],
    [['slack', '--password', 'sekret']],
    [['slack', '--tokn=sekret']],
  ])('add refuses a credential on the command line without repeating it: %j', async (argv) => {
    const refused = await here.cli(['connections', 'add', ...argv]);
    expect(refused.code).toBe(2);
    expect(refused.out + refused.err).not.toContain('sekret');
    if (!argv.join().includes('tokn')) expect(refused.err).toContain('must not stand on the command line');
  });

  test('add wants one complete source', async () => {
    const key = ['--api-key-file', `${files}/key`];
    expect((await here.cli(['connections', 'add', 'keyed', '-', ...key])).err).toContain('in one way only');
    expect((await here.cli(['connections', 'add', 'basic_desk', '--basic-user', 'a'])).err).toContain('go together');
    expect((await here.cli(['connections', 'add', 'keyed', '--api-key-file', `${files}/none`])).err).toContain(
      'ENOENT',
    );
    expect((await here.cli(['connections', 'add', 'keyed', ...key, '--variable', 'x'])).err).toContain(
      'Write name=value',
    );
    expect((await here.cli(['connections', 'add', 'nothing_here', '-'], { input: 'x' })).code).toBe(3);
  });

  test('add tries the credential at the upstream, and test tries it again; list shows how it went', async () => {
    const { sandbox_url, sandbox_control_token } = here.patchbay.facts;
    const control = sandboxControl(sandbox_url as string, readFileSync(sandbox_control_token as string, 'utf8'));
    const token = { input: '{"access_token":"xoxb-made-up"}' };
    const good = await add(['slack', '-'], token);
    expect(json(good)).toMatchObject({ tested: 'ok', connection: { health: { state: 'ok', code: null } } });

    const back = await control.behave({ tool: 'slack_check_connection', do: { kind: 'status', status: 401 } as never });
    const bad = await here.cli(['connections', 'add', 'slack', '-'], token);
    expect(bad).toMatchObject({ code: 1, out: expect.stringContaining('does not accept the credential') });
    const { id } = json(good).connection;
    expect(await here.cli(['connections', 'test', id])).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^refused {2}con_/),
    });
    expect((await here.cli(['connections', 'list', '--integration', 'slack'])).out).toContain('refused');
    const untried = await add(['slack', '-', '--no-test'], token);
    expect(json(untried)).toMatchObject({ tested: null, connection: { health: null } });
    await back();

    expect(json(await here.cli(['connections', 'test', id, '--json'])).tested).toMatchObject([
      { state: 'ok', error: null, connection: { id, health: { state: 'ok' } } },
    ]);
    const keyed = json(await add(['keyed', '-'], { input: 'sekret' }));
    expect(keyed.tested).toBe('unchecked');
    expect((await here.cli(['connections', 'test', keyed.connection.id])).out).toContain('names no health check');
    const all = await here.cli(['connections', 'test', '--all']);
    expect(all.out.split('\n').length).toBeGreaterThan(5);
    for (const argv of [[], ['con_x'], [id, '--all']])
      expect((await here.cli(['connections', 'test', ...argv])).code).toBe(2);
    expect((await here.cli(['connections', 'test', 'con_00000000000000000000000000'])).code).toBe(3);
  });

  test('list shows no secret; remove revokes', async () => {
    const { connection } = json(await add(['keyed', '-'], { input: 'sekret' }));
    const listed = await here.cli(['connections', 'list', '--integration', 'keyed']);
    expect(listed.out).toContain(connection.id);
    expect(listed.out).toContain('active');
    expect((await here.cli(['connections', 'remove', connection.id])).out).toContain(`removed  ${connection.id}`);
    const after = json(await here.cli(['connections', 'list', '--json'])).connections;
    expect(after.find(({ id }: { id: string }) => id === connection.id)?.status ?? 'revoked').toBe('revoked');
    expect((await here.cli(['connections', 'remove', 'con_x'])).code).toBe(2);
  });
});
