import { hash } from 'node:crypto';
import {
  canonicalJson,
  type ErrorBody,
  type ExecuteRequest,
  errorBody,
  type Issue,
  newId,
  PatchbayError,
  type PlanCall,
  type PlanRequest,
  planOfSubmission,
  type StoredSubmission,
} from '@patchbay/contracts';
import { compilePlan } from '@patchbay/execution-engine';
import { answer } from '../../domain/answers.ts';
import { refusedPlan, unknownPlan } from '../../domain/plan-answers.ts';
import type { SubmissionOutcome } from '../../domain/submission-record.ts';
import { readPlanTry, readTry, type TryReading } from '../../domain/submission-schedule.ts';
import { writeSequences } from '../../domain/write-sequences.ts';
import { checkRequest } from '../check-request.ts';
import { argumentsDigest, requestDigest } from '../digest-request.ts';
import type { FindTool } from '../ports.ts';

/** What was handed in: a call, or a plan. */
export type SubmittedWork =
  | { readonly execute: ExecuteRequest; readonly plan?: never }
  | { readonly plan: PlanRequest; readonly execute?: never };

type Body = Pick<StoredSubmission, 'execute' | 'plan'>;

/** The one that it holds; the contract sees to it that there is exactly one. */
export function workOf({ execute, plan }: Body): SubmittedWork {
  if (execute !== undefined) return { execute };
  if (plan !== undefined) return { plan };
  throw new PatchbayError('invalid_request', { message: 'Neither a call nor a plan was submitted.' });
}

/** The work as it is stored: a plan has an id from now on, so that every try of it can be followed under one. */
export function namedWork(work: SubmittedWork, submissionId: string): SubmittedWork {
  if (work.plan === undefined) return work;
  return { plan: { ...work.plan, plan_id: work.plan.plan_id ?? planOfSubmission(submissionId) } };
}

/** What makes two submissions of one id the same: the calls, not how long they may take. */
export function workDigest(body: Body): string {
  const { execute, plan } = workOf(body);
  if (execute !== undefined) return requestDigest(execute, execute.tool, argumentsDigest(execute.arguments));
  const calls = plan.calls.map(({ version: _version, deadline_ms: _deadline, ...call }) => call);
  return `plan ${hash('sha256', canonicalJson([calls, plan.order]), 'base64url')}`;
}

/** Why it cannot be carried out as it is, or null. Arguments that refer to other calls are not looked at. */
export function checkWork(tools: FindTool, tenant: string, { execute, plan }: SubmittedWork): PatchbayError | null {
  if (execute !== undefined)
    return checkRequest(tools, tenant, execute, tools.find(tenant, execute.tool, execute.version));
  const compiled = compile(tools, tenant, plan);
  if (!compiled.ok) return invalidPlan(compiled.issues);
  for (const [index, call] of plan.calls.entries()) {
    const prepared = tools.find(tenant, call.tool, call.version);
    if (prepared !== null && compiled.plan[index]?.hasReferences === true) continue;
    const refused = checkRequest(tools, tenant, call, prepared);
    if (refused !== null) return inCall(refused, index);
  }
  return null;
}

/** The calls of a valid plan whose arguments are known before any of them has run. */
export function callsKnownAhead(tools: FindTool, tenant: string, plan: PlanRequest): PlanCall[] {
  const compiled = compile(tools, tenant, plan);
  return plan.calls.filter((_call, index) => compiled.ok && compiled.plan[index]?.hasReferences !== true);
}

/** The work of one try: its key is the submission's unless it brought one, its deadline ends with the submission's time. */
export function workOfTry(stored: StoredSubmission, now: number): SubmittedWork {
  const { submission_id: id, expires_at } = stored;
  const { execute, plan } = workOf(stored);
  const timely = <Request extends ExecuteRequest | PlanRequest>(request: Request): Request => ({
    ...request,
    idempotency_key: request.idempotency_key ?? id,
    deadline_ms: Math.max(1, Math.min(request.deadline_ms, expires_at - now)),
  });
  return execute === undefined ? { plan: timely(plan) } : { execute: timely(execute) };
}

/** How to go on after a try, numbered from 1, that came to this. */
export function readOutcome(
  tools: FindTool,
  tenant: string,
  body: Body,
  { result, plan: answered }: SubmissionOutcome,
  tries: number,
): TryReading {
  const { execute, plan } = workOf(body);
  const hasProbe = ({ tool, version }: Pick<ExecuteRequest, 'tool' | 'version'>) =>
    Boolean(tools.find(tenant, tool, version)?.probe);
  if (execute !== undefined && result !== null) return readTry(result, tries, hasProbe(execute));
  if (plan === undefined || answered === undefined) throw new TypeError('the outcome is not that of the submission');
  const compiled = compile(tools, tenant, plan);
  const after = compiled.ok ? compiled.plan.map((call) => call.after) : [];
  return readPlanTry(answered, after, tries, (index) => {
    const call = plan.calls[index];
    return call !== undefined && hasProbe(call);
  });
}

/** What is wrong with it, or with the first call of it that anything is wrong with. */
export function errorOf({ result, plan }: SubmissionOutcome): ErrorBody | null {
  if (plan === undefined) return result?.error ?? null;
  return plan.error ?? plan.results.find(({ error }) => error !== null)?.error ?? null;
}

/** Given up before any try gave an answer. When tries were begun, their executors ended: what they did is not known. */
export function neverAnswered(body: Body, reason: 'expired' | 'exhausted'): SubmissionOutcome {
  const { execute, plan } = workOf(body);
  const error =
    reason === 'expired'
      ? errorBody('deadline_exceeded', { message: 'Its time was over before it could begin.' })
      : errorBody('outcome_unknown', { message: 'No try ended with an answer.' });
  if (plan !== undefined) {
    const facts = { planId: plan.plan_id ?? newId('plan'), receivedAt: 0, now: 0 };
    const tell = reason === 'expired' ? refusedPlan : unknownPlan;
    return { result: null, plan: tell(facts, plan.calls, error) };
  }
  const facts = { executionId: newId('execution'), tool: execute.tool, version: null, receivedAt: 0, now: 0 };
  return { result: answer(facts, reason === 'expired' ? 'refused' : 'outcome_unknown', null, error) };
}

function compile(tools: FindTool, tenant: string, { calls, order }: PlanRequest) {
  const prepared = calls.map(({ tool, version }) => tools.find(tenant, tool, version));
  return compilePlan(calls, order === 'per_connection' ? writeSequences(calls, prepared) : []);
}

function invalidPlan(issues: readonly Issue[]): PatchbayError {
  const inRequest = issues.map(({ path, message }) => ({ path: `plan.${path}`, message }));
  const message = inRequest.map(({ path, message }) => `${path} ${message}`).join('; ');
  return new PatchbayError('invalid_request', {
    message: `The plan is not valid: ${message.slice(0, 1_000)}.`,
    details: { issues: inRequest },
  });
}

/** The same refusal, saying which call it is about. */
function inCall({ code, message, body: { details } }: PatchbayError, index: number): PatchbayError {
  const at = `plan.calls[${index}]`;
  const issues = (details?.issues as readonly Issue[] | undefined)?.map(({ path, message }) => ({
    path: `${at}.${path}`,
    message,
  }));
  return new PatchbayError(code, {
    message: `${at}: ${message}`,
    details: { ...details, ...(issues !== undefined && { issues }) },
  });
}
