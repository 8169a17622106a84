import { openPersonal } from '@patchbay/audit-log';
import { PatchbayError, type RevealEventRequest, type RevealEventResult, toErrorBody } from '@patchbay/contracts';
import type { RecordAudit } from '../query-audit.ts';
import type { BlobStore, StoredBlob, SubjectVault } from './ports.ts';
import { recordSubjectAct } from './subject-record.ts';

export interface RevealEventPorts {
  readonly blobs: Pick<BlobStore, 'read'>;
  readonly vault: Pick<SubjectVault, 'dataKey'>;
  readonly record: RecordAudit;
}

/**
 * Opens what an event keeps of a person, while their key lives. The look is recorded before anything leaves.
 * @throws PatchbayError `not_found` (nothing is kept, or it was erased), `vault_unavailable`, `audit_unavailable`.
 */
export function createRevealEvent({
  blobs,
  vault,
  record,
}: RevealEventPorts): (request: RevealEventRequest, context: { traceId: string | null }) => Promise<RevealEventResult> {
  return async ({ tenant, event_id: eventId }, { traceId }) => {
    const act = { tenant, did: 'revealed', target: eventId, traceId } as const;
    try {
      const [blob] = await blobs.read(tenant, [eventId]);
      if (blob === undefined)
        throw new PatchbayError('not_found', { message: 'This event keeps nothing of a person.' });
      const personal = await openBlob(vault, tenant, blob);
      if (personal === null)
        throw new PatchbayError('not_found', {
          message: 'What this event kept cannot be opened any more: its person was erased.',
        });
      await recordSubjectAct(record, act, { outcome: 'succeeded', facts: { subject: blob.subject, key: blob.key } });
      return { event_id: eventId, subject: blob.subject, personal };
    } catch (error) {
      const { code } = toErrorBody(error);
      const outcome = code === 'not_found' ? 'refused' : 'failed';
      // The failure is what the caller hears, whether or not it could be recorded: nothing was revealed.
      if (code !== 'audit_unavailable')
        await recordSubjectAct(record, act, { outcome, error_code: code }).catch(() => {});
      throw error;
    }
  };
}

/** Null: the key is gone, or is not the one that it was sealed under. @throws PatchbayError `vault_unavailable`. */
async function openBlob(
  vault: Pick<SubjectVault, 'dataKey'>,
  tenant: string,
  blob: StoredBlob,
): Promise<Record<string, unknown> | null> {
  const held = await vault.dataKey(tenant, blob.subject);
  if (held === null) return null;
  try {
    return held.id === blob.key ? openPersonal(tenant, blob, held, blob.bytes) : null;
  } finally {
    held.key.fill(0);
  }
}
