import { PatchbayError, type PolicyDecision } from '@patchbay/contracts';
import { decideByDefault, type PolicySet } from '@patchbay/policy';
import { beforeDeadline } from '../deadline.ts';
import type { Run } from '../execution-run.ts';
import type { BorrowLease } from '../ports.ts';
import { borrowLease } from '../reserve-execution.ts';
import { type ApprovePorts, approveCall } from './approve-call.ts';
import { callFacts } from './call-facts.ts';
import { type ConfirmPorts, confirmCall } from './confirm-call.ts';
import type { CountCalls, CountedCall, FindPolicies } from './ports.ts';

export interface CheckPoliciesPorts extends ConfirmPorts, ApprovePorts {
  readonly policies: FindPolicies;
  readonly counts: CountCalls;
  readonly leases: BorrowLease;
  readonly background: (work: Promise<unknown>) => void;
}

/** Why the policies do not let the call through, or null. Nothing is claimed or written for it yet. */
export type CheckPolicies = (run: Run) => PatchbayError | null | Promise<PatchbayError | null>;

/**
 * Puts a call to its tenant's policies. With none but what is built in, a call that is not destructive passes without a wait.
 * @throws PatchbayError `policy_unavailable`, and what a lease throws where a policy asks over which connection.
 */
export function createCheckPolicies(ports: CheckPoliciesPorts): CheckPolicies {
  return (run) => {
    if (run.call.judged === true) return null;
    const set = ports.policies.of(run.call.tenant);
    if (set !== null) return within(run, judge(set, run));
    const decision = decideByDefault(defaultFacts(run));
    return decision.effect === 'permit' ? null : within(run, settle(run, decision));
  };

  function defaultFacts({ request, prepared }: Run) {
    return callFacts(request, prepared, { connection: null, counts: null, now: 0 });
  }

  function within(run: Run, work: Promise<PatchbayError | null>): Promise<PatchbayError | null> {
    return beforeDeadline(work, run.deadlineAt, run.execution.abort.signal);
  }

  async function judge(set: PolicySet, run: Run): Promise<PatchbayError | null> {
    const { request, prepared } = run;
    const now = ports.now();
    const given = request.connection ?? null;
    const connection =
      given === null && set.asks.connection && prepared.needsConnection
        ? (await borrowLease(ports.leases, run)).connection
        : given;
    const counted = set.asks.counts ? countedCall(run, now) : null;
    const onlyLooks = request.dry_run || run.call.later === true;
    const counts = counted === null ? null : await ports.counts[onlyLooks ? 'look' : 'take'](counted);
    const refused = await settle(run, set.decide(callFacts(request, prepared, { connection, counts, now })));
    if (refused !== null && counted !== null && !onlyLooks) ports.background(ports.counts.giveBack(counted));
    return refused;
  }

  /** A dry run acts on nothing, so nobody is asked about it; what was asked when it was handed in is not asked again. */
  async function settle(run: Run, decision: PolicyDecision): Promise<PatchbayError | null> {
    if (decision.effect === 'permit') return null;
    if (decision.effect === 'forbid') return forbidden(decision);
    if (run.request.dry_run || run.call.cleared === true) return null;
    return decision.effect === 'require_approval'
      ? approveCall(ports, run, decision)
      : confirmCall(ports, run, decision);
  }
}

function countedCall({ request, call, prepared }: Run, now: number): CountedCall {
  const { session = '', agent = '' } = request.context;
  return { tenant: call.tenant, session, agent, tool: prepared.name, now };
}

function forbidden({ reasons, say }: PolicyDecision): PatchbayError {
  const why = reasons.map(({ policy, because, error }) => {
    if (error !== undefined)
      return `Policy ${policy} cannot be evaluated for this call, so it counts as met: ${error}.`;
    return `Policy ${policy} forbids it${because === undefined ? '.' : `: ${because}`}`;
  });
  return new PatchbayError('not_permitted', {
    message: why.length === 0 ? 'No policy permits it.' : why.join(' ').slice(0, 1_000),
    ...(say !== null && { speakable: say }),
    details: { policies: reasons },
  });
}
