import {
  checkParsePolicySet,
  type EntityUid,
  isAuthorized,
  preparsePolicySet,
  type StatefulAuthorizationCall,
  statefulIsAuthorized,
} from '@cedar-policy/cedar-wasm/nodejs';
import {
  PolicyEffect as Effects,
  type PolicyDecision,
  type PolicyDocument,
  type PolicyEffect,
  type PolicyReason,
} from '@patchbay/contracts';
import { builtInDefault } from './built-in.ts';
import type { CallFacts } from './call-facts.ts';
import { allMentions } from './mentions.ts';
import { type Policy, readDocument } from './read-policies.ts';
import { requestOf } from './request.ts';
import { sentenceOf } from './sentence.ts';

/** The policies in force for one tenant, ready to decide. */
export interface PolicySet {
  readonly documents: readonly PolicyDocument[];
  /** Only what is built in: `decideByDefault` says the same without evaluating anything. */
  readonly isDefault: boolean;
  /** Whether any policy asks over which connection, or how many calls there were. */
  readonly asks: { readonly connection: boolean; readonly counts: boolean };
  decide(facts: CallFacts): PolicyDecision;
}

interface Placed {
  readonly policy: Policy;
  readonly document: PolicyDocument;
}

/**
 * Compiles documents under `slot`, a name that is used again for the next version, since what Cedar keeps parsed is never
 * let go. Null `slot`: nothing is kept, and each decision parses anew.
 * @throws TypeError for a document that cannot be read; what was compiled under the slot before is untouched.
 */
export function compilePolicies(documents: readonly PolicyDocument[], slot: string | null): PolicySet {
  const placed = new Map<string, Placed>();
  for (const document of documents) {
    const { policies, issues } = readDocument(document);
    if (issues.length > 0)
      throw new TypeError(`the policies '${document.name}' cannot be read: ${issues[0]?.message ?? ''}`);
    for (const policy of policies) placed.set(`${document.scope}/${document.name}.${policy.id}`, { policy, document });
  }
  const sets = { all: textsOf(placed, () => true), permits: textsOf(placed, ({ effect }) => effect === 'permit') };
  const mentioned = allMentions([...placed.values()].map(({ policy }) => policy.mentions));
  if (slot !== null) {
    for (const set of Object.values(sets)) mustParse(checkParsePolicySet({ staticPolicies: set }));
    for (const [name, set] of Object.entries(sets))
      mustParse(preparsePolicySet(`${slot}/${name}`, { staticPolicies: set }));
  }

  function evaluate(which: 'all' | 'permits', call: Omit<StatefulAuthorizationCall, 'preparsedPolicySetId'>) {
    return slot === null
      ? isAuthorized({ ...call, policies: { staticPolicies: sets[which] } })
      : statefulIsAuthorized({ ...call, preparsedPolicySetId: `${slot}/${which}` });
  }

  return {
    documents,
    isDefault: documents.length === 1 && documents[0] === builtInDefault,
    asks: { connection: mentioned.members.has('connection'), counts: mentioned.members.has('calls') },
    decide(facts) {
      const call = requestOf(facts, mentioned) as Omit<StatefulAuthorizationCall, 'preparsedPolicySetId'> & {
        principal: EntityUid;
      };
      const answer = evaluate('all', call);
      if (answer.type === 'failure') return unreadable(answer.errors[0]?.message);
      const { decision, diagnostics } = answer.response;
      // A policy that stands in the way and cannot be evaluated counts as if it applied. Cedar leaves it out.
      const failed = diagnostics.errors.flatMap(({ policyId, error }) => {
        const reason = reasonOf(placed.get(policyId));
        return reason === null || reason.effect === 'permit' ? [] : [{ ...reason, error: error.message }];
      });
      const said = diagnostics.reason.flatMap((id) => reasonOf(placed.get(id)) ?? []);
      const inTheWay = [...said, ...failed].filter(({ effect }) => effect !== 'permit');
      if (inTheWay.length === 0)
        return { effect: decision === 'allow' ? 'permit' : 'forbid', reasons: said, say: null };
      const effect = strictest(inTheWay);
      const deciding = inTheWay.filter((reason) => reason.effect === effect);
      // Nothing is asked of what nobody permits.
      if (effect !== 'forbid' && decision !== 'allow' && !isPermitted(evaluate('permits', call)))
        return { effect: 'forbid', reasons: [], say: null };
      return { effect, reasons: deciding, say: sentence(deciding, facts, effect) };
    },
  };

  function sentence(reasons: readonly PolicyReason[], facts: CallFacts, effect: PolicyEffect): string | null {
    const own = reasons.flatMap(
      ({ scope, policy }) => placed.get(`${scope === 'built_in' ? '_platform' : scope}/${policy}`)?.policy.say ?? [],
    );
    const template = own[0] ?? (effect === 'require_confirmation' ? facts.tool.confirmPrompt : null);
    return template === null ? null : sentenceOf(template, facts.arguments);
  }
}

function isPermitted(answer: ReturnType<typeof isAuthorized>): boolean {
  return answer.type === 'success' && answer.response.decision === 'allow';
}

function mustParse(answer: ReturnType<typeof checkParsePolicySet>): void {
  if (answer.type === 'failure') throw new TypeError(`the policies cannot be read: ${answer.errors[0]?.message ?? ''}`);
}

function textsOf(placed: ReadonlyMap<string, Placed>, wanted: (policy: Policy) => boolean): Record<string, string> {
  return Object.fromEntries([...placed].flatMap(([id, { policy }]) => (wanted(policy) ? [[id, policy.text]] : [])));
}

function reasonOf(placed: Placed | undefined): PolicyReason | null {
  if (placed === undefined) return null;
  const { policy, document } = placed;
  return {
    policy: `${document.name}.${policy.id}`,
    scope: document.version === 0 ? 'built_in' : document.scope,
    version: document.version,
    effect: policy.effect,
    ...(policy.because !== null && { because: policy.because }),
  };
}

function strictest(reasons: readonly PolicyReason[]): PolicyEffect {
  const places = reasons.map(({ effect }) => Effects.options.indexOf(effect));
  return Effects.options[Math.max(...places)] as PolicyEffect;
}

function unreadable(message = 'the call cannot be put to the policies'): PolicyDecision {
  const reason = { policy: 'none', scope: 'built_in', version: 0, effect: 'forbid', error: message } as const;
  return { effect: 'forbid', reasons: [reason], say: null };
}
