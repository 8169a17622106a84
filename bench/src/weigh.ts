import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HeapTold } from './tell-heap.ts';

/** What a process holds. Null: it does not say. */
export interface Weight {
  readonly heap: number | null;
  readonly external: number | null;
  /** Resident, all of it. */
  readonly rss: number;
  readonly descriptors: number;
}

export const mebibyte = 1_048_576;

/** Looks at a process (proc(5)); its heap is what it told last in `dir`. Memory in bytes. */
export function weigh(pid: number, dir: string): Weight {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kibibytes = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN);
  const told = lastTold(pid, dir);
  return {
    heap: told?.heap_bytes ?? null,
    external: told?.external_bytes ?? null,
    rss: kibibytes * 1_024,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
  };
}

function lastTold(pid: number, dir: string): HeapTold | null {
  try {
    return JSON.parse(readFileSync(join(dir, `${pid}.json`), 'utf8')) as HeapTold;
  } catch {
    // It has not told yet, or is telling just now.
    return null;
  }
}
