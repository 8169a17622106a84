import { z } from 'zod';
import { Issue } from '../errors.ts';
import { idSchema, Scope, TenantId, ToolName, Version } from '../ids.ts';
import { ExecutionContext } from './execution.ts';

/** What the policies say of a call, from least to most in its way. `forbid` goes before all, and asking before permitting. */
export const PolicyEffect = z.enum(['permit', 'require_confirmation', 'require_approval', 'forbid']);
export type PolicyEffect = z.infer<typeof PolicyEffect>;

/** A document of policies: lower case, digits, inner hyphens. `default` is there before anybody writes one. */
export const PolicyName = z.string().regex(/^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$/, {
  error: 'expected a name such as refunds: lower-case letters, digits and inner hyphens, at most 40 characters',
});

/** A policy that decided. */
export const PolicyReason = z.object({
  /** `<document>.<id>`: its annotation `@id`, else `policy` and its place in the document, from 1. */
  policy: z.string(),
  /** Whose document it is: the tenant's, `_platform`'s, or `built_in`. */
  scope: z.string(),
  /** Of the document; 0 for the one that is built in. */
  version: z.int().nonnegative(),
  effect: PolicyEffect,
  /** Its annotation `@because`. */
  because: z.string().optional(),
  /** Set when it could not be evaluated, and counts as if it applied. */
  error: z.string().optional(),
});
export type PolicyReason = z.infer<typeof PolicyReason>;

export const PolicyDecision = z.object({
  effect: PolicyEffect,
  /** The policies that decided; empty when none permits. */
  reasons: z.array(PolicyReason),
  /** What the person on the line is asked or told; null where nothing is to be said. */
  say: z.string().nullable(),
});
export type PolicyDecision = z.infer<typeof PolicyDecision>;

/** Longest token, in characters. */
export const maxConfirmationToken = 512;

/** `error.details.confirmation` of `confirmation_required`. */
export const ConfirmationAsked = z.object({
  /** Goes into `confirmation` of the same call when the person said yes. Good for this call, in this session, once. */
  token: z.string().max(maxConfirmationToken),
  /** The sentence to ask. `error.speakable` is the same. */
  ask: z.string(),
  expires_at: z.iso.datetime(),
});
export type ConfirmationAsked = z.infer<typeof ConfirmationAsked>;

/** `error.details.approval` of `approval_required`. The same call passes once it is approved. */
export const ApprovalAsked = z.object({
  id: idSchema('approval'),
  state: z.enum(['waiting', 'refused']),
  expires_at: z.iso.datetime(),
});
export type ApprovalAsked = z.infer<typeof ApprovalAsked>;

/** How many calls were let through before this one. Days are those of UTC. */
export const CallCounts = z.strictObject({
  /** Of this session. */
  session: z.int().nonnegative().default(0),
  /** Of this agent, today. */
  agent_day: z.int().nonnegative().default(0),
  /** Of this tool, today. */
  tool_day: z.int().nonnegative().default(0),
  /** Of the tenant, today. */
  tenant_day: z.int().nonnegative().default(0),
});
export type CallCounts = z.infer<typeof CallCounts>;

/** A call to be judged, not made. */
export const PolicyCall = z.strictObject({
  tool: ToolName,
  version: Version.optional(),
  arguments: z.record(z.string(), z.unknown()).default({}),
  connection: idSchema('connection').optional(),
  context: ExecutionContext.default({}),
  /** When. Default: now. */
  at: z.iso.datetime({ offset: true }).optional(),
  counts: CallCounts.optional(),
});
export type PolicyCall = z.infer<typeof PolicyCall>;

/** A case of a document's tests. Nothing of it is looked up: it says itself what the tool is. */
export const PolicyTest = z.strictObject({
  name: z.string().min(1).max(120),
  call: PolicyCall.omit({ version: true }).extend({
    /** Default: the tool's name up to its first underscore. */
    integration: z.string().max(40).optional(),
    risk: z.enum(['read', 'write', 'destructive']).default('read'),
    confirm: z.enum(['never', 'policy', 'always']).optional(),
  }),
  expect: PolicyEffect,
  /** Policies that must be among those that decided. */
  by: z.array(z.string().max(120)).max(20).optional(),
});
export type PolicyTest = z.infer<typeof PolicyTest>;

export const PolicyTestResult = z.object({
  name: z.string(),
  passed: z.boolean(),
  expected: PolicyEffect,
  got: PolicyDecision,
});
export type PolicyTestResult = z.infer<typeof PolicyTestResult>;

export const maxPolicyText = 65_536;
const PolicyText = z.string().max(maxPolicyText);
const PolicyTests = z.array(PolicyTest).max(200);

/** One version of a document of policies, in Cedar. Value of KV `policies` at `<scope>.<name>.<version>`. */
export const PolicyDocument = z.object({
  /** Whose calls it is about: a tenant's, or with `_platform` everybody's. */
  scope: Scope,
  name: PolicyName,
  /** From 1; 0 is what is built in. */
  version: z.int().nonnegative(),
  /** Null: removed with this version. */
  text: PolicyText.nullable(),
  tests: z.array(PolicyTest),
  updated_at: z.iso.datetime(),
  /** The key that wrote it; `admin` for the operator over NATS; `built_in`. */
  updated_by: z.string(),
});
export type PolicyDocument = z.infer<typeof PolicyDocument>;

/**
 * `svc.registry.v1.policies.put`: a new version of a document. Refused with `invalid_request` when it is not valid, when one
 * of its tests fails, or when another version than `expected_version` is there. The same text and tests change nothing.
 */
export const PutPolicyRequest = z.strictObject({
  scope: Scope,
  name: PolicyName,
  text: PolicyText.min(1),
  tests: PolicyTests.default([]),
  /** 0: there is none yet. */
  expected_version: z.int().nonnegative().optional(),
  by: z.string().max(128).optional(),
});
export type PutPolicyRequest = z.infer<typeof PutPolicyRequest>;
export const PutPolicyResult = z.object({ document: PolicyDocument, changed: z.boolean() });
export type PutPolicyResult = z.infer<typeof PutPolicyResult>;

/** `svc.registry.v1.policies.list`: the documents in force for a tenant, or of the platform alone. */
export const ListPoliciesRequest = z.strictObject({ scope: Scope });
export type ListPoliciesRequest = z.infer<typeof ListPoliciesRequest>;
export const ListPoliciesResult = z.object({ documents: z.array(PolicyDocument) });
export type ListPoliciesResult = z.infer<typeof ListPoliciesResult>;

/** `svc.registry.v1.policies.show`: a document in force for the scope, or one of its earlier versions. */
export const ShowPolicyRequest = z.strictObject({
  scope: Scope,
  name: PolicyName,
  version: z.int().nonnegative().optional(),
});
export type ShowPolicyRequest = z.infer<typeof ShowPolicyRequest>;
export const ShowPolicyResult = z.object({
  document: PolicyDocument,
  /** Newest first, of the scope's own. */
  versions: z.array(PolicyDocument.pick({ version: true, updated_at: true, updated_by: true })),
});
export type ShowPolicyResult = z.infer<typeof ShowPolicyResult>;

/** `svc.registry.v1.policies.remove`: what it stood in for, or nothing, is in force again. */
export const RemovePolicyRequest = z.strictObject({
  scope: Scope,
  name: PolicyName,
  by: z.string().max(128).optional(),
});
export type RemovePolicyRequest = z.infer<typeof RemovePolicyRequest>;
export const RemovePolicyResult = z.object({ document: PolicyDocument });
export type RemovePolicyResult = z.infer<typeof RemovePolicyResult>;

/** `svc.registry.v1.policies.lint`: what a put would say, without it. */
export const LintPolicyRequest = z.strictObject({
  scope: Scope,
  name: PolicyName,
  text: PolicyText,
  tests: PolicyTests.default([]),
});
export type LintPolicyRequest = z.infer<typeof LintPolicyRequest>;
export const LintPolicyResult = z.object({
  /** Why it would be refused. */
  issues: z.array(Issue),
  warnings: z.array(Issue),
  /** Its policies, as reasons name them. */
  policies: z.array(z.string()),
  tests: z.array(PolicyTestResult),
});
export type LintPolicyResult = z.infer<typeof LintPolicyResult>;

/**
 * `svc.executor.v1.policies.decide`: what the policies say of calls that nobody makes; with `draft` also what they would say
 * if a document were another, or with `text` null not there. Nothing is counted, asked or recorded.
 */
export const DecidePoliciesRequest = z.strictObject({
  tenant: TenantId,
  calls: z.array(PolicyCall).min(1).max(200),
  draft: z.strictObject({ name: PolicyName, text: PolicyText.nullable() }).optional(),
});
export type DecidePoliciesRequest = z.infer<typeof DecidePoliciesRequest>;
export const DecidePoliciesResult = z.object({
  decisions: z.array(
    z.object({
      tool: z.string(),
      /** Null for a tool that there is not. */
      now: PolicyDecision.nullable(),
      draft: PolicyDecision.nullable().optional(),
    }),
  ),
});
export type DecidePoliciesResult = z.infer<typeof DecidePoliciesResult>;

/** `used`: a call passed by it. `expired`: its time was over before anybody decided, or before the call came again. */
export const ApprovalState = z.enum(['waiting', 'approved', 'refused', 'used', 'expired']);
export type ApprovalState = z.infer<typeof ApprovalState>;

/** A call that waits for a person. Value of KV `approvals` at `<tenant>.<id>`. */
export const Approval = z.object({
  id: idSchema('approval'),
  tenant: TenantId,
  state: ApprovalState,
  tool: z.string(),
  version: z.string(),
  integration: z.string(),
  risk: z.enum(['read', 'write', 'destructive']),
  connection: z.string().nullable(),
  /** What is to be done, for whoever decides; may hold personal data. Null when larger than is kept: see the digest. */
  arguments: z.record(z.string(), z.unknown()).nullable(),
  arguments_digest: z.string(),
  context: ExecutionContext,
  /** The question, where a policy states one. */
  say: z.string().nullable(),
  policies: z.array(PolicyReason),
  execution_id: idSchema('execution'),
  requested_at: z.iso.datetime(),
  expires_at: z.iso.datetime(),
  decided_at: z.iso.datetime().nullable(),
  decided_by: z.string().nullable(),
  note: z.string().nullable(),
  /** The execution that passed by it. */
  used_by: idSchema('execution').nullable(),
});
export type Approval = z.infer<typeof Approval>;

/** `svc.executor.v1.approvals.list`: newest first. */
export const ListApprovalsRequest = z.strictObject({
  tenant: TenantId,
  state: ApprovalState.optional(),
  limit: z.int().min(1).max(500).default(100),
});
export type ListApprovalsRequest = z.infer<typeof ListApprovalsRequest>;
export const ListApprovalsResult = z.object({ approvals: z.array(Approval) });
export type ListApprovalsResult = z.infer<typeof ListApprovalsResult>;

/** `svc.executor.v1.approvals.show` */
export const ShowApprovalRequest = z.strictObject({ tenant: TenantId, id: idSchema('approval') });
export type ShowApprovalRequest = z.infer<typeof ShowApprovalRequest>;
export const ShowApprovalResult = z.object({ approval: Approval });
export type ShowApprovalResult = z.infer<typeof ShowApprovalResult>;

/** `svc.executor.v1.approvals.decide`: once. Deciding the same again changes nothing; the opposite is `invalid_request`. */
export const DecideApprovalRequest = ShowApprovalRequest.extend({
  decision: z.enum(['approve', 'refuse']),
  note: z.string().max(500).optional(),
  by: z.string().max(128).optional(),
});
export type DecideApprovalRequest = z.infer<typeof DecideApprovalRequest>;

/**
 * `events.v1.<tenant>.approval.<id>.<requested|decided>`. Without the arguments, nor the question, which may hold some, nor whom
 * it is for: every agent of the tenant may listen.
 */
export const ApprovalEvent = Approval.omit({ arguments: true, say: true, context: true, note: true }).extend({
  agent: z.string().nullable(),
  session: z.string().nullable(),
});
export type ApprovalEvent = z.infer<typeof ApprovalEvent>;
