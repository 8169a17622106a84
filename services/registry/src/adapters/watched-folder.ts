import { type FSWatcher, watch } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isDocumentFile, isTenantFolder } from '../domain/file-place.ts';
import type { FolderKeeper } from '../operations/keep-folder.ts';

export interface WatchedFolderOptions {
  readonly folder: string;
  readonly keeper: FolderKeeper;
  readonly onError: (error: unknown) => void;
  /** Milliseconds that a file must stay as it is before it is read: whoever writes it may not be done. Default 100. */
  readonly settleMs?: number;
  /** Milliseconds that a file may be away, as while an editor saves it by renaming. Default 2,000. */
  readonly graceMs?: number;
  /** Milliseconds between two looks where nothing tells of changes, such as on a mounted volume. Default 500. */
  readonly lookMs?: number;
}

export interface WatchedFolder {
  /** Settles when what was there at some moment after the call was taken. */
  looked(): Promise<void>;
  close(): Promise<void>;
}

/** Milliseconds after which a file that could not be taken, for a reason that passes, is taken again. */
const againMs = 2_000;
/** A document's text is at most so many bytes. */
const maxBytes = 900_000;

/** What was seen of a file, and whether it was given to the keeper. */
interface Seen {
  stamp: string;
  bytes: number;
  /** `performance.now()` when this stamp was first seen. */
  since: number;
  /** Not to be read before this. */
  due: number;
  taken: boolean;
  /** When it was missed first; null: it is there. */
  missedAt: number | null;
}

/**
 * Follows a folder: `<file>` and `<tenant>/<file>`. Told of changes by the system where that works, and looking now and then
 * in any case, because such news get lost on mounted volumes and when folders are replaced.
 */
export function watchFolder(options: WatchedFolderOptions): WatchedFolder {
  const { folder, keeper, onError, settleMs = 100, graceMs = 2_000, lookMs = 500 } = options;
  const seen = new Map<string, Seen>();
  const watchers = new Map<string, { readonly inode: bigint; readonly watcher: FSWatcher }>();
  let closed = false;
  let timer: NodeJS.Timeout | null = null;
  let timerAt = Number.POSITIVE_INFINITY;
  let running: Promise<void> | null = null;
  /** Something may have changed behind the look that is under way. */
  let stale = false;

  /** Looks at the latest in so many milliseconds. */
  function lookIn(ms: number): void {
    const at = performance.now() + ms;
    if (closed || at >= timerAt) return;
    if (timer !== null) clearTimeout(timer);
    timerAt = at;
    timer = setTimeout(() => {
      timer = null;
      timerAt = Number.POSITIVE_INFINITY;
      if (running === null) void run();
      else stale = true;
    }, ms).unref();
  }

  function run(): Promise<void> {
    running ??= look()
      .catch(onError)
      .finally(() => {
        running = null;
        lookIn(stale ? 0 : lookMs);
        stale = false;
      });
    return running;
  }

  async function look(): Promise<void> {
    const present = await list();
    if (present === null) return;
    for (const [file, { stamp, bytes }] of present) notice(file, stamp, bytes);
    for (const [file, one] of seen) {
      if (closed) return;
      if (present.has(file)) await settle(file, one);
      else await miss(file, one);
    }
  }

  function notice(file: string, stamp: string, bytes: number): void {
    const now = performance.now();
    const known = seen.get(file);
    if (known?.missedAt != null) {
      known.missedAt = null;
      keeper.stay(file);
    }
    if (known?.stamp === stamp) return;
    seen.set(file, { stamp, bytes, since: now, due: now + settleMs, taken: false, missedAt: null });
  }

  async function settle(file: string, one: Seen): Promise<void> {
    if (one.taken) return;
    const now = performance.now();
    if (now < one.due) return lookIn(one.due - now);
    one.taken = true;
    if (one.bytes > maxBytes) return keeper.refuse(file, `the file is larger than ${maxBytes} bytes`);
    let text: string;
    try {
      text = await readFile(join(folder, file), 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT')
        one.taken = false; // it went meanwhile
      else keeper.refuse(file, `the file cannot be read (${codeOf(error)})`);
      return;
    }
    // Written to while it was read: the next look has it whole.
    if ((await stampOf(join(folder, file)))?.stamp !== one.stamp) {
      one.taken = false;
      return lookIn(settleMs);
    }
    if (await keeper.take(file, text, () => Math.round(performance.now() - one.since))) return;
    one.taken = false;
    one.due = performance.now() + againMs;
    lookIn(againMs);
  }

  async function miss(file: string, one: Seen): Promise<void> {
    const now = performance.now();
    if (one.missedAt === null) {
      one.missedAt = now;
      keeper.leave(file);
    }
    if (now - one.missedAt < graceMs) return lookIn(graceMs - (now - one.missedAt));
    let rivals: readonly string[];
    try {
      rivals = await keeper.drop(file);
    } catch (error) {
      onError(error);
      return lookIn(againMs);
    }
    seen.delete(file);
    for (const rival of rivals) {
      const known = seen.get(rival);
      if (known !== undefined) known.taken = false;
    }
    if (rivals.length > 0) lookIn(0);
  }

  /** Every document's file and its stamp; null when the folder cannot be read. A tenant's folder that cannot be keeps its files. */
  async function list(): Promise<Map<string, { stamp: string; bytes: number }> | null> {
    const found = new Map<string, { stamp: string; bytes: number }>();
    const folders = new Set([folder]);
    try {
      await listOne('', found, folders);
    } catch (error) {
      keeper.trouble(`${folder} cannot be read (${codeOf(error)})`);
      stopWatching(new Set());
      return null;
    }
    keeper.trouble(null);
    await startWatching(folders);
    return found;
  }

  async function listOne(
    below: string,
    found: Map<string, { stamp: string; bytes: number }>,
    folders: Set<string>,
  ): Promise<void> {
    for (const name of await readdir(join(folder, below))) {
      const file = below === '' ? name : `${below}/${name}`;
      if (!isDocumentFile(name) && (below !== '' || !isTenantFolder(name))) continue;
      const stamped = await stampOf(join(folder, file));
      if (stamped === null) continue;
      if (stamped.kind === 'file' && isDocumentFile(name)) found.set(file, stamped);
      else if (stamped.kind === 'folder' && below === '' && isTenantFolder(name)) {
        folders.add(join(folder, name));
        await listOne(name, found, folders).catch((error: unknown) => {
          if (codeOf(error) === 'ENOENT') return;
          onError(error);
          for (const [known, one] of seen)
            if (known.startsWith(`${name}/`)) found.set(known, { stamp: one.stamp, bytes: one.bytes });
        });
      }
    }
  }

  async function startWatching(folders: ReadonlySet<string>): Promise<void> {
    stopWatching(folders);
    for (const one of folders) {
      const inode = (await stat(one, { bigint: true }).catch(() => null))?.ino;
      const known = watchers.get(one);
      if (inode === undefined || known?.inode === inode) continue;
      known?.watcher.close();
      watchers.delete(one);
      try {
        const watcher = watch(one, () => lookIn(0)).unref();
        watcher.on('error', () => {
          watcher.close();
          watchers.delete(one);
        });
        watchers.set(one, { inode, watcher });
      } catch {
        // Too many are watched, or the volume cannot tell: looking does it.
      }
    }
  }

  function stopWatching(but: ReadonlySet<string>): void {
    for (const [one, { watcher }] of watchers) {
      if (but.has(one)) continue;
      watcher.close();
      watchers.delete(one);
    }
  }

  lookIn(0);
  return {
    async looked() {
      await running;
      await run();
    },
    async close() {
      closed = true;
      if (timer !== null) clearTimeout(timer);
      stopWatching(new Set());
      await running;
    },
  };
}

/** Changes whenever a file's content may have. Null: there is no such thing, or it is neither file nor folder. */
async function stampOf(
  path: string,
): Promise<{ readonly kind: 'file' | 'folder'; readonly stamp: string; readonly bytes: number } | null> {
  const found = await stat(path, { bigint: true }).catch(() => null);
  if (found === null || !(found.isFile() || found.isDirectory())) return null;
  return {
    kind: found.isFile() ? 'file' : 'folder',
    stamp: `${found.ino}:${found.mtimeNs}:${found.size}`,
    bytes: Number(found.size),
  };
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException | null)?.code ?? 'unknown';
}
