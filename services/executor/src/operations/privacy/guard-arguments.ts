import { type ExecuteRequest, PatchbayError, type PrivacyFinding } from '@patchbay/contracts';
import { type CompiledRules, carryOut } from '@patchbay/privacy-policy';
import type { FindPrivacyPolicy, GuardedCall, RecordPersonal, TokenisePersonal } from './ports.ts';
import { marksOf } from './tool-marks.ts';

export interface GuardPorts {
  readonly policies: FindPrivacyPolicy;
  readonly tokens: TokenisePersonal;
  readonly record: RecordPersonal;
}

/** The request as it may go on, or why it may not. A promise only where a token's key has to be asked for. */
export type GuardArguments = (
  call: GuardedCall,
) => ExecuteRequest | PatchbayError | Promise<ExecuteRequest | PatchbayError>;

/**
 * What a tenant's privacy policy makes of a call's arguments, before anything is claimed, recorded or sent. A tenant without one
 * costs a look into a map.
 */
export function createGuardArguments(ports: GuardPorts): GuardArguments {
  return (guarded) => {
    const { request, call, prepared } = guarded;
    const policy = ports.policies.of(call.tenant);
    if (policy === 'unusable')
      return new PatchbayError('policy_unavailable', {
        message: 'The privacy policy of the tenant cannot be read, so what it forbids is not known.',
        retryable: false,
      });
    if (prepared.handlesHealth && policy?.hipaa !== true) return noAgreement(guarded);
    const rules = policy?.arguments ?? null;
    if (rules === null || rules.exempts(prepared.name)) return request;
    if (!rules.tokenises) return guard(ports, guarded, rules);
    return ports.tokens.prepare(call.tenant).then(() => guard(ports, guarded, rules));
  };
}

function guard(
  { tokens, record }: GuardPorts,
  guarded: GuardedCall,
  rules: CompiledRules,
): ExecuteRequest | PatchbayError {
  const { request, call, prepared } = guarded;
  const tokenise = (value: string, what: string) => tokens.token(call.tenant, value, what);
  const { value, findings, blocked } = carryOut(
    request.arguments,
    rules,
    marksOf(prepared).arguments,
    tokenise,
    'arguments',
  );
  if (findings.length === 0) return request;
  record.found(guarded, 'arguments', findings, blocked);
  if (blocked)
    return blockedArguments(
      findings.filter(({ action }) => action === 'block'),
      prepared.document.name,
    );
  const changed = { ...request, arguments: value as Record<string, unknown> };
  // `[email]` is no address: the tool may not take what is left.
  const issues = prepared.validateArguments(changed.arguments);
  if (issues.length === 0) return changed;
  const fields = findings.filter(({ path }) => issues.some((issue) => issue.path === path));
  return unfit(fields.length > 0 ? fields : findings);
}

function blockedArguments(findings: readonly PrivacyFinding[], upstream: string): PatchbayError {
  return new PatchbayError('privacy_blocked', {
    message: `The privacy policy lets no ${whats(findings)} go to ${upstream}: ${wheres(findings)}. Leave it out and call again.`,
    details: { direction: 'arguments', fields: fieldsOf(findings) },
  });
}

function unfit(findings: readonly PrivacyFinding[]): PatchbayError {
  return new PatchbayError('privacy_blocked', {
    message: `The privacy policy changes ${wheres(findings)}, and the tool does not take what is left. Leave it out and call again, or have the tool exempted.`,
    details: { direction: 'arguments', fields: fieldsOf(findings), reason: 'changed_value_unfit' },
  });
}

/** Tools for health information are for tenants that have an agreement about it. */
function noAgreement({ prepared }: GuardedCall): PatchbayError {
  return new PatchbayError('not_permitted', {
    message: `${prepared.name} handles health information, and the tenant's privacy policy does not say hipaa: true. Where there is an agreement for it, an owner can say so with 'patchbay privacy policy set'.`,
    details: { reason: 'health_information' },
  });
}

export function whats(findings: readonly PrivacyFinding[]): string {
  return [...new Set(findings.map(({ found }) => found))].slice(0, 5).join(', ');
}

function wheres(findings: readonly PrivacyFinding[]): string {
  return [...new Set(findings.map(({ path }) => path))].slice(0, 5).join(', ');
}

/** For a program: which field holds what. */
export function fieldsOf(findings: readonly PrivacyFinding[]): { field: string; found: string }[] {
  return findings.slice(0, 20).map(({ path, found }) => ({ field: path, found }));
}
