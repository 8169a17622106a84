import { hash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { WitnessStore } from './witness.ts';

/** SHA-256 of a log's origin in hexadecimal, by which C2SP tlog-witness names it in addresses. */
export function originHash(origin: string): string {
  return hash('sha256', origin, 'hex');
}

export interface FileWitnessStore extends WitnessStore {
  close(): void;
}

/**
 * A witness's memory in a directory of its own: a file for each log, replaced whole. A write is done when the file and the directory
 * are on the disk. @throws when another process has it: two would sign two histories between them.
 */
export function openFileWitnessStore(directory: string): FileWitnessStore {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const release = takeDirectory(directory);
  const place = (origin: string, kind: string) => join(directory, `${originHash(origin)}.${kind}`);

  async function put(path: string, text: string): Promise<void> {
    const file = await open(`${path}.new`, 'w', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${path}.new`, path);
    const parent = await open(directory, 'r');
    try {
      await parent.sync();
    } finally {
      await parent.close();
    }
  }

  return {
    async read(origin) {
      try {
        return await readFile(place(origin, 'checkpoint'), 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
        throw error;
      }
    },
    write: (origin, note) => put(place(origin, 'checkpoint'), note),
    keepFork: (origin, note) => put(place(origin, 'fork'), note),
    close: release,
  };
}

/** By a file with our process id. That of a process that is gone is taken over. Returns how to give it back. */
function takeDirectory(directory: string): () => void {
  const file = join(directory, 'pid');
  for (let tries = 0; ; tries++) {
    try {
      const handle = openSync(file, 'wx', 0o600);
      writeSync(handle, String(process.pid));
      closeSync(handle);
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || tries > 2) throw error;
      const holder = Number(readFileSync(file, 'utf8'));
      if (holder !== process.pid && isAlive(holder))
        throw new Error(`The directory ${directory} belongs to the witness in process ${holder}.`);
      rmSync(file, { force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
