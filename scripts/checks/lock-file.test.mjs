import { describe, expect, it } from 'vitest';
import { findings } from './lock-file.mjs';
import { repositoryOf } from './repository.mjs';

const integrity = `sha512-${'A'.repeat(86)}==`;
const check = (packages, lockfileVersion = 3) =>
  findings(repositoryOf({ 'package-lock.json': JSON.stringify({ lockfileVersion, packages }) }));

describe('lock file', () => {
  it('accepts entries pinned by one SHA-512, and links between workspaces', () => {
    expect(
      check({
        '': {},
        'packages/x': { version: '1.0.0' },
        'node_modules/a': { version: '1.0.0', integrity },
        'node_modules/x': { resolved: 'packages/x', link: true },
      }),
    ).toEqual([]);
  });

  it.each([
    [{ version: '1.0.0' }, 'has no integrity'],
    [{ version: '1.0.0', integrity: 'sha1-abc' }, 'has an integrity other than one SHA-512'],
    [{ version: '1.0.0', integrity: `${integrity} sha1-abc` }, 'has an integrity other than one SHA-512'],
    [{ version: '1.0.0', integrity, resolved: 'git+ssh://git@example.com/a.git' }, 'records an address'],
    [{ version: '1.0.0', optional: true, os: ['linux'], cpu: ['x64'] }, 'has no integrity'],
    [{ version: '1.0.0', os: ['darwin'] }, 'has no integrity'],
  ])('refuses %j', (entry, problem) => {
    expect(check({ 'node_modules/a': entry }).join()).toContain(`node_modules/a ${problem}`);
  });

  it.each([
    [{ os: ['darwin'], cpu: ['arm64'] }],
    [{ os: ['linux'], cpu: ['s390x'] }],
    [{ os: ['linux'], cpu: ['x64'], libc: ['musl'] }],
  ])('accepts an optional package without checksum for a platform Patchbay is not deployed on: %j', (platform) => {
    expect(check({ 'node_modules/a': { version: '1.0.0', optional: true, ...platform } })).toEqual([]);
  });

  it('says how to add a platform package that is missing', () => {
    const packages = {
      'node_modules/a': { version: '1.0.0', integrity, optionalDependencies: { '@a/win32-x64': '1.0.0' } },
    };
    expect(check(packages)).toEqual([
      "package-lock.json lacks node_modules/@a/win32-x64; run 'node scripts/complete-lock.mjs'",
    ]);
  });

  it('does not show credentials of an address', () => {
    expect(
      check({
        'node_modules/a': { version: '1.0.0', integrity, resolved: 'https://user:secret@example.com/a.tgz' },
      }).join(),
    ).not.toContain('secret');
  });

  it('looks at the lock files of what is installed apart', () => {
    const packages = { 'node_modules/a': { version: '1.0.0' } };
    const text = JSON.stringify({ lockfileVersion: 3, packages });
    expect(findings(repositoryOf({ 'bench/peers/a/package-lock.json': text }))).toEqual([
      'bench/peers/a/package-lock.json: node_modules/a has no integrity',
    ]);
  });

  it('refuses another version of the format', () => {
    expect(check({}, 2)).toEqual(['package-lock.json has version 2, expected 3']);
  });
});
