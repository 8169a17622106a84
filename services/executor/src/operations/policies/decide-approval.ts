import {
  type DecideApprovalRequest,
  type ListApprovalsRequest,
  type ListApprovalsResult,
  PatchbayError,
  type ShowApprovalRequest,
  type ShowApprovalResult,
} from '@patchbay/contracts';
import { type ApprovePorts, approvalMs, shownApproval, stateAt } from './approve-call.ts';
import type { KeptApproval } from './ports.ts';

/** Newest first. @throws PatchbayError `policy_unavailable`. */
export function createListApprovals({
  approvals,
  now,
}: Pick<ApprovePorts, 'approvals' | 'now'>): (request: ListApprovalsRequest) => Promise<ListApprovalsResult> {
  return async ({ tenant, state, limit }) => {
    const all = (await approvals.list(tenant)).map((approval) => shownApproval(approval, now()));
    const wanted = all.filter((approval) => state === undefined || approval.state === state);
    return { approvals: wanted.sort((a, b) => b.id.localeCompare(a.id)).slice(0, limit) };
  };
}

/** @throws PatchbayError `not_found`, `policy_unavailable`. */
export function createShowApproval(
  ports: Pick<ApprovePorts, 'approvals' | 'now'>,
): (request: ShowApprovalRequest) => Promise<ShowApprovalResult> {
  return async ({ tenant, id }) => ({ approval: shownApproval((await find(ports, tenant, id)).approval, ports.now()) });
}

/**
 * Approves a call that waits, or refuses it.
 * @throws PatchbayError `not_found`, `not_permitted` for a call of one's own, `invalid_request` when it was decided otherwise or
 *   its time is over, `policy_unavailable`.
 */
export function createDecideApproval(
  ports: ApprovePorts,
): (request: DecideApprovalRequest) => Promise<ShowApprovalResult> {
  return async ({ tenant, id, decision, note, by = 'admin' }) => {
    const wanted = decision === 'approve' ? 'approved' : 'refused';
    for (let round = 0; round < 5; round++) {
      const { approval, revision } = await find(ports, tenant, id);
      const now = ports.now();
      const state = stateAt(approval, now);
      if (state === wanted || (state === 'used' && wanted === 'approved'))
        return { approval: shownApproval(approval, now) };
      if (state !== 'waiting') throw notWaiting(id, state);
      if (wanted === 'approved' && approval.context.principal?.id === by)
        throw new PatchbayError('not_permitted', { message: 'Nobody approves a call of their own.' });
      const decided: KeptApproval = {
        ...approval,
        state: wanted,
        decided_at: new Date(now).toISOString(),
        decided_by: by,
        note: note ?? null,
        expires_at: new Date(now + approvalMs).toISOString(),
      };
      if (!(await ports.approvals.update(decided, revision))) continue;
      ports.recordApproval.record('decided', decided);
      ports.announceApproval.told('decided', shownApproval(decided, now));
      return { approval: shownApproval(decided, now) };
    }
    throw new PatchbayError('policy_unavailable', { message: 'The approval changes too fast to be followed.' });
  };
}

async function find({ approvals }: Pick<ApprovePorts, 'approvals'>, tenant: string, id: string) {
  const found = await approvals.read(tenant, id);
  if (found === null) throw new PatchbayError('not_found', { message: `There is no approval ${id}, or no more.` });
  return found;
}

function notWaiting(id: string, state: string): PatchbayError {
  const message = `is ${state}`;
  return new PatchbayError('invalid_request', {
    message: `${id} ${message}: it can be decided no more.`,
    details: { issues: [{ path: 'id', message }] },
  });
}
