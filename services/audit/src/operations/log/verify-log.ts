import { CompactRange, leafHash, parseCheckpoint, parseNote } from '@patchbay/audit-log/proofs';
import { type LogProblem, type LogVerdict, maxAuditProblems } from '@patchbay/contracts';
import type { CheckpointStore, LogTree, StoredCheckpoint } from './ports.ts';

/** A row in its place of the log. */
export interface LogRow {
  readonly index: number;
  readonly eventId: string;
  readonly leaf: Buffer;
  /** As it is written of what is stored. `purged`: its body is kept no longer. `unreadable`: what is stored is no event. */
  readonly record: { readonly text: string } | 'purged' | 'unreadable';
}

export interface VerifyLogPorts {
  readonly tree: LogTree;
  readonly checkpoints: CheckpointStore;
  readonly originOf: (tenant: string) => Promise<string>;
  /** Rows from one place to before another, by place. @throws PatchbayError `audit_unavailable`. */
  readonly readLog: (tenant: string, from: number, to: number) => Promise<readonly LogRow[]>;
}

/** Places that one answer covers. */
const pageSize = 20_000;
/** Rows that are read at once. */
const readRows = 1_000;

/**
 * Holds a page of a tenant's log against what was signed: every record is hashed again, and the tree over these hashes against the
 * tree that is stored, its end and every checkpoint on the way. Pages from the beginning to the end prove the whole.
 * @throws PatchbayError `audit_unavailable`.
 */
export function createVerifyLog(ports: VerifyLogPorts): (tenant: string, from: number) => Promise<LogVerdict> {
  const { tree, checkpoints, originOf, readLog } = ports;
  return async (tenant, from) => {
    const newest = await checkpoints.newest(tenant);
    const { size, root } = await tree.head(tenant);
    const to = Math.min(size, from + pageSize);
    const problems: LogProblem[] = [];
    const sums = { records: 0, purged: 0 };
    const signed = (await checkpoints.below(tenant, to + 1, pageSize, from)).toReversed();
    for (const one of signed)
      if (!isOfItsNote(one)) problems.push({ index: one.size, event_id: null, what: 'checkpoint_differs' });

    const range = from > to ? null : await treeAt(tree, tenant, from);
    if (range === null) problems.push({ index: from, event_id: null, what: 'tree_differs' });
    else {
      // What follows a checkpoint that does not fit cannot fit either: one is enough to say where.
      let differs = false;
      const atCheckpoint = () => {
        while (signed[0] !== undefined && signed[0].size <= range.size) {
          const one = signed.shift() as StoredCheckpoint;
          if (!differs && one.size === range.size && !one.root.equals(range.root())) {
            differs = true;
            problems.push({ index: verified, event_id: null, what: 'root_differs' });
          }
          if (!differs) verified = one.size;
        }
      };
      let verified = from;
      for (let at = from; at < to; at += readRows) {
        const end = Math.min(to, at + readRows);
        const leaves = await leavesOf(tenant, at, end, problems, sums);
        for (const leaf of leaves) {
          range.append(leaf);
          atCheckpoint();
        }
      }
      const stored = to === size ? root : await tree.root(tenant, to);
      if (!differs && stored?.equals(range.root()) !== true && problems.length === 0)
        problems.push({ index: verified, event_id: null, what: 'tree_differs' });
    }
    return {
      origin: await originOf(tenant),
      size,
      checkpoint: newest?.size ?? null,
      ...sums,
      problem_count: problems.length,
      problems: problems.slice(0, maxAuditProblems),
      next: to < size ? to : null,
    };
  };

  /**
   * The leaves of places as their records say; where one does not fit, or is gone, as the tree has it, so that one problem is told
   * once and does not hide the next.
   */
  async function leavesOf(
    tenant: string,
    from: number,
    to: number,
    problems: LogProblem[],
    sums: { records: number; purged: number },
  ): Promise<Buffer[]> {
    const places = Array.from({ length: to - from }, (_, i) => ({ begin: from + i, end: from + i + 1 }));
    const [rows, inTree] = await Promise.all([readLog(tenant, from, to), tree.hashes(tenant, places)]);
    const found = new Map<number, Buffer>();
    for (const { index, eventId, leaf, record } of rows) {
      const known = inTree?.[index - from];
      const say = (what: string) => problems.push({ index, event_id: eventId, what });
      if (found.has(index)) {
        say('twice');
        continue;
      }
      const hash = record === 'purged' ? leaf : record === 'unreadable' ? null : leafHash(record.text);
      sums[record === 'purged' ? 'purged' : 'records']++;
      if (hash === null || !hash.equals(leaf)) say('record_differs');
      else if (known !== undefined && !known.equals(leaf)) say('leaf_differs');
      found.set(index, known ?? leaf);
    }
    return places.map(({ begin: index }) => {
      const leaf = found.get(index);
      if (leaf === undefined) problems.push({ index, event_id: null, what: 'missing' });
      return leaf ?? inTree?.[index - from] ?? Buffer.alloc(32);
    });
  }
}

/** The tree of the log's first leaves; null when its hashes are not all there. */
async function treeAt(tree: LogTree, tenant: string, size: number): Promise<CompactRange | null> {
  const ranges = [];
  for (let begin = 0, rest = size; rest > 0; ) {
    const width = 2 ** Math.floor(Math.log2(rest));
    ranges.push({ begin, end: begin + width });
    begin += width;
    rest -= width;
  }
  const nodes = await tree.hashes(tenant, ranges);
  return nodes === null ? null : CompactRange.from(size, nodes);
}

function isOfItsNote({ note, size, root }: StoredCheckpoint): boolean {
  const parsed = parseNote(note);
  const checkpoint = parsed === null ? null : parseCheckpoint(parsed.text);
  return checkpoint !== null && checkpoint.size === size && checkpoint.root.equals(root);
}
