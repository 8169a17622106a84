import { existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { maxNoteBytes, openCheckpoint } from '@patchbay/audit-log/proofs';
import { UsageError } from '../failures.ts';
import type { CliIo } from '../terminal.ts';

/** The last checkpoint of each log that was verified, by origin: what an old or another export is told by. */
export class SeenCheckpoints {
  readonly #file: string;
  readonly #notes: Record<string, string>;

  private constructor(file: string, notes: Record<string, string>) {
    this.#file = file;
    this.#notes = notes;
  }

  /** Nothing was seen where there is no file. @throws UsageError when it is none of ours: then nobody knows what was seen. */
  static read(path: string, { cwd }: CliIo): SeenCheckpoints {
    const file = resolve(cwd, path);
    if (!existsSync(file)) return new SeenCheckpoints(file, {});
    try {
      const notes = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
      if (Object.entries(notes).every(([origin, note]) => openCheckpoint(note, [])?.checkpoint.origin === origin))
        return new SeenCheckpoints(file, notes);
    } catch {
      // Said below.
    }
    throw new UsageError(`${path} is not what this command keeps checkpoints in.`);
  }

  of(origin: string): string | null {
    return Object.hasOwn(this.#notes, origin) ? (this.#notes[origin] as string) : null;
  }

  /** Keeps it, unless one of the same log that is as long is there. */
  keep(note: string): void {
    const opened = openCheckpoint(note, [])?.checkpoint;
    if (opened === undefined) return;
    const before = this.of(opened.origin);
    if (before !== null && (openCheckpoint(before, [])?.checkpoint.size ?? 0) >= opened.size) return;
    this.#notes[opened.origin] = note;
    writeFileSync(`${this.#file}.new`, `${JSON.stringify(this.#notes, null, 2)}\n`, { mode: 0o600, flush: true });
    renameSync(`${this.#file}.new`, this.#file);
  }
}

/** @throws UsageError when the text is no signed checkpoint of one of these logs. */
export function readCheckpoint(text: string, path: string, origins: readonly (string | undefined)[]): string {
  const origin = openCheckpoint(text, [])?.checkpoint.origin;
  if (origin === undefined) throw new UsageError(`${path} holds no signed checkpoint.`);
  if (!origins.includes(origin)) throw new UsageError(`${path} is a checkpoint of another log, '${origin}'.`);
  return text;
}

/**
 * Every signed checkpoint in a directory and below, whichever log's: files that are one, and lines `{"size":…,"note":…}` of those that
 * the audit service keeps. @throws UsageError when there is none.
 */
export function checkpointsIn(path: string, { cwd }: CliIo): string[] {
  const directory = resolve(cwd, path);
  if (!existsSync(directory)) throw new UsageError(`${path} is no directory.`);
  const notes: string[] = [];
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    const file = join(directory, name);
    const stat = statSync(file);
    const isLines = name.endsWith('.jsonl');
    if (!stat.isFile() || (!isLines && stat.size > maxNoteBytes)) continue;
    const text = readFileSync(file, 'utf8');
    notes.push(
      ...(isLines ? text.split('\n').map(noteOfLine) : [text]).filter((note) => openCheckpoint(note, []) !== null),
    );
  }
  if (notes.length === 0) throw new UsageError(`There is no signed checkpoint in ${path}.`);
  return notes;
}

function noteOfLine(line: string): string {
  if (!line.startsWith('{"size":')) return '';
  try {
    const { note } = JSON.parse(line) as { note?: unknown };
    return typeof note === 'string' ? note : '';
  } catch {
    return ''; // the half of a line that a crash left
  }
}
