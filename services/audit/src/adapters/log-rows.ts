import { recordVersion, sha256Of, toRecord } from '@patchbay/audit-log';
import { leafHash } from '@patchbay/audit-log/proofs';
import type { AuditRow } from '../domain/audit-row.ts';

/** A row on its way to its place in the log: its event as JSON text, and the leaf that commits to it. */
export interface LeafRow {
  readonly row: AuditRow;
  readonly event: string;
  readonly recordVersion: number;
  readonly leaf: Buffer;
}

export interface PlacedLeafRow extends LeafRow {
  readonly logIndex: number;
}

/** An event of which no record can be made: a defect of ours, which must not stop the events beside it. */
export class NoRecord extends Error {}

/** @throws NoRecord */
export function toLeafRow(row: AuditRow): LeafRow {
  // The log commits to the hash of a ciphertext, so it must be that of the one which is kept.
  if (row.blob !== null && sha256Of(Buffer.from(row.blob.ciphertext, 'base64')) !== row.event.data.sealed?.sha256)
    throw new NoRecord('a ciphertext has not the hash that its event says');
  try {
    return { row, event: JSON.stringify(row.event), recordVersion, leaf: leafHash(toRecord(row.event, row)) };
  } catch (cause) {
    throw new NoRecord('an event has no record', { cause });
  }
}
