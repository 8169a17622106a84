import { openCheckpoint } from '@patchbay/audit-log/proofs';
import type { AuditCheckpoint } from '@patchbay/contracts';
import type { StoredCheckpoint } from './ports.ts';

/** A checkpoint as it is answered. */
export function checkpointAnswer(origin: string, stored: StoredCheckpoint): AuditCheckpoint {
  const names = openCheckpoint(stored.note, [])?.note.signatures.map(({ name }) => name) ?? [];
  return {
    origin,
    size: stored.size,
    root: stored.root.toString('base64'),
    note: stored.note,
    signed_at: stored.signedAt.toISOString(),
    kept_outside: stored.keptOutside,
    witnesses: [...new Set(names.filter((name) => name !== origin))],
  };
}
