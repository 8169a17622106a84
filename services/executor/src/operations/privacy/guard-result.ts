import {
  type ErrorBody,
  type ExecutionResult,
  errorBody,
  estimateTokens,
  maxPrivacyFindings,
  type PrivacyFinding,
} from '@patchbay/contracts';
import { type CompiledRules, carryOut } from '@patchbay/privacy-policy';
import { fieldsOf, type GuardPorts, whats } from './guard-arguments.ts';
import type { GuardedCall } from './ports.ts';
import { marksOf } from './tool-marks.ts';

/** The answer as the agent may have it. A promise only where a token's key has to be asked for. */
export type GuardResult = (call: GuardedCall, result: ExecutionResult) => ExecutionResult | Promise<ExecutionResult>;

/** What a tenant's privacy policy makes of an answer, before the ledger keeps it and anybody is told. */
export function createGuardResult(ports: GuardPorts): GuardResult {
  return (guarded, result) => {
    const policy = ports.policies.of(guarded.call.tenant);
    // A policy that nobody can read came after the call was let through: the answer waits for one that can be.
    if (policy === 'unusable') return withheld(guarded, result, []);
    const rules = policy?.results ?? null;
    if (rules === null || rules.exempts(guarded.prepared.name)) return result;
    if (result.output === null && result.error === null) return result;
    // What cannot be looked through is not told.
    const looked = () => {
      try {
        return guard(ports, guarded, result, rules);
      } catch {
        return withheld(guarded, result, []);
      }
    };
    return rules.tokenises ? ports.tokens.prepare(guarded.call.tenant).then(looked) : looked();
  };
}

/** Whether answers of the tool to this tenant are looked through: then none is told piece by piece. */
export function looksThroughResults(ports: Pick<GuardPorts, 'policies'>, { call, prepared }: GuardedCall): boolean {
  const policy = ports.policies.of(call.tenant);
  if (policy === null) return false;
  return policy === 'unusable' || (policy.results !== null && !policy.results.exempts(prepared.name));
}

function guard(
  { tokens, record }: GuardPorts,
  guarded: GuardedCall,
  result: ExecutionResult,
  rules: CompiledRules,
): ExecutionResult {
  const { call, prepared } = guarded;
  const tokenise = (value: string, what: string) => tokens.token(call.tenant, value, what);
  const output = carryOut(result.output, rules, marksOf(prepared).output, tokenise, 'output');
  const error = result.error === null ? null : guardError(result.error, rules, tokenise);
  const findings = [...output.findings, ...(error?.findings ?? [])];
  if (findings.length === 0) return result;
  const blocked = output.blocked || error?.blocked === true;
  record.found(guarded, 'results', findings, blocked);
  if (output.blocked) return withheld(guarded, result, findings);
  const changed = {
    ...result,
    output: output.value,
    ...(error !== null && { error: error.body }),
    privacy: { count: findings.length, findings: findings.slice(0, maxPrivacyFindings) },
  };
  return { ...changed, tokens: estimateTokens(changed.output ?? changed.error) };
}

/** An error can say what an upstream said of somebody. Its code and what to do stay. */
function guardError(body: ErrorBody, rules: CompiledRules, tokenise: (value: string, what: string) => string) {
  const { message, details } = body;
  const { value, findings, blocked } = carryOut({ message, details }, rules, null, tokenise, 'error');
  const told = value as Pick<ErrorBody, 'message' | 'details'>;
  const nothing = { message: errorBody(body.code).message, details: {} };
  return { body: { ...body, ...(blocked ? nothing : told) }, findings, blocked };
}

/** A read has then failed. What a write did is done: it succeeded, and what came back is not told. */
function withheld(
  { prepared }: GuardedCall,
  result: ExecutionResult,
  findings: readonly PrivacyFinding[],
): ExecutionResult {
  const blocking = findings.filter(({ action }) => action === 'block');
  const fields = fieldsOf(blocking);
  const why =
    blocking.length === 0
      ? 'the privacy policy of the tenant cannot be carried out'
      : `the privacy policy lets no ${whats(blocking)} go to an agent`;
  const { stream: _stream, untrusted: _untrusted, ...rest } = result;
  if (prepared.risk !== 'read' && result.status === 'succeeded') {
    const output = { withheld: why, fields };
    return { ...rest, output, tokens: estimateTokens(output) };
  }
  const error = errorBody('privacy_blocked', {
    message: `${prepared.document.name} answered, but ${why}.`,
    details: { direction: 'results', fields },
  });
  const status = result.status === 'succeeded' ? 'failed' : result.status;
  return { ...rest, status, output: null, error, tokens: estimateTokens(error) };
}
