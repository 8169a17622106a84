import type { KeyObject } from 'node:crypto';
import { type OpenedCheckpoint, openCheckpoint, type VerifierKey, verifierKey } from '@patchbay/audit-log/proofs';

/** A checkpoint, and whether one of the keys signed it; a key without a name counts under the log's. Null when it is none. */
export function openWithKeys(note: string, keys: readonly (VerifierKey | KeyObject)[]): OpenedCheckpoint | null {
  const origin = openCheckpoint(note, [])?.checkpoint.origin;
  if (origin === undefined) return null;
  return openCheckpoint(
    note,
    keys.map((key) => ('name' in key ? key : verifierKey(origin, key))),
  );
}
