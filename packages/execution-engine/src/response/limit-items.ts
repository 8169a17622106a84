import { readDataPath } from '../paths/data-path.ts';

/** What was left out, inside the output itself as `_truncated`, so that the model knows that there is more. */
export interface Truncation {
  /** Dotted path of the list that lost items; empty for the output itself, which then stands under `items`. */
  readonly list?: string;
  readonly items_left_out?: number;
  /** Texts that end early, by path. */
  readonly texts_cut?: readonly string[];
  /** Bytes of the whole output when none of it could be kept as it was. */
  readonly bytes?: number;
  /** Pages read of a list that has more, and why no more were. `error`: of the page that failed. */
  readonly pages?: { readonly read: number; readonly stopped: PageStop; readonly error?: string };
  /** The tool's transform gave nothing, so this is the answer as it was picked. */
  readonly transform?: string;
}

/** Why no further page was read although there was one. */
export type PageStop = 'max_items' | 'max_pages' | 'deadline' | 'rate_limited' | 'failed' | 'loop' | 'size';

/** Deepest level at which the list of an answer is looked for: `{ data: { items: [] } }` is 2. */
const maxDepth = 3;

/**
 * Keeps the first `maxItems` of the output's list: the output itself, or the first list found level by level. An output
 * that is a list becomes `{ items, _truncated }`; elsewhere `_truncated` is added at the top. Never changes `value`.
 */
export function dropItems(value: unknown, maxItems: number): { output: unknown; truncation: Truncation | null } {
  const path = findList(value);
  if (path === null) return { output: value, truncation: null };
  const list = readDataPath(value, path) as unknown[];
  const leftOut = list.length - maxItems;
  if (leftOut <= 0) return { output: value, truncation: null };
  const kept = list.slice(0, maxItems);
  const truncation: Truncation = { list: path.join('.'), items_left_out: leftOut };
  if (path.length === 0) return { output: { items: kept, _truncated: truncation }, truncation };
  const output = replaceAt(value as Record<string, unknown>, path, kept);
  output._truncated = truncation;
  return { output, truncation };
}

/** The list that `dropItems` shortens, or `null`. */
export function listOf(value: unknown): readonly unknown[] | null {
  const path = findList(value);
  return path === null ? null : (readDataPath(value, path) as unknown[]);
}

/** A copy of `value` with another value at the path. */
export function replaceAt(
  value: Record<string, unknown>,
  path: readonly string[],
  replacement: unknown,
): Record<string, unknown> {
  const [key, ...rest] = path as [string, ...string[]];
  return {
    ...value,
    [key]: rest.length === 0 ? replacement : replaceAt(value[key] as Record<string, unknown>, rest, replacement),
  };
}

function findList(value: unknown): string[] | null {
  let level: { value: unknown; path: string[] }[] = [{ value, path: [] }];
  for (let depth = 0; depth <= maxDepth && level.length > 0; depth++) {
    const below: { value: unknown; path: string[] }[] = [];
    for (const item of level) {
      if (Array.isArray(item.value)) return item.path;
      if (typeof item.value !== 'object' || item.value === null) continue;
      for (const [key, member] of Object.entries(item.value)) {
        if (typeof member === 'object' && member !== null) below.push({ value: member, path: [...item.path, key] });
      }
    }
    level = below;
  }
  return null;
}
