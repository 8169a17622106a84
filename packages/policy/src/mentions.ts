import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';

/** What a value of a caller's own is used as in a policy. Nothing else says what type an argument has. */
export type UsedAs = 'String' | 'Long' | 'Boolean' | 'decimal' | 'Strings' | 'Longs';

/** A place in the arguments or the attributes that a policy looks at, and the places inside it. */
export interface Place {
  usedAs: UsedAs | null;
  readonly inside: Map<string, Place>;
}

/** What of a call's context the policies look at, so that nothing else need be found out. */
export interface Mentions {
  readonly arguments: Map<string, Place>;
  readonly attributes: Map<string, Place>;
  /** Other members of the context. */
  readonly members: Set<string>;
}

type Node = Readonly<Record<string, unknown>>;

/** Members of the context whose shape is the caller's. */
const open = ['arguments', 'attributes'] as const;

export function mentionsOf(policy: PolicyJson): Mentions {
  const found: Mentions = { arguments: new Map(), attributes: new Map(), members: new Set() };
  for (const { body } of policy.conditions) walk(body, null);
  return found;

  function walk(value: unknown, usedAs: UsedAs | null): void {
    if (Array.isArray(value)) {
      for (const item of value) walk(item, usedAs);
      return;
    }
    if (value === null || typeof value !== 'object') return;
    const node = value as Node;
    const path = pathOf(node);
    if (path !== null) return note(path, usedAs);
    const [operator] = Object.keys(node);
    const operands = node[operator as string];
    if (operator === 'Value' || operator === 'Var' || operator === undefined) return;
    if (operator === 'has') {
      const { left, attr } = operands as { left: Node; attr: string | string[] };
      const base = pathOf(left);
      if (base !== null) return note([...base, ...(Array.isArray(attr) ? attr : [attr])], null);
    }
    for (const [operand, as] of usesOf(operator, operands)) walk(operand, as);
  }

  function note(path: readonly string[], usedAs: UsedAs | null): void {
    const [member, ...rest] = path;
    if (member === undefined) {
      // The whole context: everything is looked at.
      for (const name of ['connection', 'calls', 'now', ...open]) found.members.add(name);
      return;
    }
    found.members.add(member);
    const places = open.find((name) => name === member);
    if (places === undefined) return;
    let inside = found[places];
    let place: Place | null = null;
    for (const part of rest) {
      place = inside.get(part) ?? { usedAs: null, inside: new Map() };
      inside.set(part, place);
      inside = place.inside;
    }
    if (place !== null) place.usedAs ??= usedAs;
  }
}

/** `context.arguments.customer.id` → those three; null for what is no place in the context. */
function pathOf(node: Node): string[] | null {
  if (node['Var'] === 'context') return [];
  const access = node['.'] as { left: Node; attr: string } | undefined;
  if (access === undefined) return null;
  const base = pathOf(access.left);
  return base === null ? null : [...base, access.attr];
}

const numeric = new Set(['<', '<=', '>', '>=', '+', '-', '*', 'neg']);
const logical = new Set(['&&', '||', '!']);
const decimals = new Set(['lessThan', 'lessThanOrEqual', 'greaterThan', 'greaterThanOrEqual']);

/** Each operand of an operator with what it is used as. */
function usesOf(operator: string, operands: unknown): [unknown, UsedAs | null][] {
  if (Array.isArray(operands)) return operands.map((operand) => [operand, decimals.has(operator) ? 'decimal' : null]);
  const parts = Object.entries(operands as Record<string, unknown>);
  const { left, right } = operands as { left?: unknown; right?: unknown };
  if (operator === '==' || operator === '!=')
    return [
      [left, typeOf(right)],
      [right, typeOf(left)],
    ];
  if (operator.startsWith('contains')) {
    const element = typeOf(operator === 'contains' ? right : firstOf(right)) ?? 'String';
    return [
      [left, element === 'Long' ? 'Longs' : 'Strings'],
      [right, operator === 'contains' ? typeOf(firstOf(left)) : element === 'Long' ? 'Longs' : 'Strings'],
    ];
  }
  if (operator === 'isEmpty') return parts.map(([, part]) => [part, 'Strings']);
  if (operator === 'like') return [[left, 'String']];
  if (operator === 'if-then-else') return parts.map(([name, part]) => [part, name === 'if' ? 'Boolean' : null]);
  const as = numeric.has(operator) ? 'Long' : logical.has(operator) ? 'Boolean' : null;
  return parts.map(([, part]) => [part, as]);
}

/** Of a literal; null for anything else. */
function typeOf(value: unknown): UsedAs | null {
  const node = (value ?? {}) as Node;
  if (node['decimal'] !== undefined) return 'decimal';
  const { Value: literal } = node;
  if (typeof literal === 'string') return 'String';
  if (typeof literal === 'number') return 'Long';
  return typeof literal === 'boolean' ? 'Boolean' : null;
}

function firstOf(value: unknown): unknown {
  return ((value ?? {}) as { Set?: unknown[] }).Set?.[0];
}

/** All that any of them looks at. */
export function allMentions(each: readonly Mentions[]): { members: Set<string>; arguments: Set<string> } {
  const members = new Set<string>();
  const names = new Set<string>();
  for (const mentions of each) {
    for (const member of mentions.members) members.add(member);
    for (const name of mentions.arguments.keys()) names.add(name);
  }
  return { members, arguments: names };
}
