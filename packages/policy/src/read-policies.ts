import {
  type DetailedError,
  type PolicyJson,
  policySetTextToParts,
  policyToJson,
} from '@cedar-policy/cedar-wasm/nodejs';
import type { Issue, PolicyDocument } from '@patchbay/contracts';
import { type Mentions, mentionsOf } from './mentions.ts';
import { positionIn } from './position.ts';

/** What a policy does to a call that it applies to. */
export type Asking = 'require_confirmation' | 'require_approval';

/** One policy of a document. */
export interface Policy {
  /** Of its annotation `@id`, else `policy` and its place, from 1. */
  readonly id: string;
  readonly text: string;
  /** Where it begins in the document's text, in characters. */
  readonly start: number;
  readonly effect: 'permit' | 'forbid' | Asking;
  /** `@ask`, or `@say` for what is forbidden; `{argument}` stands for a value. */
  readonly say: string | null;
  readonly because: string | null;
  readonly json: PolicyJson;
  readonly mentions: Mentions;
}

const askings: readonly string[] = ['require_confirmation', 'require_approval'] satisfies Asking[];
const annotations: readonly string[] = ['id', 'effect', 'ask', 'say', 'because'];
const idForm = /^[a-z][a-z0-9_-]{0,63}$/;

/** The policies of a document's text, in its order, or why it cannot be read. */
export function readPolicies(text: string): { policies: Policy[]; issues: Issue[] } {
  const parts = policySetTextToParts(text);
  if (parts.type === 'failure') return { policies: [], issues: parts.errors.map((error) => issueOf(text, 0, error)) };
  const issues: Issue[] = [];
  for (const template of parts.policy_templates)
    issues.push({
      path: 'text',
      message: 'a template has nobody to fill it in',
      ...positionIn(text, text.indexOf(template)),
    });
  const policies = placed(text, parts.policies).map(({ part, start }, index) => {
    const policy = readPolicy(part, start, index);
    issues.push(...faultsOf(policy, text));
    return policy;
  });
  const seen = new Set<string>();
  for (const { id, start } of policies) {
    if (seen.has(id)) issues.push({ path: id, message: `there are two policies '${id}'`, ...positionIn(text, start) });
    seen.add(id);
  }
  return { policies, issues };
}

const read = new WeakMap<PolicyDocument, ReturnType<typeof readPolicies>>();

/** The same of a document, read once however often it is asked for. */
export function readDocument(document: PolicyDocument): ReturnType<typeof readPolicies> {
  let found = read.get(document);
  if (found === undefined) {
    found = readPolicies(document.text ?? '');
    read.set(document, found);
  }
  return found;
}

/** An error of Cedar's as an issue; `start` is where the text that it was about begins, in characters. */
export function issueOf(text: string, start: number, error: DetailedError, path = 'text'): Issue {
  const [label] = error.sourceLocations ?? [];
  const message = [error.message, label?.label, error.help].filter(Boolean).join('; ');
  if (label === undefined) return { path, message, ...(start > 0 && positionIn(text, start)) };
  // Cedar counts bytes.
  const before = Buffer.from(text.slice(start)).subarray(0, label.start).toString();
  return { path, message, ...positionIn(text, start + before.length) };
}

/** The parts come sorted by their text's number as a word: they are told in the order of the document. */
function placed(text: string, parts: readonly string[]): { part: string; start: number }[] {
  const taken = new Set<number>();
  const found = parts.map((part) => {
    let start = text.indexOf(part);
    while (taken.has(start) && start >= 0) start = text.indexOf(part, start + 1);
    taken.add(start);
    return { part, start: Math.max(0, start) };
  });
  return found.sort((a, b) => a.start - b.start);
}

function readPolicy(part: string, start: number, index: number): Policy {
  const parsed = policyToJson(part);
  if (parsed.type === 'failure') throw new TypeError('a policy that was read cannot be read');
  const { json } = parsed;
  const said = json.annotations ?? {};
  const asking = askings.find((name) => name === said['effect']) as Asking | undefined;
  return {
    id: said['id'] ?? `policy${index + 1}`,
    text: part,
    start,
    effect: json.effect === 'forbid' && asking !== undefined ? asking : json.effect,
    say: said['ask'] ?? said['say'] ?? null,
    because: said['because'] ?? null,
    json,
    mentions: mentionsOf(json),
  };
}

function faultsOf({ id, json, start }: Policy, text: string): Issue[] {
  const said = json.annotations ?? {};
  const at = positionIn(text, start);
  const issues: Issue[] = [];
  const fault = (message: string) => issues.push({ path: id, message, ...at });
  if (!idForm.test(id)) fault('an @id is a lower-case letter, then letters, digits, hyphens or underscores');
  for (const name of Object.keys(said)) {
    if (!annotations.includes(name))
      fault(`there is no annotation @${name}; there are ${annotations.map((known) => `@${known}`).join(', ')}`);
  }
  const { effect } = said;
  if (effect !== undefined && !askings.includes(effect)) fault(`@effect is ${askings.join(' or ')}`);
  if (effect !== undefined && json.effect === 'permit')
    fault('@effect stands at a forbid: the call is forbidden until somebody said yes');
  if (said['ask'] !== undefined && effect === undefined)
    fault('@ask needs an @effect that asks; @say is for what is forbidden');
  return issues;
}
