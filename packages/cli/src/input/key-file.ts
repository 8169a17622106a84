import { type FileHandle, open, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UsageError } from '../failures.ts';
import type { CliIo } from '../terminal.ts';

/**
 * Runs what makes a key, and puts the key where the command line says: into a new file that its owner alone may read, or
 * for `-` onto standard output, to be piped on. The file is made first, so that no key is made that nobody gets.
 * @throws UsageError when the file is there already or cannot be made.
 */
export async function withKeyFile<T extends { readonly signingKey: string | null }>(
  path: string,
  io: CliIo,
  make: () => Promise<T>,
): Promise<T> {
  if (path === '-') {
    const made = await make();
    if (made.signingKey !== null) io.stdout.write(`${made.signingKey}\n`);
    return made;
  }
  const file = resolve(io.cwd, path);
  const handle = await openNew(file, path);
  try {
    const made = await make();
    if (made.signingKey !== null) await handle.writeFile(`${made.signingKey}\n`);
    return made;
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

async function openNew(file: string, path: string): Promise<FileHandle> {
  try {
    return await open(file, 'wx', 0o600);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(
      code === 'EEXIST'
        ? `${path} is there already: name a new file.`
        : `${path} cannot be written (${code ?? 'unknown'}).`,
    );
  }
}
