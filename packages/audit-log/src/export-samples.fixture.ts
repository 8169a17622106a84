import { generateKeyPairSync } from 'node:crypto';
import { CompactRange } from './merkle/compact-range.ts';
import { emptyRoot, leafHash } from './merkle/hashes.ts';
import { type Checkpoint, logOrigin, signCheckpoint, type TreeHead } from './note/checkpoint.ts';
import { localSigningKey, type SigningKey } from './note/note-signer.ts';
import { type ExportSource, writeExport } from './write-export.ts';

export const sampleOrigin = logOrigin('inst-1', 'acme');

/** A record with the fields that a verifier reads, and the rest of a real one's bulk. */
export function sampleRecord(index: number, changes: { tenant?: string; id?: string; time?: string } = {}): string {
  const time = new Date(Date.UTC(2026, 10, 30) + index * 250).toISOString();
  const id = `aud_01K${String(index).padStart(23, '0')}`;
  const data = { activity_id: 1, class_uid: 6003, note: 'x'.repeat(60), severity_id: 1 };
  const { tenant = 'acme' } = changes;
  return JSON.stringify({
    data,
    datacontenttype: 'application/json',
    id: changes.id ?? id,
    source: '/services/executor/e1',
    specversion: '1.0',
    tenant,
    time: changes.time ?? time,
  });
}

export interface SampleLog {
  readonly key: SigningKey;
  readonly records: readonly string[];
  /** Each after the one before, at every `every` records and at the end. */
  readonly checkpoints: readonly { readonly size: number; readonly note: string }[];
  source(from?: number, to?: number): ExportSource;
}

/** A log of these records, with a checkpoint at every `every` of them and at the end. */
export async function sampleLog(
  records: readonly string[],
  { every = 1_000, key = localSigningKey(generateKeyPairSync('ed25519').privateKey), origin = sampleOrigin } = {},
): Promise<SampleLog> {
  const leaves = records.map((record) => leafHash(record));
  const rangeOf = (size: number) => {
    const range = CompactRange.empty();
    for (const leaf of leaves.slice(0, size)) range.append(leaf);
    return range;
  };
  const checkpoints: { size: number; note: string }[] = [];
  const range = CompactRange.empty();
  let previous: TreeHead = { size: 0, root: emptyRoot() };
  for (const leaf of leaves) {
    range.append(leaf);
    if (range.size % every !== 0 && range.size !== records.length) continue;
    const checkpoint: Checkpoint = { origin, size: range.size, root: range.root(), previous };
    checkpoints.push({ size: range.size, note: await signCheckpoint(checkpoint, key) });
    previous = checkpoint;
  }
  return {
    key,
    records,
    checkpoints,
    source: (from = 0, to = records.length) => ({
      tenant: 'acme',
      origin,
      before: rangeOf(from),
      size: to,
      entries: records.slice(from, to).map((record, i) => ({ record, leaf: leaves[from + i] as Buffer })),
      checkpoints: checkpoints.filter(({ size }) => size > from && size <= to).map(({ note }) => note),
    }),
  };
}

export async function exportText(source: ExportSource): Promise<string> {
  let text = '';
  for await (const piece of writeExport(source)) text += piece;
  return text;
}
