import { mkdir, open, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CheckpointArchive } from '../operations/log/ports.ts';
import { placeOf, saysTheSame } from './kept-checkpoint.ts';

interface Line {
  readonly size: number;
  readonly note: string;
}

/** Bytes read from the end of a file: many times what a checkpoint with all its signatures takes. */
const tailBytes = 262_144;

/**
 * Checkpoints in a directory, better on another disk than the database's: a folder for each log, in it a file for each month to
 * which lines are added and nothing else. A line is on the disk before it counts.
 */
export function createDirectoryCheckpointArchive(directory: string): CheckpointArchive {
  const folderOf = (origin: string) => join(directory, ...placeOf(origin));

  async function tail(origin: string): Promise<{ readonly lines: readonly Line[]; readonly torn: boolean }> {
    const folder = folderOf(origin);
    const files = (await readdir(folder).catch(orNothing)).filter((name) => name.endsWith('.jsonl')).sort();
    const last = files.at(-1);
    if (last === undefined) return { lines: [], torn: false };
    const file = await open(join(folder, last), 'r');
    try {
      const { size } = await file.stat();
      const start = Math.max(0, size - tailBytes);
      const { buffer } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
      const text = buffer.toString();
      const whole = text.slice(start === 0 ? 0 : text.indexOf('\n') + 1, text.lastIndexOf('\n') + 1);
      return { lines: whole.split('\n').flatMap(toLine), torn: !text.endsWith('\n') && text !== '' };
    } finally {
      await file.close();
    }
  }

  return {
    async newest(origin, from) {
      const { lines } = await tail(origin);
      const newest = lines.reduce<Line | null>(
        (best, line) => (best === null || line.size > best.size ? line : best),
        null,
      );
      return newest !== null && newest.size >= from ? newest.note : null;
    },
    async keep(origin, size, note) {
      const { lines, torn } = await tail(origin);
      const known = lines.find((line) => line.size === size);
      if (known !== undefined) return saysTheSame(known.note, note) ? 'kept' : 'other';
      const folder = folderOf(origin);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const file = await open(join(folder, `${new Date().toISOString().slice(0, 7)}.jsonl`), 'a', 0o600);
      try {
        // What a crash left half of is ended, so that it spoils no line but its own.
        await file.appendFile(`${torn ? '\n' : ''}${JSON.stringify({ size, note })}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
      for (const place of [folder, dirname(folder), directory]) await syncDirectory(place);
      return 'kept';
    },
  };
}

/** A new file is only there for good when its directory is on the disk too. */
async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function orNothing(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}

function toLine(text: string): Line[] {
  if (text === '') return [];
  try {
    const { size, note } = JSON.parse(text) as Line;
    return Number.isSafeInteger(size) && typeof note === 'string' ? [{ size, note }] : [];
  } catch {
    return [];
  }
}
