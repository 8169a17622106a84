import { describe, expect, test } from 'vitest';
import { isAlive, readEnvironment, wantsColor } from './config.ts';
import { cli, directoryWith, json } from './running-patchbay.fixture.ts';

const nowhere = () => ({ cwd: directoryWith() });
const seed = directoryWith({ 'agent.seed': 'not a seed' });

describe('the command line', () => {
  test('help tells commands, examples and exit codes', async () => {
    const help = await cli(['--help']);
    expect(help.code).toBe(0);
    for (const text of ['demo', 'integrations', 'Exit codes:', '5  Patchbay cannot be reached'])
      expect(help.out).toContain(text);
    expect((await cli(['exec', '--help'])).out).toMatch(/Examples:\n {2}\$ patchbay exec/);
    expect(await cli(['--version'])).toMatchObject({ code: 0, out: '0.1.0\n' });
    expect((await cli(['help', 'tools'])).out).toContain('search');
  });

  test('without a command it shows the help and counts as wrong', async () => {
    const bare = await cli([]);
    expect(bare).toMatchObject({ code: 2, out: '' });
    expect(bare.err).toContain('Usage: patchbay');
    expect((await cli(['tools'])).code).toBe(2);
  });

  test.each([
    [['tols'], "unknown command 'tols' (Did you mean tools?)"],
    [['tools', 'list', '--riks', 'read'], "unknown option '--riks' (Did you mean --risk?)"],
    [['tools', 'list', '--risk', 'none'], 'Allowed choices are read, write, destructive'],
    [['exec'], "missing required argument 'tool'"],
    [['tools', 'list', 'extra'], 'too many arguments'],
  ])('%j is explained', async (argv, text) => {
    const wrong = await cli(argv);
    expect(wrong).toMatchObject({ code: 2, out: '' });
    expect(wrong.err).toContain(text);
    const document = json(await cli([...argv, '--json'])).error;
    expect(document).toMatchObject({ code: 'invalid_request', exit_code: 2 });
  });

  test('every command that needs a Patchbay says how to start one, and exits with 5', async () => {
    const commands = [
      ['exec', 'a_tool'],
      ['tools', 'list'],
      ['connections', 'list'],
      ['audit', 'query'],
      ['audit', 'tail'],
      ['integrations', 'list'],
    ];
    for (const argv of commands) {
      const result = await cli(argv, nowhere());
      expect(result.code, argv.join(' ')).toBe(5);
      expect(result.err).toContain('npm start');
    }
  });

  test('options come before the environment, and that before dev.json', async () => {
    const env = {
      PATCHBAY_NATS_URL: 'nats://127.0.0.1:2',
      PATCHBAY_TENANT: 'acme',
      PATCHBAY_CREDENTIALS: `${seed}/agent.seed`,
    };
    const facts = directoryWith({
      '.patchbay/dev.json': '{"nats_url":"nats://127.0.0.1:3","tenant":"a","agent_credentials":"x","pid":1}',
      'state/dev.json': '{"nats_url":"nats://127.0.0.1:4","tenant":"a"}',
    });
    const credentials = directoryWith({ seed: 'SUAIBDPBAUTWCWBKIO6XHQNINK5FWJW4OHLXC3HQ2KFE4PEJUA44CNHTC4' });
    const at = async (argv: string[], variables = {}) =>
      (await cli(['tools', 'list', ...argv, '--credentials', `${credentials}/seed`], { cwd: facts, env: variables }))
        .err;
    expect(await at(['--nats', 'nats://127.0.0.1:1'], env)).toContain('127.0.0.1:1');
    expect(await at([], env)).toContain('127.0.0.1:2');
    expect(await at([])).toContain('127.0.0.1:3');
    expect(await at([], { PATCHBAY_STATE_DIR: 'state' })).toContain('127.0.0.1:4');
    expect(await at([], { PATCHBAY_STATE_DIR: 'none' })).toContain('--nats, --tenant');
    const unreadable = await cli([
      'tools',
      'list',
      '--nats',
      'nats://127.0.0.1:1',
      '--tenant',
      'a',
      '--credentials',
      '/nowhere',
    ]);
    expect(unreadable.code).toBe(5);
  });

  test('a file of facts that is none counts as none', async () => {
    expect((await cli(['tools', 'list'], { cwd: directoryWith({ '.patchbay/dev.json': '{' }) })).code).toBe(5);
    expect((await cli(['tools', 'list'], { cwd: directoryWith({ '.patchbay/dev.json': '{}' }) })).code).toBe(5);
  });
});

test('colour follows the terminal, NO_COLOR and FORCE_COLOR', async () => {
  expect([wantsColor({}, true), wantsColor({}, false), wantsColor({ TERM: 'dumb' }, true)]).toEqual([
    true,
    false,
    false,
  ]);
  expect([
    wantsColor({ NO_COLOR: '1', FORCE_COLOR: '1' }, true),
    wantsColor({ FORCE_COLOR: '1' }, false),
    wantsColor({ FORCE_COLOR: '0' }, true),
  ]).toEqual([false, true, false]);
  expect((await cli(['tols'], { tty: true })).err).toContain('\u001b[31m');
});

test('the environment is the process’s own, and a process is alive or not', () => {
  expect(readEnvironment()).toBe(process.env);
  expect([isAlive({ pid: process.pid }), isAlive({ pid: 2 ** 22 + 1 })]).toEqual([true, false]);
});
