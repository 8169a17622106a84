import { type Approval, newId, PatchbayError, type PolicyDecision } from '@patchbay/contracts';
import type { Run } from '../execution-run.ts';
import { callDigest } from './call-digest.ts';
import type { AnnounceApproval, KeepApprovals, KeptApproval, RecordApproval } from './ports.ts';

/** Milliseconds in which somebody has to decide, and then the call has to come again. */
export const approvalMs = 86_400_000;

/** Characters of arguments, as JSON, that are kept for whoever decides. */
const maxShown = 32_768;

export interface ApprovePorts {
  readonly approvals: KeepApprovals;
  readonly announceApproval: AnnounceApproval;
  readonly recordApproval: RecordApproval;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** As it stands at a time. */
export function stateAt({ state, expires_at }: Pick<Approval, 'state' | 'expires_at'>, now: number): Approval['state'] {
  return (state === 'waiting' || state === 'approved') && now >= Date.parse(expires_at) ? 'expired' : state;
}

/** Without what only the executors need. */
export function shownApproval({ call: _call, used_key: _key, ...approval }: KeptApproval, now: number): Approval {
  return { ...approval, state: stateAt(approval, now) };
}

/**
 * Null when the call was approved, once: the approval is then used up. Else the refusal, with what waits for a person.
 * @throws PatchbayError `policy_unavailable`.
 */
export async function approveCall(
  ports: ApprovePorts,
  run: Run,
  decision: PolicyDecision,
): Promise<PatchbayError | null> {
  const call = callDigest(run);
  const key = run.request.idempotency_key ?? null;
  // Two calls at once may both find it: whoever loses looks again.
  for (let round = 0; round < 5; round++) {
    const found = await ports.approvals.ofCall(run.call.tenant, call);
    const now = ports.now();
    const state = found === null ? null : stateAt(found.approval, now);
    if (
      found === null ||
      state === null ||
      state === 'expired' ||
      (state === 'used' && !isRepeat(found.approval, key))
    ) {
      const approval = requestOf(run, call, decision, now);
      if (!(await ports.approvals.create(approval, found?.approval ?? null))) continue;
      ports.recordApproval.record('requested', approval);
      ports.announceApproval.told('requested', shownApproval(approval, now));
      return approvalRequired(approval, 'waiting');
    }
    if (state === 'used') return null;
    if (state !== 'approved') return approvalRequired(found.approval, state);
    const used: KeptApproval = {
      ...found.approval,
      state: 'used',
      used_by: run.execution.executionId,
      used_key: key,
    };
    if (!(await ports.approvals.update(used, found.revision))) continue;
    ports.recordApproval.record('used', used);
    return null;
  }
  throw new PatchbayError('policy_unavailable', {
    message: 'The approval of the call changes too fast to be followed.',
  });
}

/** The call that passed by it comes again: its answer is in the ledger, and nothing happens twice. */
function isRepeat({ used_key }: KeptApproval, key: string | null): boolean {
  return key !== null && used_key === key;
}

function requestOf(run: Run, call: string, { say, reasons }: PolicyDecision, now: number): KeptApproval {
  const { request, prepared, execution, argumentsDigest } = run;
  const fits = JSON.stringify(request.arguments).length <= maxShown;
  return {
    id: newId('approval', now),
    tenant: run.call.tenant,
    state: 'waiting',
    tool: prepared.name,
    version: prepared.version,
    integration: prepared.integration,
    risk: prepared.risk,
    connection: request.connection ?? null,
    arguments: fits ? request.arguments : null,
    arguments_digest: argumentsDigest,
    context: request.context,
    say,
    policies: reasons,
    execution_id: execution.executionId,
    requested_at: new Date(now).toISOString(),
    expires_at: new Date(now + approvalMs).toISOString(),
    decided_at: null,
    decided_by: null,
    note: null,
    used_by: null,
    call,
    used_key: null,
  };
}

function approvalRequired(
  { id, expires_at, policies, say }: KeptApproval,
  state: 'waiting' | 'refused',
): PatchbayError {
  return new PatchbayError('approval_required', {
    message: state === 'refused' ? `${id} was refused.` : `${id} waits for somebody to approve it.`,
    ...(state === 'refused' ? { speakable: "I wasn't allowed to do that." } : say !== null && { speakable: say }),
    details: { approval: { id, state, expires_at }, policies },
  });
}
