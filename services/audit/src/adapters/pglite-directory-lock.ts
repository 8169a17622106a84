import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Another process has the database directory open. */
export class DirectoryInUse extends Error {
  constructor(directory: string, pid: number) {
    super(
      `The audit database ${directory} is open in process ${pid}; PGlite serves one process at a time. Stop that process, or use a PostgreSQL server.`,
    );
    this.name = 'DirectoryInUse';
  }
}

/**
 * Takes a directory for this process, by a file beside it that holds our process id; two writers would damage the
 * database. The file of a process that is gone is taken over.
 * @returns how to give it back.
 * @throws DirectoryInUse
 */
export function lockDirectory(directory: string): () => void {
  const file = `${directory}.pid`;
  mkdirSync(dirname(file), { recursive: true });
  for (let attempt = 0; ; attempt++) {
    try {
      const handle = openSync(file, 'wx', 0o600);
      writeFileSync(handle, String(process.pid));
      closeSync(handle);
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt > 2) throw error;
      const holder = holderOf(file);
      if (holder !== null) throw new DirectoryInUse(directory, holder);
      rmSync(file, { force: true });
    }
  }
}

/** The living process that a lock file names, or null. Our own id means a process before us had the same one. */
function holderOf(file: string): number | null {
  let pid: number;
  try {
    pid = Number(readFileSync(file, 'utf8'));
  } catch {
    return null; // given back meanwhile
  }
  if (!Number.isSafeInteger(pid) || pid <= 0 || pid === process.pid) return null;
  try {
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? pid : null;
  }
}
