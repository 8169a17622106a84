import { type ExportHeader, leavesPerLine, parseExportLine } from '../export-format.ts';
import { CompactRange } from '../merkle/compact-range.ts';
import { hashBytes, leafHash } from '../merkle/hashes.ts';
import type { TreeHead } from '../note/checkpoint.ts';
import { type AcceptedCheckpoint, CheckpointChecks, type CheckpointKeys } from './checkpoint-checks.ts';
import { compareLeaves } from './compare-leaves.ts';
import { factsOf, RecordChecks, type RecordFacts } from './record-checks.ts';
import { type ExportProblem, type ExportVerdict, ProblemList } from './verdict.ts';

/** So that a file without leaves takes no more memory than one with. */
const maxRecordsWithoutLeaves = 64 * leavesPerLine;

export interface VerifyRules {
  readonly keys: CheckpointKeys;
  /** How many of the witnesses must have signed the last checkpoint. */
  readonly quorum: number;
  readonly toleranceMs: number;
  /** Whether leaves may stand for records that are kept no longer. */
  readonly allowWithheld: boolean;
  /** Tree heads of this log that were seen before, and believed. */
  readonly known: readonly TreeHead[];
}

/** Reads an export line by line, in constant memory but for record ids, and says what is wrong. */
export class ExportVerifier {
  readonly #rules: VerifyRules;
  readonly #problems = new ProblemList();
  #line = 0;
  #header: ExportHeader | null = null;
  #records!: RecordChecks;
  #checkpoints!: CheckpointChecks;
  #tree = CompactRange.empty();
  /** Since the last line of leaves: what each record hashes to, and what it says of itself; null where only its leaf is there. */
  #found: Buffer[] = [];
  #facts: (RecordFacts | null)[] = [];
  /** Line of the first of these. */
  #foundLine = 0;
  /** From here on roots say nothing: leaves are missing, or a root did not hold. */
  #treeLost = false;
  #ended: AcceptedCheckpoint | null = null;
  #lastKind = '';
  /** Roots that were seen before, by size. */
  readonly #known: ReadonlyMap<number, Buffer>;
  readonly #counts = { records: 0, withheld: 0, checkpoints: 0 };

  constructor(rules: VerifyRules) {
    this.#rules = rules;
    this.#known = new Map(rules.known.map(({ size, root }) => [size, root]));
  }

  get records(): number {
    return this.#counts.records;
  }

  /** Takes the next line, without its newline. False when nothing after it can be read. */
  take(bytes: Buffer): boolean {
    this.#line++;
    const line = parseExportLine(bytes);
    if (this.#found.length === 0) this.#foundLine = this.#line;
    if (this.#header === null) return this.#begin(line);
    this.#lastKind = line.kind;
    switch (line.kind) {
      case 'record':
        this.#counts.records++;
        if (this.#found.length === maxRecordsWithoutLeaves) this.#goOnWithoutLeaves();
        this.#found.push(leafHash(bytes));
        this.#facts.push(factsOf(bytes));
        break;
      case 'withheld':
        this.#counts.withheld++;
        if (!this.#rules.allowWithheld)
          this.#report({ what: 'record_withheld', index: this.#next, before: null, detail: 'Only the leaf is there.' });
        this.#found.push(line.leaf);
        this.#facts.push(null);
        break;
      case 'leaves':
        this.#takeLeaves(line.first, line.hashes);
        break;
      case 'checkpoint':
        this.#takeCheckpoint(line.note);
        break;
      default:
        this.#report({ what: 'malformed', index: this.#next, before: null, detail: 'This is no line of an export.' });
    }
    return true;
  }

  /** @param restBytes of a last line that does not end; -1 when a line was too long to be read. */
  end(restBytes: number): ExportVerdict {
    const header = this.#header;
    if (restBytes !== 0) this.#line++;
    if (restBytes < 0) this.#report({ ...this.#here('malformed'), detail: 'The line is too long to be one.' });
    else if (header === null && this.#problems.count === 0)
      this.#report({ ...this.#here('truncated'), detail: 'There is nothing in the file.' });
    else if (header !== null && restBytes > 0)
      this.#report({ ...this.#here('truncated'), detail: 'The file ends within a line.' });
    else if (header !== null && (this.#lastKind !== 'checkpoint' || this.#checkpoints.last.size !== header.size)) {
      const detail = `The file ends after record ${this.#next - 1}, without a checkpoint of size ${header.size}.`;
      if (this.#problems.count === 0 || this.#lastKind !== 'checkpoint')
        this.#report({ what: 'truncated', index: Math.min(this.#next, header.size), before: null, detail });
    }
    if (header !== null) this.#checkEnd(header);
    const { count, listed, first } = this.#problems;
    const ok = count === 0;
    return {
      ok,
      tenant: header?.tenant ?? null,
      origin: header?.origin ?? null,
      first: header?.first ?? null,
      size: header?.size ?? null,
      ...this.#counts,
      last_checkpoint: ok ? (this.#ended?.note ?? null) : null,
      witnesses: this.#witnesses(),
      first_bad: first,
      problem_count: count,
      problems: listed,
    };
  }

  /** Index of the record that comes next, as far as lines were counted. */
  get #next(): number {
    return this.#tree.size + this.#found.length;
  }

  #here(what: ExportProblem['what']): Omit<ExportProblem, 'line' | 'detail'> {
    return { what, index: this.#next, before: null };
  }

  #report(problem: Omit<ExportProblem, 'line'>, line = this.#line): void {
    this.#problems.add({ ...problem, line });
  }

  #begin(line: ReturnType<typeof parseExportLine>): boolean {
    if (line.kind !== 'header') {
      this.#report({ ...this.#here('malformed'), detail: 'The file does not begin like an export.' });
      return false;
    }
    const { header } = line;
    this.#header = header;
    this.#tree = CompactRange.from(header.first, header.prefix);
    if (!header.origin.endsWith(`/${header.tenant}`))
      this.#report({ ...this.#here('wrong_tenant'), detail: `'${header.origin}' is no log of '${header.tenant}'.` });
    const { keys, toleranceMs } = this.#rules;
    this.#records = new RecordChecks({ tenant: header.tenant, toleranceMs }, (problem) => {
      const line = this.#foundLine + problem.index - this.#tree.size;
      this.#report({ ...problem, before: null }, problem.index < this.#tree.size ? this.#line : line);
    });
    this.#checkpoints = new CheckpointChecks(header.origin, this.#tree, keys, (problem) => this.#report(problem));
    this.#checkKnown();
    return true;
  }

  #takeLeaves(first: number, hashes: Buffer): void {
    const { size } = this.#tree;
    if (first < size) {
      this.#report({ what: 'record_repeated', index: first, before: null, detail: 'Records are there once more.' });
      this.#forget();
      return;
    }
    const listed: Buffer[] = [];
    for (let at = 0; at < hashes.length; at += hashBytes) listed.push(hashes.subarray(at, at + hashBytes));
    if (first > size) this.#lose(size, first);
    if (Buffer.concat(this.#found).equals(hashes)) this.#checkFacts(this.#facts, first);
    else {
      for (const { what, at, foundAt, detail } of compareLeaves(listed, this.#found))
        this.#report({ what, index: first + at, before: null, detail }, this.#foundLine + foundAt);
      this.#checkFacts(inPlaceOf(listed, this.#found, this.#facts), first);
    }
    for (const leaf of listed) this.#append(leaf);
    this.#forget();
  }

  #takeCheckpoint(note: string): void {
    this.#counts.checkpoints++;
    if (this.#found.length > 0) this.#goOnWithoutLeaves();
    const from = this.#checkpoints.last.size;
    const accepted = this.#checkpoints.accept(note, this.#next);
    if (accepted === null) return;
    const { size, root } = accepted.checkpoint;
    if (size > this.#tree.size) this.#lose(this.#tree.size, size);
    else if (size < this.#tree.size) {
      const detail = `Records from ${size} on stand before the checkpoint that ends there.`;
      this.#report({ what: 'record_added', index: size, before: null, detail });
      this.#treeLost = true;
    } else if (!this.#treeLost && !root.equals(this.#tree.root())) {
      const detail = `The root of the checkpoint of size ${size} is not that of the records before it.`;
      this.#report({ what: 'root_differs', index: Math.min(from, size), before: size, detail });
      this.#treeLost = true;
    }
    for (const { time } of accepted.witnessed) this.#records.witnessed(time as number);
    this.#ended = accepted;
  }

  #goOnWithoutLeaves(): void {
    const detail = 'The leaves of these records are not there.';
    this.#report({ what: 'leaves_missing', index: this.#tree.size, before: this.#next, detail });
    this.#checkFacts(this.#facts, this.#tree.size);
    for (const leaf of this.#found) this.#append(leaf);
    this.#forget();
  }

  #checkFacts(facts: readonly (RecordFacts | null)[], first: number): void {
    for (let i = 0; i < facts.length; i++) {
      const of = facts[i];
      if (of) this.#records.check(of, first + i);
    }
  }

  #forget(): void {
    this.#found = [];
    this.#facts = [];
  }

  /** Leaves from `begin` to before `end` are not there, so that no root can be computed any more. */
  #lose(begin: number, end: number): void {
    const detail = `The records from here to ${end - 1} are not there.`;
    this.#report({ what: 'record_missing', index: begin, before: null, detail });
    this.#treeLost = true;
    // Places are counted on; what the hashes are no longer matters.
    this.#tree = placeholderTree(end);
  }

  #append(leaf: Buffer): void {
    this.#tree.append(leaf);
    if (this.#known.has(this.#tree.size)) this.#checkKnown();
  }

  /** Whether the log still begins as it was seen before. */
  #checkKnown(): void {
    const { size } = this.#tree;
    const root = this.#known.get(size);
    if (root === undefined || this.#treeLost || root.equals(this.#tree.root())) return;
    const from = this.#checkpoints.last.size;
    this.#report({
      what: 'forked',
      index: Math.min(from, size),
      before: size,
      detail: `The first ${size} records are not those of the checkpoint that was seen before.`,
    });
  }

  #checkEnd({ first, size }: ExportHeader): void {
    const { known, quorum } = this.#rules;
    const sizes = known.map((head) => head.size);
    const longest = Math.max(0, ...sizes);
    if (size < longest) {
      const detail = `The export ends at ${size}; a checkpoint of size ${longest} was seen before. It is an old one, or cut off.`;
      this.#report({ what: 'older_than_known', index: size, before: null, detail });
    }
    if (longest < first && known.length > 0) {
      const detail = `The export begins at ${first}, after the checkpoint of size ${longest} that was seen before.`;
      this.#report({ what: 'not_comparable', index: first, before: null, detail });
    }
    const witnesses = this.#witnesses();
    if (this.#ended !== null && witnesses.length < quorum) {
      const detail = `The last checkpoint is signed by ${witnesses.length} of the witnesses asked for; ${quorum} are wanted.`;
      this.#report({ what: 'witness_missing', index: first, before: size, detail });
    }
  }

  #witnesses(): string[] {
    return [...new Set(this.#ended?.witnessed.map(({ key }) => key.name))];
  }
}

/** What records that the log has say of themselves, each in its place. What else stands among them counts for nothing. */
function inPlaceOf(
  listed: readonly Buffer[],
  found: readonly Buffer[],
  facts: readonly (RecordFacts | null)[],
): (RecordFacts | null)[] {
  const byLeaf = new Map(found.map((leaf, i) => [leaf.toString('latin1'), facts[i]]));
  return listed.map((leaf) => byLeaf.get(leaf.toString('latin1')) ?? null);
}

function placeholderTree(size: number): CompactRange {
  let ones = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) ones += rest % 2;
  return CompactRange.from(
    size,
    Array.from({ length: ones }, () => Buffer.alloc(hashBytes)),
  );
}
