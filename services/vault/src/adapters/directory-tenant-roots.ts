import { randomBytes } from 'node:crypto';
import { type FileHandle, link, mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PatchbayError, Scope } from '@patchbay/contracts';
import { erased, refusedKey } from '../encryption/key-refusals.ts';
import { rootBytes, type TenantRoots } from '../encryption/tenant-roots.ts';

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
  const pathOf = (tenant: string, what: 'root' | 'destroyed') => {
    if (!Scope.safeParse(tenant).success) throw refusedKey('That is no tenant, and has no root.');
    return join(directory, `${tenant}.${what}`);
  };
  const idFile = join(directory, 'id');

  /** Puts a whole file in place, or leaves the one that is there. */
  async function create(path: string, content: Buffer): Promise<void> {
    const draft = `${path}.${randomBytes(8).toString('hex')}`;
    await withFile(draft, 'wx', async (file) => {
      await file.writeFile(content);
      await file.sync();
    });
    try {
      await link(draft, path);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    } finally {
      await rm(draft);
    }
    await syncDirectory();
  }

  const syncDirectory = () => withFile(directory, 'r', (file) => file.sync());

  /** Null: there is none. */
  async function find(tenant: string): Promise<Buffer | null> {
    // First, so that a root which is being destroyed is none.
    if (await exists(pathOf(tenant, 'destroyed'))) throw erased(tenant);
    const root = await readOrNull(pathOf(tenant, 'root'));
    if (root === null || root.length === rootBytes) return root;
    root.fill(0);
    throw refusedKey(`The root of '${tenant}' is damaged.`);
  }

  async function get(tenant: string): Promise<Buffer> {
    const root = await find(tenant);
    if (root !== null) return root;
    // Without its id it is not the directory: a volume that is not there at this moment destroyed nothing.
    if (!(await exists(idFile))) throw away('ENOENT');
    throw refusedKey(`The root of '${tenant}' is missing, and no vault destroyed it.`);
  }

  async function ensure(tenant: string): Promise<Buffer> {
    const root = await find(tenant);
    if (root !== null) return root;
    if (!(await exists(idFile))) throw away('ENOENT');
    const made = randomBytes(rootBytes);
    await create(pathOf(tenant, 'root'), made);
    made.fill(0);
    // Read again: another process may have been first, or destroyed it since.
    return get(tenant);
  }

  async function destroy(tenant: string): Promise<void> {
    const path = pathOf(tenant, 'root');
    const remembered = pathOf(tenant, 'destroyed');
    if (!(await exists(remembered))) {
      if (!(await exists(idFile))) throw away('ENOENT');
      await withFile(remembered, 'a', (file) => file.sync());
      await syncDirectory();
    }
    try {
      await withFile(path, 'r+', async (file) => {
        await file.write(randomBytes(rootBytes), 0, rootBytes, 0);
        await file.sync();
      });
    } catch (error) {
      // Another vault was at it too, or there never was one.
      if (codeOf(error) === 'ENOENT') return;
      throw error;
    }
    await rm(path, { force: true });
    await syncDirectory();
  }

  await create(idFile, Buffer.from(randomBytes(16).toString('hex')));
  const id = await readFile(idFile, 'utf8');
  return {
    id,
    get: (tenant) => reachable(get(tenant)),
    ensure: (tenant) => reachable(ensure(tenant)),
    destroy: (tenant) => reachable(destroy(tenant)),
  };
}

async function withFile(path: string, flags: string, work: (file: FileHandle) => Promise<unknown>): Promise<void> {
  const file = await open(path, flags, 0o600);
  try {
    await work(file);
  } finally {
    await file.close();
  }
}

async function readOrNull(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

async function reachable<Value>(work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof PatchbayError ? error : away(codeOf(error));
  }
}

function away(code: string): PatchbayError {
  return new PatchbayError('vault_unavailable', {
    message: `The directory of roots cannot be used (${code}).`,
    details: { reason: 'roots_away' },
  });
}

const codeOf = (error: unknown) => String((error as NodeJS.ErrnoException).code);
