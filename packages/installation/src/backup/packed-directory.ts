import { chmodSync, closeSync, fstatSync, mkdirSync, openSync, readdirSync, readSync, writeSync } from 'node:fs';
import { dirname, join, normalize, sep } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';

/** What stands before a file's bytes, as a frame of JSON; a directory has none. */
const Entry = z.strictObject({
  path: z.string().min(1),
  mode: z.int(),
  /** Bytes that follow; null: a directory. */
  size: z.int().min(0).nullable(),
});

const pieceBytes = 1_048_576;

/**
 * Gives a directory away, frame by frame. A file that grows meanwhile is packed as long as it was when it was opened, and one that is
 * gone by then is left out. A directory that is not there is an empty one.
 * @param keep which paths, relative to `directory`; default all.
 * @returns files packed.
 */
export async function packDirectory(
  directory: string,
  write: (frame: Uint8Array) => void,
  keep: (path: string) => boolean = () => true,
): Promise<number> {
  let files = 0;
  const walk = async (below: string) => {
    for (const entry of readOrNone(join(directory, below))) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (!keep(path)) continue;
      if (entry.isDirectory()) {
        write(header({ path, mode: 0o700, size: null }));
        await walk(path);
      } else if (entry.isFile() && (await packFile(directory, path, write))) files++;
    }
  };
  await walk('');
  return files;
}

async function packFile(directory: string, path: string, write: (frame: Uint8Array) => void): Promise<boolean> {
  let handle: number;
  try {
    handle = openSync(join(directory, path), 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  try {
    const { size, mode } = fstatSync(handle);
    write(header({ path, mode: mode & 0o700, size }));
    for (let done = 0; done < size; ) {
      const piece = Buffer.alloc(Math.min(pieceBytes, size - done));
      const got = readSync(handle, piece, 0, piece.length, done);
      if (got === 0) throw new Error(`${join(directory, path)} became shorter while it was copied. Try again.`);
      write(piece.subarray(0, got));
      done += got;
      await setImmediate(); // the server asks every two seconds whether we are there
    }
    return true;
  } finally {
    closeSync(handle);
  }
}

/**
 * Writes a packed directory down again, for its owner's eyes alone. Nothing that is there is replaced.
 * @returns files written.
 * @throws Error when a file is there already, or a path would lead out of `directory`.
 */
export async function unpackDirectory(frames: AsyncIterable<Buffer>, directory: string): Promise<number> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  chmodSync(directory, 0o700);
  let files = 0;
  let open: { readonly handle: number; left: number } | null = null;
  for await (const frame of frames) {
    if (open === null) {
      const { path, mode, size } = Entry.parse(JSON.parse(frame.toString()));
      const target = inside(directory, path);
      if (size === null) mkdirSync(target, { recursive: true, mode: 0o700 });
      else {
        mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
        files++;
        open = { handle: openSync(target, 'wx', mode & 0o700), left: size };
      }
    } else {
      for (let done = 0; done < frame.length; ) done += writeSync(open.handle, frame, done);
      open.left -= frame.length;
    }
    if (open !== null && open.left <= 0) {
      closeSync(open.handle);
      open = null;
    }
  }
  return files;
}

function header(entry: z.input<typeof Entry>): Buffer {
  return Buffer.from(JSON.stringify(entry));
}

function inside(directory: string, path: string): string {
  const target = normalize(join(directory, path));
  if (!target.startsWith(normalize(directory) + sep))
    throw new Error(`The backup holds a path that leads out: ${path}`);
  return target;
}

function readOrNone(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
