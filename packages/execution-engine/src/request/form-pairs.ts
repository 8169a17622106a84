import type { Parameter } from '@patchbay/contracts';
import { encodeSegment } from './encode-segment.ts';
import { invalidArgument } from './invalid-argument.ts';
import { toText } from './text.ts';
import type { RequestContext, ValueSource } from './value-source.ts';
import { resolveSource } from './value-source.ts';

/** One parameter of a query string or a form body. */
export interface PairField {
  /** Percent-encoded name. */
  readonly name: string;
  /** Names it in errors. */
  readonly argument: string;
  readonly source: ValueSource;
  readonly arrayStyle: NonNullable<Parameter['x-array-style']>;
  readonly objectStyle: NonNullable<Parameter['x-object-style']>;
  /** What null means: left out of a query, an empty text in a form (how Stripe unsets a field). */
  readonly sendNull: boolean;
}

const separators = { comma: ',', space: '%20', pipe: '%7C' } as const;
/** Deepest nesting of a value in bracket or dot style. */
const maxDepth = 8;

/** `name=value` pairs joined by `&`, after `pairs`. Throws `invalid_arguments` for what cannot be written. */
export function appendPairs(pairs: string, fields: readonly PairField[], context: RequestContext): string {
  let text = pairs;
  for (const field of fields) {
    const value = resolveSource(field.source, context);
    if (value === undefined || (value === null && !field.sendNull)) continue;
    text = append(text, field, field.name, value, 0);
  }
  return text;
}

function append(pairs: string, field: PairField, name: string, value: unknown, depth: number): string {
  if (value === null || typeof value !== 'object')
    return pair(pairs, name, encodeSegment(toText(value), field.argument));
  if (depth > maxDepth) throw invalidArgument(field.argument, 'is nested too deeply');
  return Array.isArray(value)
    ? appendArray(pairs, field, name, value, depth)
    : appendObject(pairs, field, name, value as Record<string, unknown>, depth);
}

function appendArray(pairs: string, field: PairField, name: string, items: readonly unknown[], depth: number): string {
  const style = field.arrayStyle;
  if (style === 'comma' || style === 'space' || style === 'pipe') {
    return pair(pairs, name, items.map((item) => encodeSegment(toText(item), field.argument)).join(separators[style]));
  }
  let text = pairs;
  for (const [index, item] of items.entries()) {
    const nested = typeof item === 'object' && item !== null;
    // Objects need an index to keep their fields together: items[0][price]=…
    const itemName = nested ? `${name}%5B${index}%5D` : style === 'brackets' || depth > 0 ? `${name}%5B%5D` : name;
    text = append(text, field, itemName, item, depth + 1);
  }
  return text;
}

function appendObject(
  pairs: string,
  field: PairField,
  name: string,
  value: Record<string, unknown>,
  depth: number,
): string {
  if (field.objectStyle === 'comma') {
    const flat = Object.entries(value).flatMap(([key, member]) => (member === undefined ? [] : [key, toText(member)]));
    return pair(pairs, name, flat.map((piece) => encodeSegment(piece, field.argument)).join(','));
  }
  if (field.objectStyle === 'json') return pair(pairs, name, encodeSegment(JSON.stringify(value), field.argument));
  let text = pairs;
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const encoded = encodeSegment(key, field.argument);
    const memberName =
      field.objectStyle === 'dots'
        ? `${name}.${encoded}`
        : field.objectStyle === 'form' && depth === 0
          ? encoded
          : `${name}%5B${encoded}%5D`;
    text = append(text, field, memberName, member, depth + 1);
  }
  return text;
}

function pair(pairs: string, name: string, value: string): string {
  return pairs === '' ? `${name}=${value}` : `${pairs}&${name}=${value}`;
}
