import {
  type Approval,
  type ApprovalState,
  type AuditEvent,
  type DecidePoliciesResult,
  type LintPolicyResult,
  PatchbayError,
  type PolicyCall,
  type PolicyDecision,
  type PolicyDocument,
  type PolicyEffect,
  type PolicyTest,
  type PutPolicyResult,
  platformScope,
  routes,
  type ShowPolicyResult,
} from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import type { z } from 'zod';

/** A document as it is to be. */
export interface NewPolicies {
  readonly text: string;
  readonly tests?: readonly z.input<typeof PolicyTest>[];
  /** The version that it is to follow; 0: none. */
  readonly expectedVersion?: number;
}

/** Whose policies they are, and who changes them. */
export interface PolicyScope {
  /** Default: the tenant. `_platform`: everybody's. */
  readonly scope?: string;
  readonly by?: string;
}

/** Why an execution was refused by policies. */
export interface PolicyExplanation {
  readonly execution_id: string;
  readonly tool: string | null;
  readonly outcome: string;
  readonly error_code: string | null;
  /** Those that decided, as `<document>.<id>`, with the version and the text that they were in. Empty: no policy refused it. */
  readonly policies: { readonly policy: string; readonly version: number; readonly document: PolicyDocument | null }[];
}

/** What a draft would have decided otherwise. */
export interface PolicyDryRun {
  /** Executions that were looked at. */
  readonly looked: number;
  /** The audit log has no arguments, roles or counts: policies that go by those are judged without. */
  readonly without: readonly ['arguments', 'attributes', 'role', 'counts'];
  readonly changed: {
    readonly execution_id: string;
    readonly tool: string;
    readonly agent: string;
    readonly time: string;
    readonly now: PolicyEffect;
    readonly draft: PolicyDecision;
  }[];
}

/** Who may call which tool. */
export interface PoliciesAdmin {
  /** The documents in force, what is built in among them. */
  list(options?: PolicyScope): Promise<PolicyDocument[]>;
  /** @throws PatchbayError `not_found`. */
  show(name: string, options?: PolicyScope & { readonly version?: number }): Promise<ShowPolicyResult>;
  /** @throws PatchbayError `invalid_request` with what is wrong where, or which test fails. */
  put(name: string, policies: NewPolicies, options?: PolicyScope): Promise<PutPolicyResult>;
  /** @throws PatchbayError `not_found`. */
  remove(name: string, options?: PolicyScope): Promise<PolicyDocument>;
  lint(name: string, policies: NewPolicies, options?: PolicyScope): Promise<LintPolicyResult>;
  /** What they say of calls that nobody makes, also with another text of a document; null: without it. */
  decide(
    calls: readonly z.input<typeof PolicyCall>[],
    draft?: { readonly name: string; readonly text: string | null },
  ): Promise<DecidePoliciesResult['decisions']>;
  /** @throws PatchbayError `not_found`: there is no such execution, or not yet. */
  explain(executionId: string): Promise<PolicyExplanation>;
  /** Judges what ran of late by a draft. At most 200. */
  dryRun(
    draft: { readonly name: string; readonly text: string | null },
    options?: { readonly limit?: number },
  ): Promise<PolicyDryRun>;
}

/** Calls that wait for a person. */
export interface ApprovalsAdmin {
  /** Newest first. */
  list(filter?: { readonly state?: ApprovalState; readonly limit?: number }): Promise<Approval[]>;
  /** @throws PatchbayError `not_found`. */
  show(id: string): Promise<Approval>;
  /** @throws PatchbayError `not_found`, `invalid_request`: it was decided otherwise, or its time is over. */
  decide(
    id: string,
    decision: 'approve' | 'refuse',
    options?: { readonly note?: string; readonly by?: string },
  ): Promise<Approval>;
}

export function policiesOver(messaging: Messaging, tenant: string): PoliciesAdmin {
  const decide: PoliciesAdmin['decide'] = async (calls, draft) =>
    (await messaging.request(routes.decidePolicies, {}, { tenant, calls: [...calls], ...(draft && { draft }) }))
      .decisions;
  const bodyOf = ({ text, tests = [] }: NewPolicies) => ({ text, tests: [...tests] });
  const scopeOf = ({ scope = tenant }: PolicyScope = {}) => scope;
  const byOf = ({ by }: PolicyScope = {}) => (by === undefined ? {} : { by });

  async function documentOf(name: string, version: number): Promise<PolicyDocument | null> {
    for (const scope of [tenant, platformScope]) {
      const shown = await messaging.request(routes.showPolicy, {}, { scope, name, version }).catch(() => null);
      if (shown !== null) return shown.document;
    }
    return null;
  }

  return {
    list: async (options) => (await messaging.request(routes.listPolicies, {}, { scope: scopeOf(options) })).documents,
    show: (name, options = {}) =>
      messaging.request(
        routes.showPolicy,
        {},
        { scope: scopeOf(options), name, ...(options.version !== undefined && { version: options.version }) },
      ),
    put: (name, policies, options) =>
      messaging.request(
        routes.putPolicy,
        {},
        {
          scope: scopeOf(options),
          name,
          ...bodyOf(policies),
          ...byOf(options),
          ...(policies.expectedVersion !== undefined && { expected_version: policies.expectedVersion }),
        },
      ),
    remove: async (name, options) =>
      (await messaging.request(routes.removePolicy, {}, { scope: scopeOf(options), name, ...byOf(options) })).document,
    lint: (name, policies, options) =>
      messaging.request(routes.lintPolicy, {}, { scope: scopeOf(options), name, ...bodyOf(policies) }),
    decide,
    async explain(executionId) {
      const { events } = await messaging.request(routes.queryAudit, {}, { tenant, execution_id: executionId });
      const event = events.find(({ type }) => type === 'dev.patchbay.execution.outcome') ?? events[0];
      if (event === undefined)
        throw new PatchbayError('not_found', { message: `There is no execution ${executionId}, or not yet.` });
      const { data } = event;
      const decided = String(data.facts?.['policies'] ?? '')
        .split(' ')
        .filter((one) => one !== '');
      return {
        execution_id: executionId,
        tool: data.tool ?? null,
        outcome: data.outcome,
        error_code: data.error_code ?? null,
        policies: await Promise.all(
          decided.map(async (one) => {
            const [policy = '', version] = one.split('@');
            const document = await documentOf(policy.split('.')[0] as string, Number(version));
            return { policy, version: Number(version), document };
          }),
        ),
      };
    },
    async dryRun(draft, { limit = 100 } = {}) {
      const { events } = await messaging.request(routes.queryAudit, {}, { tenant, class: 'execution', limit: 1_000 });
      const ran = outcomesOf(events).slice(0, Math.min(200, limit));
      if (ran.length === 0) return { looked: 0, without, changed: [] };
      const decisions = await decide(ran.map(callOf), draft);
      return {
        looked: ran.length,
        without,
        changed: ran.flatMap(({ data, time }, index) => {
          const { now, draft: then } = decisions[index] ?? {};
          if (!now || !then || now.effect === then.effect) return [];
          const { execution_id = '', tool = '', actor } = data;
          return [{ execution_id, tool, agent: actor.id, time, now: now.effect, draft: then }];
        }),
      };
    },
  };
}

const without = ['arguments', 'attributes', 'role', 'counts'] as const;

/** One of each execution. */
function outcomesOf(events: readonly AuditEvent[]): AuditEvent[] {
  const seen = new Set<string>();
  return events.filter(({ type, data }) => {
    const id = data.execution_id;
    if (type !== 'dev.patchbay.execution.outcome' || id === undefined || data.tool === undefined || seen.has(id))
      return false;
    seen.add(id);
    return true;
  });
}

function callOf({ data, time }: AuditEvent): z.input<typeof PolicyCall> {
  const { actor, tool = '', connection } = data;
  return {
    tool,
    at: time,
    counts: {},
    context: {
      ...(actor.kind === 'agent' && { agent: actor.id }),
      ...(actor.session !== undefined && { session: actor.session }),
      ...(actor.end_user !== undefined && { end_user: actor.end_user }),
    },
    ...(connection !== undefined && { connection }),
  };
}

export function approvalsOver(messaging: Messaging, tenant: string): ApprovalsAdmin {
  return {
    list: async (filter = {}) => (await messaging.request(routes.listApprovals, {}, { tenant, ...filter })).approvals,
    show: async (id) => (await messaging.request(routes.showApproval, {}, { tenant, id })).approval,
    decide: async (id, decision, options = {}) =>
      (await messaging.request(routes.decideApproval, {}, { tenant, id, decision, ...options })).approval,
  };
}
