import {
  Approval,
  ApprovalState,
  DecidePoliciesRequest,
  DecidePoliciesResult,
  idSchema,
  LintPolicyRequest,
  LintPolicyResult,
  PolicyDecision,
  PolicyDocument,
  PolicyEffect,
  PolicyName,
  PutPolicyRequest,
  PutPolicyResult,
  ShowPolicyResult,
} from '@patchbay/contracts';
import { z } from 'zod';
import type { GatewayPorts } from './gateway-ports.ts';
import { type AnyRoute, route } from './http-route.ts';
import { cutPage, pageOf, pageQuery } from './page.ts';

const named = z.object({ name: PolicyName });
const Body = PutPolicyRequest.pick({ text: true, tests: true, expected_version: true });
const Draft = z.strictObject({ name: PolicyName, text: z.string().max(65_536).nullable() });
const Explanation = z.object({
  execution_id: idSchema('execution'),
  tool: z.string().nullable(),
  outcome: z.string(),
  error_code: z.string().nullable(),
  policies: z.array(
    z.object({ policy: z.string(), version: z.int().nonnegative(), document: PolicyDocument.nullable() }),
  ),
});
const DryRun = z.object({
  looked: z.int().nonnegative(),
  without: z.array(z.string()),
  changed: z.array(
    z.object({
      execution_id: idSchema('execution'),
      tool: z.string(),
      agent: z.string(),
      time: z.string(),
      now: PolicyEffect,
      draft: PolicyDecision,
    }),
  ),
});

/** Who may call which tool: the documents, and what they say of calls. The registry audits changes, under the key's id. */
export function policiesRoutes({ adminOf }: GatewayPorts): AnyRoute[] {
  const about = { tag: 'policies', of: 'any' } as const;
  const judging = { tag: 'policies', of: 'tenant', scope: 'policies:read' } as const;
  return [
    route({
      ...about,
      method: 'GET',
      path: '/v1/policies',
      operationId: 'listPolicies',
      summary: 'The documents in force, what is built in and what is the platform’s among them',
      scope: 'policies:read',
      query: z.strictObject(pageQuery),
      response: pageOf(PolicyDocument),
      async handler({ tenant, query }) {
        const documents = await adminOf(tenant).policies.list();
        return cutPage(documents, ({ scope, name }) => `${scope}.${name}`, query);
      },
    }),
    route({
      ...about,
      method: 'GET',
      path: '/v1/policies/{name}',
      operationId: 'getPolicy',
      summary: 'A document in force, or an earlier version of it',
      scope: 'policies:read',
      params: named,
      query: z.strictObject({ version: z.int().nonnegative().optional() }),
      response: ShowPolicyResult,
      etag: true,
      handler: ({ tenant, params, query: { version } }) =>
        adminOf(tenant).policies.show(params.name, version === undefined ? {} : { version }),
    }),
    route({
      ...about,
      method: 'PUT',
      path: '/v1/policies/{name}',
      operationId: 'putPolicy',
      summary: 'Put a new version of a document in force, if it is valid and its tests pass',
      scope: 'policies:write',
      params: named,
      body: Body,
      response: PutPolicyResult,
      handler: ({ tenant, params, body: { text, tests, expected_version }, principal }) =>
        adminOf(tenant).policies.put(
          params.name,
          { text, tests, ...(expected_version !== undefined && { expectedVersion: expected_version }) },
          { by: principal.id },
        ),
    }),
    route({
      ...about,
      method: 'DELETE',
      path: '/v1/policies/{name}',
      operationId: 'removePolicy',
      summary: 'Take a document of one’s own out of force',
      scope: 'policies:write',
      params: named,
      response: z.object({ document: PolicyDocument }),
      handler: async ({ tenant, params, principal }) => ({
        document: await adminOf(tenant).policies.remove(params.name, { by: principal.id }),
      }),
    }),
    route({
      ...about,
      method: 'POST',
      path: '/v1/policies/lint',
      operationId: 'lintPolicy',
      summary: 'What is wrong with a text, and how its tests come out, without putting it in force',
      scope: 'policies:read',
      body: LintPolicyRequest.omit({ scope: true }),
      response: LintPolicyResult,
      handler: ({ tenant, body: { name, text, tests } }) => adminOf(tenant).policies.lint(name, { text, tests }),
    }),
    route({
      ...judging,
      method: 'POST',
      path: '/v1/policies/decide',
      operationId: 'decidePolicies',
      summary: 'What the policies say of calls that nobody makes, also with a draft',
      body: DecidePoliciesRequest.omit({ tenant: true }),
      response: DecidePoliciesResult,
      handler: async ({ tenant, body: { calls, draft } }) => ({
        decisions: await adminOf(tenant).policies.decide(calls, draft),
      }),
    }),
    route({
      ...judging,
      method: 'POST',
      path: '/v1/policies/dry-run',
      operationId: 'dryRunPolicies',
      summary: 'What a draft would have decided otherwise of what ran of late',
      body: Draft.extend({ limit: z.int().min(1).max(200).default(100) }),
      response: DryRun,
      handler: async ({ tenant, body: { name, text, limit } }) => {
        const { without, ...found } = await adminOf(tenant).policies.dryRun({ name, text }, { limit });
        return { ...found, without: [...without] };
      },
    }),
    route({
      ...judging,
      method: 'GET',
      path: '/v1/executions/{execution}/policies',
      operationId: 'explainExecution',
      audited: { look: true, kind: 'execution', target: ({ params }) => params.execution },
      summary: 'Which policies refused an execution, as they were then',
      params: z.object({ execution: idSchema('execution') }),
      response: Explanation,
      handler: ({ tenant, params }) => adminOf(tenant).policies.explain(params.execution),
    }),
  ];
}

/** Calls that wait for a person. */
export function approvalsRoutes({ adminOf }: GatewayPorts): AnyRoute[] {
  const about = { tag: 'approvals', of: 'tenant', scope: 'approvals:write' } as const;
  const one = z.object({ approval: idSchema('approval') });
  const Note = z.strictObject({ note: z.string().max(500).optional() });
  const deciding = (decision: 'approve' | 'refuse', summary: string) =>
    route({
      ...about,
      method: 'POST',
      path: `/v1/approvals/{approval}/${decision}`,
      operationId: `${decision}Call`,
      summary,
      params: one,
      body: Note,
      response: z.object({ approval: Approval }),
      handler: async ({ tenant, params, body: { note }, principal }) => ({
        approval: await adminOf(tenant).approvals.decide(params.approval, decision, {
          by: principal.id,
          ...(note !== undefined && { note }),
        }),
      }),
    });
  return [
    route({
      ...about,
      method: 'GET',
      path: '/v1/approvals',
      operationId: 'listApprovals',
      audited: { look: true, kind: 'approvals', target: ({ tenant }) => tenant },
      summary: 'Calls that wait for a person, or did, newest first',
      query: z.strictObject({ ...pageQuery, state: ApprovalState.optional() }),
      response: pageOf(Approval),
      async handler({ tenant, query }) {
        const { state } = query;
        const approvals = await adminOf(tenant).approvals.list({ limit: 500, ...(state !== undefined && { state }) });
        return cutPage(approvals, ({ id }) => id, query);
      },
    }),
    route({
      ...about,
      method: 'GET',
      path: '/v1/approvals/{approval}',
      operationId: 'getApproval',
      audited: { look: true, kind: 'approval', target: ({ params }) => params.approval },
      summary: 'What is to be done, and what became of it',
      params: one,
      response: z.object({ approval: Approval }),
      handler: async ({ tenant, params }) => ({ approval: await adminOf(tenant).approvals.show(params.approval) }),
    }),
    deciding('approve', 'Approve a call: it passes once'),
    deciding('refuse', 'Refuse a call'),
  ];
}
