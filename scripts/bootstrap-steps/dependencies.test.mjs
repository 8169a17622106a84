import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installedMatchesLock } from './dependencies.mjs';
import { currentConditions, readStamp, writeStamp } from './stamp.mjs';

let root;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'patchbay-bootstrap-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path, content) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
}

const lock = {
  '': { name: 'patchbay' },
  'packages/x': { version: '0.1.0' },
  'node_modules/x': { resolved: 'packages/x', link: true },
  'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
  'node_modules/a-darwin': { version: '1.0.0', integrity: 'sha512-d', optional: true },
};

/** Writes what npm leaves behind, changed by `change`. */
function install(change = (packages) => packages) {
  const { '': _, 'node_modules/a-darwin': otherPlatform, ...installed } = structuredClone(lock);
  for (const path of Object.keys(installed)) mkdirSync(join(root, path), { recursive: true });
  write('package-lock.json', { packages: lock });
  write('node_modules/.package-lock.json', { packages: change(installed) });
}

describe('installedMatchesLock', () => {
  it('is true when all is there but packages of other platforms', () => {
    install();
    expect(installedMatchesLock(root)).toBe(true);
  });

  it.each([
    ['a package is missing', ({ 'node_modules/a': _, ...rest }) => rest],
    [
      'a package has another version',
      (packages) => ({ ...packages, 'node_modules/a': { version: '1.0.1', integrity: 'sha512-a' } }),
    ],
    [
      'a package has another checksum',
      (packages) => ({ ...packages, 'node_modules/a': { version: '1.0.0', integrity: 'sha512-b' } }),
    ],
    [
      'there is a package that the lock file does not list',
      (packages) => ({ ...packages, 'node_modules/b': { version: '1.0.0' } }),
    ],
    [
      'a link goes elsewhere',
      (packages) => ({ ...packages, 'node_modules/x': { resolved: 'packages/y', link: true } }),
    ],
  ])('is false when %s', (_, change) => {
    install(change);
    expect(installedMatchesLock(root)).toBe(false);
  });

  it('is false when a directory was deleted by hand, or nothing was ever installed', () => {
    install();
    rmSync(join(root, 'node_modules/a'), { recursive: true });
    expect(installedMatchesLock(root)).toBe(false);
    rmSync(join(root, 'node_modules'), { recursive: true });
    expect(installedMatchesLock(root)).toBe(false);
  });
});

describe('the stamp', () => {
  const env = { PATCHBAY_NATS_SERVER: '/opt/nats-server' };

  beforeEach(() => {
    write('package-lock.json', '{}');
    write('bin/node', '');
    writeStamp(root, currentConditions(root, env), { node: { path: join(root, 'bin/node'), version: '26.0.0' } });
  });

  it('gives back what the last bootstrap found', () => {
    expect(readStamp(root, currentConditions(root, env))).toEqual({
      node: { path: join(root, 'bin/node'), version: '26.0.0' },
    });
  });

  it('is void when the lock file changed', () => {
    write('package-lock.json', '{ }');
    expect(readStamp(root, currentConditions(root, env))).toBeNull();
  });

  it('is void when another server was named', () => {
    expect(readStamp(root, currentConditions(root, {}))).toBeNull();
  });

  it('is void when a program it names is gone', () => {
    rmSync(join(root, 'bin/node'));
    expect(readStamp(root, currentConditions(root, env))).toBeNull();
  });

  it('is void when it is damaged', () => {
    write('node_modules/.patchbay-bootstrap', '{');
    expect(readStamp(root, currentConditions(root, env))).toBeNull();
  });
});
