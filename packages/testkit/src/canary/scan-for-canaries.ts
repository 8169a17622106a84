import { lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type CanaryEncoding, type Needle, needlesOf } from './encodings.ts';

export interface CanaryHit {
  /** The file's path, or the name given with the bytes. */
  readonly source: string;
  /** Which of the canaries, counted from 0: a report need not repeat it. */
  readonly canary: number;
  readonly encoding: CanaryEncoding;
  /** Byte offset in the source. */
  readonly offset: number;
}

/** A file or directory, or bytes under a name of your own. */
export type ScanSource = string | { readonly name: string; readonly bytes: Uint8Array };

interface Pattern extends Needle {
  readonly canary: number;
}

/**
 * Patterns that begin alike. Secrets made in one place share their beginning in each encoding, and a hundred of them are then
 * looked for in one pass over the bytes instead of a hundred.
 */
interface PatternGroup {
  readonly start: Buffer;
  readonly patterns: readonly Pattern[];
}

const sharedBytes = 4;

const chunkBytes = 4 * 1024 * 1024;
/** A short secret would be found by chance, and its base64 has too little of its own. */
const minCanaryLength = 12;
const maxHitsPerPattern = 100;

/**
 * Looks for canaries in files, whole directories and captured bytes: raw, JSON-escaped, base64 and base64url in all three
 * alignments, hexadecimal in both cases, URL-encoded and UTF-16. Links are not followed. Compressed data is not unpacked.
 * @throws RangeError for a canary shorter than 12 bytes; the file system's error for a path that cannot be read.
 */
export async function scanForCanaries(
  sources: readonly ScanSource[],
  canaries: readonly string[],
): Promise<CanaryHit[]> {
  const patterns = canaries.flatMap((canary, index) => {
    if (Buffer.byteLength(canary) < minCanaryLength)
      throw new RangeError(`a canary needs at least ${minCanaryLength} bytes`);
    return needlesOf(canary).map((needle): Pattern => ({ ...needle, canary: index }));
  });
  const groups = [...Map.groupBy(patterns, ({ bytes }) => bytes.toString('latin1', 0, sharedBytes))].map(
    ([start, alike]): PatternGroup => ({ start: Buffer.from(start, 'latin1'), patterns: alike }),
  );
  const hits: CanaryHit[] = [];
  const overlap = Math.max(0, ...patterns.map((pattern) => pattern.bytes.length - 1));
  // One for all files: a database has a thousand small ones.
  const room: Room = { buffer: Buffer.alloc(overlap + chunkBytes), overlap };
  for (const source of sources) {
    if (typeof source === 'string') await scanPath(source, room, groups, hits);
    else scanBytes(Buffer.from(source.bytes), source.name, 0, 0, groups, hits);
  }
  return hits;
}

interface Room {
  readonly buffer: Buffer;
  /** Bytes of the chunk before that the next begins with. */
  readonly overlap: number;
}

async function scanPath(path: string, room: Room, groups: readonly PatternGroup[], hits: CanaryHit[]): Promise<void> {
  const stats = await lstat(path);
  if (stats.isDirectory()) {
    for (const name of (await readdir(path)).sort()) await scanPath(join(path, name), room, groups, hits);
  } else if (stats.isFile()) {
    await scanFile(path, room, groups, hits);
  }
}

/** Reads chunk by chunk; each begins with the end of the last, so that a pattern across the border is found. */
async function scanFile(
  path: string,
  { buffer, overlap }: Room,
  groups: readonly PatternGroup[],
  hits: CanaryHit[],
): Promise<void> {
  const file = await open(path, 'r');
  try {
    let kept = 0;
    for (let position = 0; ; ) {
      const { bytesRead } = await file.read(buffer, kept, chunkBytes, position);
      if (bytesRead === 0) return;
      const filled = kept + bytesRead;
      scanBytes(buffer.subarray(0, filled), path, position - kept, kept, groups, hits);
      position += bytesRead;
      const keep = Math.min(overlap, filled);
      buffer.copy(buffer, 0, filled - keep, filled);
      kept = keep;
    }
  } finally {
    await file.close();
  }
}

/** A match that ends within the first `old` bytes was reported with the chunk before. */
function scanBytes(
  bytes: Buffer,
  source: string,
  start: number,
  old: number,
  groups: readonly PatternGroup[],
  hits: CanaryHit[],
): void {
  const found = new Map<Pattern, CanaryHit[]>();
  for (const { start: beginning, patterns } of groups) {
    for (let at = bytes.indexOf(beginning); at !== -1; at = bytes.indexOf(beginning, at + 1)) {
      for (const pattern of patterns) {
        const { bytes: needle, encoding, canary } = pattern;
        const end = at + needle.length;
        const own = found.get(pattern) ?? [];
        if (end <= old || end > bytes.length || own.length === maxHitsPerPattern) continue;
        if (bytes.compare(needle, 0, needle.length, at, end) !== 0) continue;
        own.push({ source, canary, encoding, offset: start + at });
        found.set(pattern, own);
      }
    }
  }
  // Canary by canary, whatever they share.
  hits.push(...[...found.values()].flat().sort((a, b) => a.canary - b.canary));
}
