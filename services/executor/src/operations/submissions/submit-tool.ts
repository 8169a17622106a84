import {
  newId,
  PatchbayError,
  type StoredSubmission,
  type SubmitRequest,
  type SubmitResult,
} from '@patchbay/contracts';
import { pendingRecord } from '../../domain/submission-record.ts';
import type { CheckPolicies } from '../policies/check-policies.ts';
import type { FindTool } from '../ports.ts';
import { clearWork } from './clear-work.ts';
import type { KeepResults, QueueSubmission } from './ports.ts';
import { checkWork, namedWork, workDigest, workOf } from './submitted-work.ts';

export interface SubmitToolPorts {
  readonly tools: FindTool;
  readonly results: KeepResults;
  readonly queue: QueueSubmission;
  readonly policies: CheckPolicies;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/**
 * Accepts a call or a plan to carry out later: checked now, answered when the stream has it. Submitting the same id again changes
 * nothing.
 * @throws PatchbayError what the policies refuse it with, `tool_not_found`, `invalid_arguments`, `invalid_request` (the plan is not valid, the id was used for
 *   another call, or the delay outlasts the expiry), `overloaded` (the backlog is full, or the stream does not answer: submit the same id again).
 */
export function createSubmitTool(
  ports: SubmitToolPorts,
): (tenant: string, request: SubmitRequest, receivedAt?: number) => Promise<SubmitResult> {
  return async (tenant, request, receivedAt = performance.now()) => {
    const work = workOf(request);
    const refused = checkWork(ports.tools, tenant, work);
    if (refused !== null) throw refused;
    if (request.delay_ms >= request.expires_in_ms) throw invalid('delay_ms', 'is not shorter than expires_in_ms');
    const acceptedAt = ports.now();
    const id = request.submission_id ?? newId('submission');
    const cleared = await clearWork(ports, tenant, id, work, receivedAt);
    const stored: StoredSubmission = {
      submission_id: id,
      ...namedWork(work, id),
      ...(cleared.length > 0 && { cleared }),
      accepted_at: acceptedAt,
      not_before: acceptedAt + request.delay_ms,
      expires_at: acceptedAt + request.expires_in_ms,
    };
    const digest = workDigest(work);
    const created = await ports.results.create(tenant, id, pendingRecord(stored, digest));
    const earlier = created === null ? ((await ports.results.read(tenant, id))?.record ?? null) : null;
    if (earlier !== null && earlier.digest !== digest) throw invalid('submission_id', 'was used for another call');
    // What waits already is sent again all the same: its first sender may have failed between record and stream.
    if (earlier === null || earlier.state === 'pending') {
      try {
        await ports.queue.add(tenant, stored, `${tenant}.${id}`);
      } catch (error) {
        // The stream may have it all the same, and an executor have begun: what that wrote down stays, or nobody would know the answer.
        if (created !== null) await ports.results.remove(tenant, id, created).catch(() => {});
        throw error;
      }
    }
    return {
      submission_id: id,
      duplicate: earlier !== null,
      expires_at: new Date(earlier?.expires_at ?? stored.expires_at).toISOString(),
      ...(stored.plan?.plan_id !== undefined && { plan_id: stored.plan.plan_id }),
    };
  };
}

function invalid(path: string, message: string): PatchbayError {
  return new PatchbayError('invalid_request', {
    message: `${path} ${message}.`,
    details: { issues: [{ path, message }] },
  });
}
