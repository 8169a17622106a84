import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

/** A key file is not what it should be. The message names the file, never its content. */
export class KeyFileError extends Error {
  readonly path: string;
  constructor(path: string, problem: string, cause?: unknown) {
    super(`The key file ${path} ${problem}.`, { cause });
    this.name = 'KeyFileError';
    this.path = path;
  }
}

/** Makes a directory that only its owner may enter; an existing one is narrowed to that. */
export function privateDirectory(path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  chmodSync(path, 0o700);
  return path;
}

/**
 * The key in `<dir>/<name>`, made by `create` if there is no such file. It appears whole or not at all, with mode 0400,
 * and when two processes come at once both get the one that was first.
 * @throws KeyFileError when group or others can read it, or `read` refuses what it holds by returning null.
 */
export function ensureKeyFile<Key>(
  dir: string,
  name: string,
  create: () => string,
  read: (text: string) => Key | null,
): { path: string; key: Key } {
  const path = join(dir, name);
  if (!exists(path)) writeOnce(dir, path, create());
  if ((statSync(path).mode & 0o077) !== 0)
    throw new KeyFileError(path, 'can be read by others; give it mode 0400, and new content if others had access');
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (cause) {
    throw new KeyFileError(path, 'cannot be read by this user', cause);
  }
  const key = read(text);
  if (key === null)
    throw new KeyFileError(
      path,
      'does not hold the kind of key it is named for; restore it, or delete it to have a new one made',
    );
  return { path, key };
}

function writeOnce(dir: string, path: string, text: string): void {
  const unfinished = join(dir, `.${randomUUID()}.unfinished`);
  const file = openSync(unfinished, 'wx', 0o400);
  try {
    writeSync(file, `${text}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    // Unlike a rename, a link never replaces a key that somebody else made meanwhile.
    linkSync(unfinished, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(unfinished, { force: true });
  }
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
