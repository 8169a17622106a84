import type { FieldMarks, PrivacyAction, PrivacyFinding } from '@patchbay/contracts';
import { deepestJson, redactJson } from '@patchbay/privacy';
import type { CompiledRules, RuledMark } from './compile-rules.ts';

/** Makes the token that stands for a value, of which `what` says what it is: an entity, or a mark. */
export type Tokenise = (value: string, what: string) => string;

export interface CarriedOut {
  /** The value itself where nothing was found; else a copy. */
  readonly value: unknown;
  /** What was found and not allowed, in the order that it stands in. */
  readonly findings: readonly PrivacyFinding[];
  /** Something that is to be blocked: the value must not go on. */
  readonly blocked: boolean;
}

/**
 * Carries rules out on a JSON value: first on whole values of fields that are marked, then on what is found in all texts that are
 * left. `root` stands before the paths of findings. No finding holds a value.
 */
export function carryOut(
  value: unknown,
  rules: CompiledRules,
  marks: FieldMarks | null,
  tokenise: Tokenise,
  root: string,
): CarriedOut {
  const findings: PrivacyFinding[] = [];
  const marked = marks === null ? value : applyMarks(value, marks, { rules, tokenise, findings }, root, 0);
  if (rules.found === null) return { value: marked, findings, blocked: isBlocked(findings) };
  const { value: redacted, findings: found } = redactJson(marked, { ...rules.found, tokenise });
  const { default: otherwise, entities } = rules.found;
  for (const { entity, path } of found)
    findings.push({ path: dotted(root, path), found: entity, action: entities?.[entity] ?? otherwise });
  // Text that stands for what was there, such as `[pii]`, is found by no pattern.
  return { value: found.length === 0 ? marked : redacted, findings, blocked: isBlocked(findings) };
}

function isBlocked(findings: readonly PrivacyFinding[]): boolean {
  return findings.some(({ action }) => action === 'block');
}

interface Marking {
  readonly rules: CompiledRules;
  readonly tokenise: Tokenise;
  readonly findings: PrivacyFinding[];
}

function applyMarks(value: unknown, marks: FieldMarks, to: Marking, path: string, depth: number): unknown {
  if (value === null || value === undefined || depth > deepestJson) return value;
  const { mark, fields, items } = marks;
  const action = mark === null || mark === 'safe' ? undefined : to.rules.marks[mark];
  if (mark !== null && action !== undefined && !isEmpty(value)) {
    to.findings.push({ path, found: mark, action });
    return inPlaceOf(value, mark as RuledMark, action, to.tokenise);
  }
  if (Array.isArray(value)) {
    if (items === undefined) return value;
    return mapped(value, (item, index) => applyMarks(item, items, to, `${path}[${index}]`, depth + 1));
  }
  if (typeof value !== 'object' || fields === undefined) return value;
  let copy: Record<string, unknown> | null = null;
  for (const [name, inner] of fields) {
    if (!Object.hasOwn(value, name)) continue;
    const before = (value as Record<string, unknown>)[name];
    const after = applyMarks(before, inner, to, path === '' ? name : `${path}.${name}`, depth + 1);
    if (after === before) continue;
    copy ??= { ...(value as Record<string, unknown>) };
    copy[name] = after;
  }
  return copy ?? value;
}

function mapped(list: readonly unknown[], change: (item: unknown, index: number) => unknown): readonly unknown[] {
  const changed = list.map(change);
  return changed.some((item, index) => item !== list[index]) ? changed : list;
}

function isEmpty(value: unknown): boolean {
  return value === '' || (Array.isArray(value) && value.length === 0);
}

/** What stands in a marked field's place. A list stays one, of as many. */
export function inPlaceOf(
  value: unknown,
  mark: RuledMark,
  action: Exclude<PrivacyAction, 'allow'>,
  tokenise: Tokenise,
): unknown {
  if (Array.isArray(value)) return value.map((item) => inPlaceOf(item, mark, action, tokenise));
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (action === 'tokenise') return tokenise(text, mark);
  // Of a secret not even its end is told.
  if (action === 'mask' && mark !== 'secret' && text.length >= 8)
    return `${'*'.repeat(Math.min(text.length - 4, 12))}${text.slice(-4)}`;
  return `[${mark}]`;
}

/** `/items/0/email` under `output` is `output.items[0].email`. */
function dotted(root: string, pointer: string): string {
  if (pointer === '') return root;
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : path === '' ? part : `${path}.${part}`), root);
}
