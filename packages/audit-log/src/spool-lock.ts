import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Another living process has the spool. */
class SpoolInUse extends Error {
  constructor(dir: string, pid: number) {
    super(`The audit spool ${dir} belongs to process ${pid}. Give each process a directory of its own.`);
    this.name = 'SpoolInUse';
  }
}

interface Owner {
  readonly pid: number;
  /** Ticks since the machine started, as the kernel counts them; null where it does not say. Process ids are used again. */
  readonly started: string | null;
}

/**
 * Takes the directory for this process, by a file in it. That of a process which is gone is taken over.
 * @returns how to give it back.
 * @throws SpoolInUse, or the file system's error.
 */
export function lockSpool(dir: string): () => void {
  const file = join(dir, 'owner');
  for (let attempt = 0; ; attempt++) {
    try {
      const handle = openSync(file, 'wx', 0o600);
      writeFileSync(handle, JSON.stringify({ pid: process.pid, started: startOf(process.pid) } satisfies Owner));
      closeSync(handle);
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt > 2) throw error;
      const owner = readOwner(file);
      if (owner !== null && isAlive(owner)) throw new SpoolInUse(dir, owner.pid);
      rmSync(file, { force: true });
    }
  }
}

function readOwner(file: string): Owner | null {
  try {
    const { pid, started } = JSON.parse(readFileSync(file, 'utf8')) as Owner;
    return Number.isSafeInteger(pid) && pid > 0 ? { pid, started } : null;
  } catch {
    return null; // given back meanwhile, or cut off by the death of its writer
  }
}

function isAlive({ pid, started }: Owner): boolean {
  const now = startOf(pid);
  if (now !== null) return started === null ? pid !== process.pid : now === started;
  // Without /proc: our own id means that a process before us had the same one.
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** When the kernel started the process; null when there is none, or it is dead and not yet collected, or the kernel does not say. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name of the program, in brackets, may hold anything. After it: state, and the start as the 20th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}
