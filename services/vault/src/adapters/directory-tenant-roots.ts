import { randomBytes } from 'node:crypto';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Scope } from '@patchbay/contracts';
import { erased, refusedKey } from '../encryption/key-refusals.ts';
import type { TenantRoots } from '../encryption/tenant-roots.ts';
import { createFile, exists, rootFilesOf, rootsAway, rootsReachable } from './root-files.ts';

/**
 * Roots in a directory, mode 0700, that every vault of an installation sees: on one machine any, on several a volume that they
 * share. A root is the 32 bytes of `<tenant>.root`; `<tenant>.destroyed` is what is left of one. `id` tells one directory from
 * another. Nothing is held in memory: a root is read when a key is unwrapped.
 * @throws Error when it cannot be made, read or written, or others may read it.
 */
export async function openTenantRoots(directory: string): Promise<TenantRoots> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  if (((await stat(directory)).mode & 0o077) !== 0)
    throw new Error(`The directory of roots is open to others: chmod 700 ${directory}`);
  const files = rootFilesOf(directory);
  const idFile = join(directory, 'id');

  /** Null: there is none. */
  async function find(tenant: string): Promise<Buffer | null> {
    assertScope(tenant);
    const found = await files.find(tenant);
    if (found.is === 'destroyed') throw erased(tenant);
    if (found.is === 'damaged') throw refusedKey(`The root of '${tenant}' is damaged.`);
    return found.is === 'root' ? found.bytes : null;
  }

  /** Without its id it is not the directory: a volume that is not there at this moment destroyed nothing. */
  async function assertThere(): Promise<void> {
    if (!(await exists(idFile))) throw rootsAway('ENOENT');
  }

  async function get(tenant: string): Promise<Buffer> {
    const root = await find(tenant);
    if (root !== null) return root;
    await assertThere();
    throw refusedKey(`The root of '${tenant}' is missing, and no vault destroyed it.`);
  }

  async function ensure(tenant: string): Promise<Buffer> {
    const root = await find(tenant);
    if (root !== null) return root;
    await assertThere();
    await files.make(tenant);
    // Read again: another process may have been first, or destroyed it since.
    return get(tenant);
  }

  async function destroy(tenant: string): Promise<void> {
    assertScope(tenant);
    await assertThere();
    await files.destroy(tenant);
  }

  await createFile(directory, 'id', Buffer.from(randomBytes(16).toString('hex')));
  const id = await readFile(idFile, 'utf8');
  return {
    id,
    get: (tenant) => rootsReachable(get(tenant)),
    ensure: (tenant) => rootsReachable(ensure(tenant)),
    destroy: (tenant) => rootsReachable(destroy(tenant)),
  };
}

function assertScope(tenant: string): void {
  if (!Scope.safeParse(tenant).success) throw refusedKey('That is no tenant, and has no root.');
}
