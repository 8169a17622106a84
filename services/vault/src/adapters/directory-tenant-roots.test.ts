import {
  chmodSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failureOf } from '../../test/failure-of.ts';
import { openTenantRoots } from './directory-tenant-roots.ts';

let parent: string;
let directory: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'patchbay-roots-'));
  directory = join(parent, 'roots');
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const erased = { code: 'vault_unavailable', retryable: false, reason: 'erased' };
const refused = { code: 'vault_unavailable', retryable: false, reason: 'tenant_key' };
const away = { code: 'vault_unavailable', retryable: true, reason: 'roots_away' };

describe('roots in a directory', () => {
  it('are made once for each tenant, whoever asks at the same time, and are the same after a restart', async () => {
    const vaults = await Promise.all([1, 2, 3].map(() => openTenantRoots(directory)));
    expect(new Set(vaults.map(({ id }) => id)).size).toBe(1);
    const made = await Promise.all([...vaults, ...vaults].map((vault) => vault.ensure('acme')));
    expect(new Set(made.map((root) => root.toString('hex'))).size).toBe(1);
    expect(made[0]).toHaveLength(32);
    expect(await (await openTenantRoots(directory)).get('acme')).toEqual(made[0]);
    expect(await vaults[0]?.ensure('_platform')).not.toEqual(made[0]);
    expect(readdirSync(directory).sort()).toEqual(['_platform.root', 'acme.root', 'id']);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(statSync(join(directory, 'acme.root')).mode & 0o777).toBe(0o600);
  });

  it('are overwritten where they lay when they are destroyed, and never made again', async () => {
    const roots = await openTenantRoots(directory);
    const root = await roots.ensure('acme');
    await roots.ensure('acme-2');
    // The same file by another name, as somebody could still have it open.
    linkSync(join(directory, 'acme.root'), join(parent, 'same'));
    await Promise.all(Array.from({ length: 8 }, () => roots.destroy('acme')));
    expect(readFileSync(join(parent, 'same'))).toHaveLength(32);
    expect(readFileSync(join(parent, 'same')).equals(root)).toBe(false);
    expect(readdirSync(directory).sort()).toEqual(['acme-2.root', 'acme.destroyed', 'id']);
    for (const vault of [roots, await openTenantRoots(directory)]) {
      expect(await failureOf(vault.get('acme'))).toEqual(erased);
      expect(await failureOf(vault.ensure('acme'))).toEqual(erased);
      await vault.destroy('acme');
    }
    expect(await failureOf(roots.get('acme-2'))).toBeNull();
  });

  it('are none from the moment at which their destruction was noted, and it is finished later', async () => {
    const roots = await openTenantRoots(directory);
    await roots.ensure('acme');
    writeFileSync(join(directory, 'acme.destroyed'), '');
    expect(await failureOf(roots.get('acme'))).toEqual(erased);
    await roots.destroy('acme');
    expect(readdirSync(directory)).not.toContain('acme.root');
  });

  it('of a tenant that never had one can be destroyed beforehand', async () => {
    const roots = await openTenantRoots(directory);
    await roots.destroy('acme');
    expect(await failureOf(roots.ensure('acme'))).toEqual(erased);
  });

  it('are missed, not made, when a key is to be unwrapped', async () => {
    const roots = await openTenantRoots(directory);
    expect(await failureOf(roots.get('acme'))).toEqual(refused);
    for (const text of ['', 'short', 'x'.repeat(33)]) {
      writeFileSync(join(directory, 'acme.root'), text);
      expect(await failureOf(roots.get('acme'))).toEqual(refused);
      expect(await failureOf(roots.ensure('acme'))).toEqual(refused);
    }
  });

  it('cannot be used while the directory is away, and are not taken for destroyed', async () => {
    const roots = await openTenantRoots(directory);
    const root = await roots.ensure('acme');
    renameSync(directory, join(parent, 'elsewhere'));
    for (const attempt of [
      () => roots.get('acme'),
      () => roots.ensure('acme'),
      () => roots.ensure('new'),
      () => roots.destroy('acme'),
    ])
      expect(await failureOf(attempt())).toEqual(away);
    renameSync(join(parent, 'elsewhere'), directory);
    expect(await roots.get('acme')).toEqual(root);
  });

  it.each(['../acme', 'a/b', '', 'Acme', 'a.b'])('are never looked for under %j', async (tenant) => {
    const roots = await openTenantRoots(directory);
    for (const attempt of [() => roots.get(tenant), () => roots.ensure(tenant), () => roots.destroy(tenant)])
      expect(await failureOf(attempt())).toEqual(refused);
    expect(readdirSync(parent)).toEqual(['roots']);
    expect(readdirSync(directory)).toEqual(['id']);
  });

  it('have another id in another directory', async () => {
    const [one, other] = [await openTenantRoots(directory), await openTenantRoots(join(parent, 'other'))];
    expect(one.id).toMatch(/^[0-9a-f]{32}$/);
    expect(other.id).not.toBe(one.id);
  });

  it('are in no directory that others may read', async () => {
    await openTenantRoots(directory);
    chmodSync(directory, 0o750);
    await expect(openTenantRoots(directory)).rejects.toThrow('open to others');
  });
});
