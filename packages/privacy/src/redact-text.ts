import { detect } from './detect.ts';
import { type Entity, entities } from './entities.ts';
import type { DetectOptions, Finding } from './finding.ts';
import { modeOf, type RedactionPolicy } from './policy.ts';

export interface Redacted<Value, Found extends Finding = Finding> {
  readonly value: Value;
  /** What was found and not allowed, in the order of the text; never the value itself, but its normalized form. */
  readonly findings: readonly Found[];
  /** What the policy blocks and was found; when there is any, nothing of this is to go on. */
  readonly blocked: readonly Entity[];
}

/** Carries a policy out on a text. */
export function redact(text: string, policy: RedactionPolicy): Redacted<string> {
  const findings = detect(text, narrowed(policy));
  return { value: replaceFindings(text, findings, policy), findings, blocked: blockedBy(policy, findings) };
}

/** A finding, or a further part of one, which is always just its entity's name. */
type Replaced = Finding & { readonly further?: boolean };

/** Puts in place of each finding what the policy says; findings are in the order of the text and do not overlap. */
export function replaceFindings(text: string, findings: readonly Replaced[], policy: RedactionPolicy): string {
  let redacted = '';
  let at = 0;
  for (const finding of findings) {
    redacted += text.slice(at, finding.start) + replacement(text.slice(finding.start, finding.end), finding, policy);
    at = finding.end;
  }
  return redacted + text.slice(at);
}

/** The policy's way of looking, without what it allows. */
export function narrowed(policy: RedactionPolicy, label?: string): DetectOptions {
  const wanted = (policy.detect?.entities ?? entities).filter((entity) => modeOf(policy, entity) !== 'allow');
  return { ...policy.detect, entities: wanted, ...(label === undefined ? {} : { label }) };
}

/** Each blocked entity once. */
export const blockedBy = (policy: RedactionPolicy, findings: readonly Pick<Finding, 'entity'>[]): Entity[] => [
  ...new Set(findings.map(({ entity }) => entity).filter((entity) => modeOf(policy, entity) === 'block')),
];

function replacement(value: string, { entity, normalized, further }: Replaced, policy: RedactionPolicy): string {
  const mode = modeOf(policy, entity);
  if (mode === 'allow') return value;
  if (mode === 'mask') return mask(value, entity);
  if (mode === 'tokenise' && policy.tokenise && !further) return policy.tokenise(normalized ?? value, entity);
  return `[${entity}]`;
}

/** Nothing of these is worth knowing, and each character of them is worth hiding. */
const wholly = new Set<Entity>(['secret', 'url_credentials', 'card_security_code', 'card_expiry', 'date_of_birth']);

/** Letters and digits become `*`: all but the last four, or but the last quarter of what is short; of an e-mail all but its domain. */
function mask(value: string, entity: Entity): string {
  if (wholly.has(entity)) return `[${entity}]`;
  if (entity === 'email' && value.includes('@')) {
    const at = value.lastIndexOf('@');
    return `${'*'.repeat(Math.min(at, 8))}${value.slice(at)}`;
  }
  const characters = [...value];
  let shown = Math.min(4, Math.floor(characters.filter((one) => alphanumeric.test(one)).length / 4));
  for (let index = characters.length - 1; index >= 0; index--) {
    if (!alphanumeric.test(characters[index] as string)) continue;
    if (shown > 0) shown--;
    else characters[index] = '*';
  }
  return characters.join('');
}

const alphanumeric = /[\p{L}\p{N}]/u;
