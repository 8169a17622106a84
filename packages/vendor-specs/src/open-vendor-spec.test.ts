import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  fetchVendorSpecs,
  openVendorSpec,
  type SpecPlace,
  vendorSpecFile,
  vendorSpecsAtHand,
} from './open-vendor-spec.ts';
import { readSpecTable } from './spec-table.ts';

let dir: string;
let place: SpecPlace;

/** A package with two specifications and one that nobody wants, and an npm that hands it out instead of a registry. */
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'patchbay-specs-'));
  mkdirSync(join(dir, 'package', 'api'), { recursive: true });
  writeFileSync(join(dir, 'package', 'api', 'one.json'), '{"openapi":"3.0.0","paths":{}}');
  writeFileSync(join(dir, 'package', 'api', 'two.yaml'), 'openapi: 3.1.0\npaths: {}\n');
  writeFileSync(join(dir, 'package', 'api', 'bad.json'), '{"openapi":');
  writeFileSync(join(dir, 'package', 'api', 'other.json'), '{}');
  const tarball = join(dir, 'of-the-registry.tgz');
  execFileSync('tar', ['-czf', tarball, '-C', dir, 'package']);
  const npm = join(dir, 'npm');
  writeFileSync(npm, `#!/bin/sh\necho "$2" >> ${join(dir, 'asked')}\ncp ${tarball} "$4/acme-specs.tgz"\n`, {
    mode: 0o755,
  });
  const integrity = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
  const spec = (path: string) => ({
    package: '@acme/specs',
    path,
    year: 2026,
    author: 'vendor' as const,
    integrations: [],
    slashes_in_path: false,
    credential_names: [],
    corrections: [],
    path_aliases: {},
    media_types: [],
  });
  place = {
    cache: join(dir, 'cache'),
    npm,
    table: {
      packages: { '@acme/specs': { version: '1.2.3', integrity } },
      specs: { one: spec('api/one.json'), two: spec('api/two.yaml'), bad: spec('api/bad.json') },
    },
  };
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const asked = () => readFileSync(join(dir, 'asked'), 'utf8').trim().split('\n');
const withNpm = (npm: string): SpecPlace => ({ ...place, npm });

describe('openVendorSpec', () => {
  it('gives JSON and YAML alike, and asks the registry once', async () => {
    expect(await openVendorSpec('one', place)).toEqual({ openapi: '3.0.0', paths: {} });
    expect(await openVendorSpec('two', place)).toEqual({ openapi: '3.1.0', paths: {} });
    expect(asked()).toEqual(['@acme/specs@1.2.3']);
  });

  it('extracts only what the table names, and leaves nothing unfinished', async () => {
    const file = await vendorSpecFile('one', place);
    expect(existsSync(file)).toBe(true);
    expect(existsSync(join(file, '..', 'other.json'))).toBe(false);
    const [kept] = readdirSync(place.cache);
    expect(readdirSync(join(place.cache, kept ?? '')).sort()).toEqual(['archive.tgz', 'files']);
  });

  it('needs no npm once the package is here', async () => {
    expect(vendorSpecsAtHand(place)).toBe(false);
    await fetchVendorSpecs(place);
    expect(vendorSpecsAtHand(place)).toBe(true);
    expect(await openVendorSpec('two', withNpm('/nonexistent/npm'))).toEqual({ openapi: '3.1.0', paths: {} });
  });

  it('says what to do when npm cannot get the package', async () => {
    await expect(openVendorSpec('one', withNpm('/nonexistent/npm'))).rejects.toMatchObject({
      problem: 'not_fetched',
      message: expect.stringContaining('fetch-all.ts'),
    });
    expect(vendorSpecsAtHand(place)).toBe(false);
  });

  it('refuses a package that is not the pinned one, and keeps none of it', async () => {
    const integrity = `sha512-${'A'.repeat(86)}==`;
    const changed = {
      ...place,
      table: { ...place.table, packages: { '@acme/specs': { version: '1.2.3', integrity } } },
    };
    await expect(openVendorSpec('one', changed)).rejects.toMatchObject({ problem: 'wrong_integrity' });
    expect(vendorSpecsAtHand(changed)).toBe(false);
  });

  it('refuses a name that the table has not, and text that does not parse', async () => {
    await expect(openVendorSpec('toString', place)).rejects.toMatchObject({ problem: 'unknown_spec' });
    await expect(openVendorSpec('bad', place)).rejects.toMatchObject({ problem: 'unreadable' });
  });

  it('says so when the package has no such file', async () => {
    const specs = { gone: { ...place.table.specs['one'], path: 'api/gone.json' } };
    const changed = { ...place, table: { ...place.table, specs } } as SpecPlace;
    await expect(openVendorSpec('gone', changed)).rejects.toMatchObject({ problem: 'unreadable' });
  });
});

describe('specs.yaml', () => {
  const table = readSpecTable();

  it('pins each package that a specification is in, and no other', () => {
    const used = new Set(Object.values(table.specs).map((spec) => spec.package));
    expect([...used].sort()).toEqual(Object.keys(table.packages).sort());
  });

  it.skipIf(!vendorSpecsAtHand())('names files that the pinned packages have', async () => {
    for (const name of Object.keys(table.specs)) expect(existsSync(await vendorSpecFile(name))).toBe(true);
  });
});
