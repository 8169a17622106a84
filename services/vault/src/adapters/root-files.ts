import { randomBytes } from 'node:crypto';
import { type FileHandle, link, open, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PatchbayError } from '@patchbay/contracts';
import { rootBytes } from '../encryption/tenant-roots.ts';

/** What stands under a name: a root, which the reader wipes; nothing; or what is left of one. */
export type FoundRoot =
  | { readonly is: 'root'; readonly bytes: Buffer }
  | { readonly is: 'none' | 'destroyed' | 'damaged' };

/** Roots as files of a directory: `<name>.root`, and `<name>.destroyed` for good after it. Rejects with what the file system says. */
export interface RootFiles {
  find(name: string): Promise<FoundRoot>;
  /** Makes a root, or leaves the one that is there. */
  make(name: string): Promise<void>;
  /** Overwrites, syncs and unlinks it. Another may be made in its place. @returns whether there was one. */
  drop(name: string): Promise<boolean>;
  /** Drops it, and remembers that it was, first of all. @returns whether there was one. */
  destroy(name: string): Promise<boolean>;
}

export function rootFilesOf(directory: string): RootFiles {
  const pathOf = (name: string, what: 'root' | 'destroyed') => join(directory, `${name}.${what}`);

  async function drop(name: string): Promise<boolean> {
    const path = pathOf(name, 'root');
    try {
      await withFile(path, 'r+', async (file) => {
        await file.write(randomBytes(rootBytes), 0, rootBytes, 0);
        await file.sync();
      });
    } catch (error) {
      // Another vault was at it too, or there never was one.
      if (codeOf(error) === 'ENOENT') return false;
      throw error;
    }
    await rm(path, { force: true });
    await syncDirectory(directory);
    return true;
  }

  return {
    async find(name) {
      // First, so that a root which is being destroyed is none.
      if (await exists(pathOf(name, 'destroyed'))) return { is: 'destroyed' };
      const bytes = await readOrNull(pathOf(name, 'root'));
      if (bytes === null) return { is: 'none' };
      if (bytes.length === rootBytes) return { is: 'root', bytes };
      bytes.fill(0);
      return { is: 'damaged' };
    },
    async make(name) {
      const made = randomBytes(rootBytes);
      await createFile(directory, `${name}.root`, made).finally(() => made.fill(0));
    },
    async destroy(name) {
      if (!(await exists(pathOf(name, 'destroyed')))) {
        await withFile(pathOf(name, 'destroyed'), 'a', (file) => file.sync());
        await syncDirectory(directory);
      }
      return drop(name);
    },
    drop,
  };
}

/** Puts a whole file in place, or leaves the one that is there. */
export async function createFile(directory: string, name: string, content: Buffer): Promise<void> {
  const path = join(directory, name);
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
  await syncDirectory(directory);
}

export async function syncDirectory(directory: string): Promise<void> {
  await withFile(directory, 'r', (file) => file.sync());
}

export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** @throws PatchbayError `vault_unavailable`, `details.reason` `roots_away`, in place of what the file system says. */
export async function rootsReachable<Value>(work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof PatchbayError ? error : rootsAway(codeOf(error));
  }
}

export function rootsAway(code: string): PatchbayError {
  return new PatchbayError('vault_unavailable', {
    message: `The directory of roots cannot be used (${code}).`,
    details: { reason: 'roots_away' },
  });
}

export const codeOf = (error: unknown) => String((error as NodeJS.ErrnoException).code);

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
