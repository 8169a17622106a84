import { toErrorBody } from '@patchbay/contracts';
import { type AuditPorts, type Change, entryOf, refusals } from './audited-change.ts';

/**
 * Has somebody look at what not everybody may see, or do what must not wait for a record: the event is durable before the answer leaves,
 * and without it there is none. What failed shows nothing, so it is told whether or not it can be recorded.
 * @throws PatchbayError `audit_unavailable`, or what `work` throws.
 */
export async function auditedLook<Result>(
  { recordAudit, report }: AuditPorts,
  look: Change,
  work: () => Promise<Result>,
): Promise<Result> {
  let result: Result;
  try {
    result = await work();
  } catch (error) {
    const { code } = toErrorBody(error);
    const failed = entryOf(look, refusals.has(code) ? 'refused' : 'failed', { error_code: code });
    recordAudit(failed).catch((err: unknown) =>
      report('warn', 'a look that failed could not be audited', { type: failed.type, target: look.target.id, err }),
    );
    throw error;
  }
  await recordAudit(entryOf(look, 'succeeded'));
  return result;
}
