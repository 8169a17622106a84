import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { childEnvironment, natsServerEnvironment, searchEnvironment } from './config.ts';
import { findBinary, MissingServerError } from './find-binary.ts';
import { parseVersion, searchServer, unpackedServer } from './server-binaries.mjs';
import { openWorkspace } from './workspace.test-support.ts';

const workspace = openWorkspace();
const root = workspace.path('root');

/** A program that says its version, in a directory of its own. */
function program(path: string, output: string, status = 0): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\necho '${output}'\nexit ${status}\n`);
  chmodSync(path, 0o755);
  return path;
}
const directory = (name: string) => workspace.path(name);

beforeAll(() => {
  program(workspace.path('new', 'nats-server'), 'nats-server: v2.15.1');
  program(workspace.path('old', 'nats-server'), 'nats-server: v2.9.10');
  program(workspace.path('broken', 'nats-server'), 'nats-server: v2.15.1', 1);
  program(workspace.path('silent', 'nats-server'), 'hello');
  program(workspace.path('valkey', 'valkey-server'), 'Valkey server v=9.1.2 sha=00000000');
});
afterAll(() => workspace.close());

describe('searchServer', () => {
  it('takes the program on PATH', () => {
    expect(searchServer('nats-server', root, { PATH: directory('new') })).toEqual({
      path: workspace.path('new', 'nats-server'),
      version: '2.15.1',
    });
  });

  it('passes over an older one for a later directory of PATH', () => {
    expect(searchServer('nats-server', root, { PATH: `${directory('old')}:${directory('new')}` }).path).toBe(
      workspace.path('new', 'nats-server'),
    );
  });

  it('takes the program that the variable names, and no other', () => {
    const PATH = directory('new');
    const named = program(workspace.path('named'), 'nats-server: v2.12.0');
    expect(searchServer('nats-server', root, { PATH, PATCHBAY_NATS_SERVER: named })).toEqual({
      path: named,
      version: '2.12.0',
    });
    const wrong = searchServer('nats-server', root, { PATH, PATCHBAY_NATS_SERVER: workspace.path('nowhere') });
    expect(wrong).toEqual({
      path: null,
      tried: [`${workspace.path('nowhere')} (PATCHBAY_NATS_SERVER): not a program`],
    });
  });

  it('falls back to the unpacked one', () => {
    const otherRoot = workspace.path('other-root');
    program(unpackedServer('nats-server', otherRoot), 'nats-server: v2.10.27');
    expect(searchServer('nats-server', otherRoot, { PATH: directory('old') })).toEqual({
      path: unpackedServer('nats-server', otherRoot),
      version: '2.10.27',
    });
  });

  it('takes Valkey for Redis', () => {
    expect(searchServer('redis-server', root, { PATH: directory('valkey') })).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    });
  });

  it('says of each candidate why it would not do', () => {
    const found = searchServer('nats-server', root, { PATH: ['broken', 'silent', 'old'].map(directory).join(':') });
    expect(found.path === null && found.tried).toEqual(
      expect.arrayContaining([
        `${workspace.path('broken', 'nats-server')} (PATH): does not say its version`,
        `${workspace.path('silent', 'nats-server')} (PATH): does not say its version`,
        `${workspace.path('old', 'nats-server')} (PATH): version 2.9.10 is older than 2.10.0`,
        `${unpackedServer('nats-server', root)} (unpacked): not a program`,
      ]),
    );
  });

  it('ignores relative directories of PATH', () => {
    expect(searchServer('nats-server', root, { PATH: '.:new' }).path).toBeNull();
  });
});

describe('findBinary', () => {
  it('returns the path', () => {
    expect(findBinary('nats-server', root, { PATH: directory('new') })).toBe(workspace.path('new', 'nats-server'));
  });

  it('says how to get a server that is missing', () => {
    const search = () => findBinary('nats-server', root, { PATH: directory('old') });
    expect(search).toThrow(MissingServerError);
    expect(search).toThrow(
      /Run 'node scripts\/bootstrap\.mjs', or set PATCHBAY_NATS_SERVER .* version 2\.9\.10 is older than 2\.10\.0/,
    );
  });
});

describe('parseVersion', () => {
  it.each([
    ['nats-server: v2.15.1', '2.15.1'],
    ['Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64', '7.0.15'],
    ['hello', null],
  ])('of %s is %s', (text, version) => {
    expect(parseVersion(text)).toBe(version);
  });
});

describe('environment', () => {
  const env = { PATH: '/bin', HOME: '/root', PATCHBAY_NATS_SERVER: '/n', PATCHBAY_REDIS_SERVER: '/r', SECRET: 'x' };

  it('of the search holds PATH and the two variables', () => {
    expect(searchEnvironment(env)).toEqual({ PATH: '/bin', PATCHBAY_NATS_SERVER: '/n', PATCHBAY_REDIS_SERVER: '/r' });
  });

  it('of a server holds nothing that could be a secret', () => {
    expect(childEnvironment(env)).toEqual({ PATH: '/bin', HOME: '/root' });
  });

  it.each([
    [1, '1'],
    [2, '1'],
    [4, undefined],
  ])('of nats-server on %i cores lets it use %s at once', (cores, value) => {
    expect(natsServerEnvironment(env, cores).GOMAXPROCS).toBe(value);
  });

  it('of nats-server is what ours says about its cores', () => {
    expect(natsServerEnvironment({ ...env, GOMAXPROCS: '3' }, 2)).toEqual({
      PATH: '/bin',
      HOME: '/root',
      GOMAXPROCS: '3',
    });
    expect(natsServerEnvironment({ GOMAXPROCS: '' }, 2)).toEqual({ GOMAXPROCS: '1' });
  });
});
