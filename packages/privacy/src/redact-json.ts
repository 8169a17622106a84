import { detect } from './detect.ts';
import type { DetectOptions, Finding } from './finding.ts';
import type { RedactionPolicy } from './policy.ts';
import { blockedBy, narrowed, type Redacted, replaceFindings } from './redact-text.ts';

/** A finding in a JSON value: its offsets are those of the string, number or key that `path` names. */
export interface JsonFinding extends Finding {
  /** JSON pointer (RFC 6901). Keys that were themselves redacted stand in it as they became. */
  readonly path: string;
  /** Whether it is the last key of the path that was found, and not its value. */
  readonly key?: true;
}

/** Deeper than this nothing is looked at, and therefore nothing let through. */
export const deepestJson = 64;

/**
 * Carries a policy out on a JSON value: strings, keys, and numbers that are something personal, which become strings. The name of
 * its field counts as words before a value; where that says nothing, as `number` does, the name of the field around it too. The value given is not changed; what lies deeper than `deepestJson`
 * levels is replaced by `[removed]`.
 */
export function redactJson(value: unknown, policy: RedactionPolicy): Redacted<unknown, JsonFinding> {
  const findings: JsonFinding[] = [];
  const options = narrowed(policy);
  const redacted = walk(value, { policy, options, findings }, '', '', '', 0);
  return { value: redacted, findings, blocked: blockedBy(policy, findings) };
}

interface Walk {
  readonly policy: RedactionPolicy;
  readonly options: DetectOptions;
  readonly findings: JsonFinding[];
}

function walk(value: unknown, to: Walk, path: string, parent: string, name: string, depth: number): unknown {
  if (typeof value === 'string') return text(value, to, path, labelOf(parent, name)) ?? value;
  if (typeof value === 'number' || typeof value === 'bigint')
    return text(String(value), to, path, labelOf(parent, name)) ?? value;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= deepestJson) return '[removed]';
  if (Array.isArray(value))
    return value.map((item, index) => walk(item, to, `${path}/${index}`, parent, name, depth + 1));
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    const shown = text(key, to, `${path}/${escaped(key)}`, '', true) ?? key;
    const unique = freeKey(copy, shown);
    const inner = walk(item, to, `${path}/${escaped(unique)}`, name, words(key), depth + 1);
    // A key such as "__proto__" must become a member, not the copy's prototype.
    Object.defineProperty(copy, unique, { value: inner, enumerable: true, writable: true, configurable: true });
  }
  return copy;
}

/** The text redacted, or nothing where there is nothing to redact. */
function text(value: string, to: Walk, path: string, label: string, key?: true): string | undefined {
  const found = detect(value, { ...to.options, label: to.options.label ? `${to.options.label} ${label}` : label });
  if (found.length === 0) return undefined;
  const replaced = replaceFindings(value, found, to.policy);
  const at = key ? `${path.slice(0, path.lastIndexOf('/'))}/${escaped(replaced)}` : path;
  for (const one of found) to.findings.push({ ...one, path: at, ...(key ? { key } : {}) });
  return replaced;
}

/** Two keys may become the same; neither value may be lost. */
function freeKey(copy: object, key: string): string {
  let free = key;
  for (let number = 2; Object.hasOwn(copy, free); number++) free = `${key} ${number}`;
  return free;
}

const labelOf = (parent: string, name: string) => (generic.has(name.toLowerCase()) ? `${parent} ${name}` : name);

/** Names that say something only together with the field around them. */
const generic = new Set(
  'number numbers no value values digits text content raw formatted display home work mobile main primary default full'.split(
    ' ',
  ),
);

const escaped = (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1');

/** "phoneNumber" and "phone_number" both say "phone number". */
const words = (key: string) => key.replace(/([a-z])([A-Z])/g, '$1 $2').replaceAll('_', ' ');
