import { toRecord } from '@patchbay/audit-log';
import {
  CompactRange,
  emptyRoot,
  leafHash,
  logOrigin,
  newSigningKeyPem,
  readSigningKey,
  signCheckpoint,
  type TreeHead,
} from '@patchbay/audit-log/proofs';
import type { ExportLog, ExportPlace } from '../src/operations/exports/ports.ts';
import { auditEvent } from './audit-event.fixture.ts';

export interface MadeUpLog extends ExportLog {
  readonly places: ExportPlace[];
  /** Sizes that a checkpoint was asked for. */
  readonly asked: number[];
}

/** A log of `acme` in memory: so many events, one a second from 2026-05-01 on, with a checkpoint after each so many. */
export async function madeUpLog(
  count: number,
  { every = 1_000, text = '' }: { every?: number; text?: string } = {},
): Promise<MadeUpLog> {
  const key = readSigningKey(newSigningKeyPem());
  const origin = logOrigin('inst-1', 'acme');
  const start = Date.UTC(2026, 4, 1);
  const tree = CompactRange.empty();
  const places: ExportPlace[] = [];
  const signed: { size: number; note: string }[] = [];
  const trees: CompactRange[] = [tree.copy()];
  let previous: TreeHead = { size: 0, root: emptyRoot() };
  for (let index = 0; index < count; index++) {
    const event = auditEvent({ time: new Date(start + index * 1_000).toISOString(), data: { facts: { text } } });
    const record = toRecord(event, { class: 'execution', producer: 'executor' });
    const leaf = leafHash(record);
    places.push({ index, record, leaf });
    tree.append(leaf);
    trees.push(tree.copy());
    if (tree.size % every !== 0) continue;
    const head = { size: tree.size, root: tree.root() };
    signed.push({ size: tree.size, note: await signCheckpoint({ origin, ...head, previous }, key) });
    previous = head;
  }
  const asked: number[] = [];
  const indexOf = (ms: number) => Math.ceil((ms - start) / 1_000);
  return {
    places,
    asked,
    originOf: async () => origin,
    sizeOf: async () => count,
    newestCheckpoint: async () => signed.at(-1)?.size ?? null,
    async checkpointOf(_tenant, size) {
      asked.push(size);
      const known = signed.find((one) => one.size === size);
      if (known !== undefined) return known.note;
      const before = signed.findLast((one) => one.size < size)?.size ?? 0;
      const heads = [size, before].map((at) => ({ size: at, root: (trees[at] as CompactRange).root() }));
      return signCheckpoint({ origin, ...(heads[0] as TreeHead), previous: heads[1] as TreeHead }, key);
    },
    readCheckpoints: async ({ above, upTo, limit }) =>
      signed.filter(({ size }) => size > above && size <= upTo).slice(0, limit),
    treeAt: async (_tenant, size) => (trees[size] as CompactRange).copy(),
    readPlaces: async ({ from, to }) => places.slice(from, to),
    async placesBetween(_tenant, { fromMs, toMs }) {
      const first = Math.max(0, indexOf(fromMs ?? 0));
      const last = Math.min(count, indexOf(toMs ?? Number.MAX_SAFE_INTEGER)) - 1;
      return first > last ? null : { first, last };
    },
  };
}
