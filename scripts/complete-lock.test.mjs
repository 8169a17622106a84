import { expect, it } from 'vitest';
import { missingPlatformPackages } from './complete-lock.mjs';

it('adds the platform packages that have no entry, with the platform their name tells', () => {
  const optionalDependencies = {
    '@a/windows-arm64': '1.0.0',
    '@a/binding-linux-x64-musl': '1.0.0',
    '@a/linux-64': '1.0.0',
    '@a/nested-darwin-x64': '1.0.0',
  };
  const packages = {
    'node_modules/a': { dev: true, optionalDependencies },
    'node_modules/@a/linux-64': {},
    'node_modules/a/node_modules/@a/nested-darwin-x64': {},
  };
  expect(missingPlatformPackages(packages)).toEqual({
    'node_modules/@a/windows-arm64': { version: '1.0.0', os: ['win32'], cpu: ['arm64'], dev: true, optional: true },
    'node_modules/@a/binding-linux-x64-musl': {
      version: '1.0.0',
      os: ['linux'],
      cpu: ['x64'],
      libc: ['musl'],
      dev: true,
      optional: true,
    },
  });
});

it('takes a package of one system for every processor, and a range by its beginning', () => {
  const packages = { 'node_modules/a': { optionalDependencies: { 'napi-windows-thing': '^0.1.0' } } };
  expect(missingPlatformPackages(packages)).toEqual({
    'node_modules/napi-windows-thing': { version: '0.1.0', os: ['win32'], optional: true },
  });
});

it('refuses a package whose name tells no platform', () => {
  expect(() => missingPlatformPackages({ 'node_modules/a': { optionalDependencies: { fsevents: '2.0.0' } } })).toThrow(
    'fsevents has no entry',
  );
});
