import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { childEnvironment, readLauncherConfig, UsageError, usage } from './config.ts';

describe('the options', () => {
  test('may all be left out', () => {
    expect(readLauncherConfig([], {})).toEqual({
      help: false,
      json: false,
      once: false,
      shape: 'one_process',
      executors: 1,
      ingresses: 1,
      sandbox: true,
      stateDir: fileURLToPath(new URL('../../.patchbay', import.meta.url)),
      integrationsDir: fileURLToPath(new URL('../../.patchbay/integrations', import.meta.url)),
      catalogue: true,
      mcpCommands: '',
      logLevel: 'info',
      database: null,
      auditStreamDays: null,
      connectPort: null,
      ports: {},
    });
  });

  test('are taken as given', () => {
    const argv =
      '--processes --executors 3 --ingresses 2 --live --state /tmp/s --integrations /tmp/i --catalogue slack,hubspot --mcp-commands desk=/opt/desk --database postgres://h/d --audit-stream-days 90 --log-level debug --once --json --connect-port 7710 --ports gateway=8080,sandbox=0';
    expect(readLauncherConfig(argv.split(' '), { PATCHBAY_STATE_DIR: '/elsewhere' })).toEqual({
      help: false,
      json: true,
      once: true,
      shape: 'processes',
      executors: 3,
      ingresses: 2,
      sandbox: false,
      stateDir: '/tmp/s',
      integrationsDir: '/tmp/i',
      catalogue: ['slack', 'hubspot'],
      mcpCommands: 'desk=/opt/desk',
      logLevel: 'debug',
      database: { url: 'postgres://h/d' },
      auditStreamDays: 90,
      connectPort: 7_710,
      ports: { gateway: 8080, sandbox: 0 },
    });
  });

  test('find the state directory in the environment, and whole wherever it was named', () => {
    expect(readLauncherConfig([], { PATCHBAY_STATE_DIR: '/var/lib/patchbay' }).stateDir).toBe('/var/lib/patchbay');
    expect(readLauncherConfig(['--state', 'here'], {}).stateDir).toBe(join(resolve('.'), 'here'));
  });

  test('find the folder of integrations where one stands, else in the state', () => {
    const here = mkdtempSync(join(tmpdir(), 'launcher-config-'));
    try {
      const folder = () => readLauncherConfig(['--state', '/tmp/s'], {}, here).integrationsDir;
      expect(folder()).toBe('/tmp/s/integrations');
      mkdirSync(join(here, 'integrations'));
      expect(folder()).toBe(join(here, 'integrations'));
    } finally {
      rmSync(here, { recursive: true });
    }
  });

  test('take the URL of a database by a file, whole wherever it was named', () => {
    const { database } = readLauncherConfig(['--database-url-file', 'database.url'], {});
    expect(database).toEqual({ urlFile: resolve('database.url') });
  });

  test.each(['-h', '--help'])('know %s', (option) => expect(readLauncherConfig([option], {}).help).toBe(true));

  test.each([
    [['--executors', '0'], "--executors takes a whole number from 1 to 32, not '0'."],
    [['--executors', '33'], "not '33'"],
    [['--executors', '1.5'], "not '1.5'"],
    [['--executors', 'many'], "not 'many'"],
    [['--processes', '--ingresses', '33'], "--ingresses takes a whole number from 1 to 32, not '33'."],
    [['--ingresses', '2'], 'add --processes'],
    [['--audit-stream-days', '6'], "--audit-stream-days takes a whole number from 7 to 36500, not '6'."],
    [['--log-level', 'loud'], "--log-level takes one of trace, debug, info, warn, error, fatal, silent, not 'loud'."],
    [['--connect-port', 'http'], "not 'http'"],
    [['--connect-port', '0'], "not '0'"],
    [['--ports', 'gateway'], "'gateway' is none"],
    [['--ports', 'console=1'], "'console=1' is none"],
    [['--ports', 'nats=70000'], "'nats=70000' is none"],
    [['--database', 'postgres://u:hunter2@h/d'], '--database-url-file'],
    [['--database', 'postgres://h/d?user=u&password=hunter2'], '--database-url-file'],
    [['--database', 'postgres://h/d', '--database-url-file', '/f'], 'not both'],
    [['--nonsense'], "'--nonsense'"],
    [['--state'], '--state'],
    [['extra'], "'extra'"],
  ])('refuse %j by name', (argv, message) => {
    expect(() => readLauncherConfig(argv, {})).toThrow(UsageError);
    expect(() => readLauncherConfig(argv, {})).toThrow(message);
    expect(() => readLauncherConfig(argv, {})).not.toThrow('hunter2');
  });

  test('are all in the usage text', () => {
    for (const option of [
      'processes',
      'executors',
      'ingresses',
      'live',
      'state',
      'integrations',
      'database',
      'database-url-file',
      'log-level',
      'once',
      'json',
      'help',
      'connect-port',
      'ports',
    ])
      expect(usage).toContain(`--${option}`);
  });
});

test('a child process learns where programs and compiled modules are, and nothing else', () => {
  expect(childEnvironment({ PATH: '/bin', AWS_SECRET_ACCESS_KEY: 'x' })).toEqual({ PATH: '/bin' });
  const compiled = { PATH: '/bin', NODE_COMPILE_CACHE: '/cache' };
  expect(childEnvironment({ ...compiled, AWS_SECRET_ACCESS_KEY: 'x' })).toEqual(compiled);
});
