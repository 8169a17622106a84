import { parseExportLine } from './export-format.ts';
import { leafHash } from './merkle/hashes.ts';
import { eachLine } from './verify-export/lines-of.ts';

export interface ExportComparison {
  /**
   * `same`: what both have is the same, and both end there. `continues`: likewise, and one goes on. `apart`: there is no record that
   * both have. `other_log`: they are of two logs. `forked`: one log, and two histories. `malformed`: one is no export.
   */
  readonly verdict: 'same' | 'continues' | 'apart' | 'other_log' | 'forked' | 'malformed';
  /** Where both have records: from `first` to before `end`. */
  readonly first: number | null;
  readonly end: number | null;
  /** Index of the first record that differs. */
  readonly index: number | null;
}

type Source = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/**
 * Holds two exports of a log against each other, record by record. Says nothing about whether either is what it should be: two that
 * verify under one key and differ prove that the key's holder signed two histories.
 */
export async function compareExports(one: Source, other: Source): Promise<ExportComparison> {
  const [a, b] = [new LeafReader(one), new LeafReader(other)];
  const [left, right] = [await a.header(), await b.header()];
  if (left === null || right === null) return { verdict: 'malformed', first: null, end: null, index: null };
  const first = Math.max(left.first, right.first);
  const end = Math.min(left.size, right.size);
  if (left.origin !== right.origin) return { verdict: 'other_log', first: null, end: null, index: null };
  if (first >= end) return { verdict: 'apart', first: null, end: null, index: null };
  for (let index = first; index < end; index++) {
    const [mine, yours] = [await a.leaf(index), await b.leaf(index)];
    if (mine === null || yours === null || !mine.equals(yours)) return { verdict: 'forked', first, end, index };
  }
  return { verdict: left.size === right.size ? 'same' : 'continues', first, end, index: null };
}

interface Extent {
  readonly origin: string;
  readonly first: number;
  readonly size: number;
}

/** Leaves of an export by their index, asked for in ascending order; a few hundred at a time are held. */
class LeafReader {
  readonly #pieces: AsyncIterator<Buffer[]>;
  #header: Extent | null = null;
  #begin = 0;
  #leaves: Buffer[] = [];

  constructor(source: Source) {
    this.#pieces = this.#read(source);
  }

  async header(): Promise<Extent | null> {
    await this.#more();
    return this.#header;
  }

  /** Null when the file has none. */
  async leaf(index: number): Promise<Buffer | null> {
    while (index >= this.#begin + this.#leaves.length) if (!(await this.#more())) return null;
    return this.#leaves[index - this.#begin] ?? null;
  }

  async #more(): Promise<boolean> {
    const { done, value } = await this.#pieces.next();
    if (done) return false;
    this.#begin += this.#leaves.length;
    this.#leaves = value;
    return true;
  }

  async *#read(source: Source): AsyncGenerator<Buffer[]> {
    let leaves: Buffer[] = [];
    let rest = Buffer.alloc(0);
    const take = (line: Buffer): boolean => {
      const read = parseExportLine(line);
      if (this.#header === null) {
        if (read.kind !== 'header') return false;
        this.#header = read.header;
        this.#begin = read.header.first;
      } else if (read.kind === 'record') leaves.push(leafHash(line));
      else if (read.kind === 'withheld') leaves.push(read.leaf);
      return true;
    };
    for await (const piece of source) {
      const chunk = Buffer.concat([rest, piece]);
      const whole = chunk.lastIndexOf(10) + 1;
      rest = chunk.subarray(whole);
      let goesOn = true;
      await eachLine([chunk.subarray(0, whole)], (line) => {
        goesOn = take(line);
        return goesOn;
      });
      if (!goesOn) return;
      if (this.#header === null) continue;
      yield leaves;
      leaves = [];
    }
  }
}
