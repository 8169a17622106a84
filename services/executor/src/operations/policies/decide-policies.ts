import type {
  CallCounts,
  DecidePoliciesRequest,
  DecidePoliciesResult,
  PolicyCall,
  PolicyDecision,
} from '@patchbay/contracts';
import type { PreparedTool } from '@patchbay/execution-engine';
import { decideByDefault, type PolicySet } from '@patchbay/policy';
import type { FindTool } from '../ports.ts';
import { callFacts } from './call-facts.ts';
import type { CountCalls, FindPolicies } from './ports.ts';

export interface DecidePoliciesPorts {
  readonly tools: Pick<FindTool, 'find'>;
  readonly policies: FindPolicies;
  readonly counts: CountCalls;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/**
 * What the policies say of calls that nobody makes, as they are and as they would be. The connection is what the call names:
 * nothing is borrowed. @throws PatchbayError `invalid_request` for a draft that cannot be used, `policy_unavailable`.
 */
export function createDecidePolicies(
  ports: DecidePoliciesPorts,
): (request: DecidePoliciesRequest) => Promise<DecidePoliciesResult> {
  return async ({ tenant, calls, draft }) => {
    const drafted = draft === undefined ? null : ports.policies.draft(tenant, draft.name, draft.text);
    const now = await decideAll(tenant, ports.policies.of(tenant), calls);
    const then = drafted === null ? null : await decideAll(tenant, drafted, calls);
    return {
      decisions: calls.map(({ tool }, index) => ({
        tool,
        now: now[index] ?? null,
        ...(then !== null && { draft: then[index] ?? null }),
      })),
    };
  };

  function decideAll(
    tenant: string,
    set: PolicySet | null,
    calls: readonly PolicyCall[],
  ): Promise<(PolicyDecision | null)[]> {
    return Promise.all(
      calls.map(async (call) => {
        const prepared = ports.tools.find(tenant, call.tool, call.version);
        if (prepared === null) return null;
        const { session = '', agent = '' } = call.context;
        const asked = { tenant, session, agent, tool: call.tool, now: ports.now() };
        const counts = call.counts ?? (set?.asks.counts ? await ports.counts.look(asked) : null);
        return decide(set, call, prepared, counts);
      }),
    );
  }

  function decide(
    set: PolicySet | null,
    call: PolicyCall,
    prepared: PreparedTool,
    counts: CallCounts | null,
  ): PolicyDecision {
    const facts = callFacts({ ...call, dry_run: false }, prepared, {
      connection: call.connection ?? null,
      counts,
      now: call.at === undefined ? ports.now() : Date.parse(call.at),
    });
    return set === null ? decideByDefault(facts) : set.decide(facts);
  }
}
