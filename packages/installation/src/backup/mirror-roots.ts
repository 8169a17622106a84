import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

export interface RootsPlace {
  /** See `PATCHBAY_VAULT_ROOTS_DIR`. */
  readonly roots: string;
  /** See `PATCHBAY_VAULT_ERASURES_FILE`. Null: it is kept elsewhere. */
  readonly erasures: string | null;
}

/**
 * Makes a directory what the vault's roots and list of erasures are now, and nothing of what they were: what is gone is overwritten and
 * removed. It is no backup, and must have no history itself.
 * @throws Error when the roots are not there: a volume that is away has not lost its roots.
 */
export function mirrorRoots({ roots, erasures }: RootsPlace, to: string): { copied: number; removed: number } {
  if (!existsSync(join(roots, 'id')))
    throw new Error(`${roots} is not a directory of roots, or its volume is away. The mirror stays as it is.`);
  const mirror = join(to, 'roots');
  mkdirSync(mirror, { recursive: true, mode: 0o700 });
  chmodSync(to, 0o700);
  const [present, mirrored] = [filesBelow(roots), filesBelow(mirror)];
  let [copied, removed] = [0, 0];
  for (const path of present) if (copyChanged(join(roots, path), join(mirror, path))) copied++;
  for (const path of mirrored) {
    if (present.includes(path)) continue;
    overwrite(join(mirror, path));
    rmSync(join(mirror, path));
    removed++;
  }
  if (erasures !== null && existsSync(erasures) && copyChanged(erasures, join(to, 'erasures'))) copied++;
  return { copied, removed };
}

/** Brings roots and list back where there are none. @returns files written. @throws Error when there are some. */
export function restoreRoots(from: string, { roots, erasures }: RootsPlace): number {
  if (filesBelow(roots).length > 0) throw new Error(`${roots} holds roots already.`);
  if (!existsSync(join(from, 'roots', 'id'))) throw new Error(`${from} is not a mirror of roots.`);
  mkdirSync(roots, { recursive: true, mode: 0o700 });
  let files = 0;
  for (const path of filesBelow(join(from, 'roots')))
    if (copyChanged(join(from, 'roots', path), join(roots, path))) files++;
  const list = join(from, 'erasures');
  if (erasures !== null && existsSync(list) && !existsSync(erasures) && copyChanged(list, erasures)) files++;
  return files;
}

function copyChanged(from: string, to: string): boolean {
  const content = readFileSync(from);
  if (existsSync(to)) {
    if (readFileSync(to).equals(content)) return false;
    overwrite(to);
  }
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
  const draft = `${to}.draft`;
  rmSync(draft, { force: true });
  const handle = openSync(draft, 'wx', 0o600);
  writeSync(handle, content);
  fsyncSync(handle);
  closeSync(handle);
  renameSync(draft, to);
  return true;
}

/** What was there must not be found on the disk any more, as far as the disk allows. */
function overwrite(path: string): void {
  const handle = openSync(path, 'r+');
  writeSync(handle, Buffer.alloc(statSync(path).size));
  fsyncSync(handle);
  closeSync(handle);
}

function filesBelow(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.draft'))
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1));
}
