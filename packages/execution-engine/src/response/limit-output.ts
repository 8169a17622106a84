import type { Truncation } from './limit-items.ts';
import { dropItems, listOf } from './limit-items.ts';
import { utf8Prefix } from './utf8-prefix.ts';

export interface LimitedOutput {
  readonly output: unknown;
  readonly truncated: boolean;
}

/** Characters kept of a long text when texts have to be cut. */
const keptCharacters = [2_000, 500, 100] as const;

/** Size of a value as JSON, in bytes. */
export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}

/**
 * Holds an output to `maxItems` of its first list and `maxBytes` as JSON. In this order: items go from the end of the
 * list, long texts are cut, and where that is not enough the output becomes `{ _truncated, excerpt }`. The result is
 * always a whole JSON value within the limit (a limit below 200 bytes is taken as 200). A text is cut at a character and
 * ends in `… [n bytes left out]`. `fits` says that the caller knows the size to be within `maxBytes`.
 */
export function limitOutput(
  value: unknown,
  maxItems: number | undefined,
  maxBytes: number,
  fits: boolean,
): LimitedOutput {
  const cut = maxItems === undefined ? { output: value, truncation: null } : dropItems(value, maxItems);
  if (fits || jsonBytes(cut.output) <= maxBytes) return { output: cut.output, truncated: cut.truncation !== null };
  const limit = Math.max(200, maxBytes);
  if (typeof value === 'string') return { output: cutText(value, limit), truncated: true };

  // 1. Fewer items: the most that fit beside the rest.
  const kept = itemsThatFit(cut.output, limit);
  if (kept > 0) return { output: dropItems(value, kept).output, truncated: true };

  // 2. Shorter texts, in what is left with one item.
  const one = dropItems(cut.output, 1);
  for (const characters of keptCharacters) {
    const paths: string[] = [];
    const shorter = cutTexts(one.output, characters, '', paths);
    const note = { ...one.truncation, texts_cut: paths.slice(0, 10) };
    const output =
      typeof shorter === 'object' && shorter !== null && !Array.isArray(shorter)
        ? { ...shorter, _truncated: note }
        : { items: shorter, _truncated: note };
    if (paths.length > 0 && jsonBytes(output) <= limit) return { output, truncated: true };
  }

  // 3. Nothing else helps: the beginning, as text.
  const text = JSON.stringify(value);
  const truncation: Truncation = { bytes: Buffer.byteLength(text) };
  // Half the room: inside JSON the excerpt's own quotes and backslashes are escaped.
  return {
    output: { _truncated: truncation, excerpt: utf8Prefix(text, Math.floor((limit - 60) / 2)) },
    truncated: true,
  };
}

/** How many items of the output's list fit, with all that is not in the list. Stops at the first that does not. */
function itemsThatFit(value: unknown, limit: number): number {
  const list = listOf(value);
  let room = limit - jsonBytes(dropItems(value, 0).output);
  let count = 0;
  for (const item of list ?? []) {
    room -= jsonBytes(item) + 1;
    if (room < 0) break;
    count++;
  }
  return count;
}

function cutText(text: string, limit: number): string {
  // Measured as JSON, where a quote or a line break takes two bytes or more.
  let room = limit - 40;
  for (;;) {
    const kept = utf8Prefix(text, room);
    const output = `${kept}… [${Buffer.byteLength(text) - Buffer.byteLength(kept)} bytes left out]`;
    const excess = jsonBytes(output) - limit;
    if (excess <= 0 || room <= 0) return output;
    room = Math.max(0, room - Math.max(8, Math.ceil(excess / 2)));
  }
}

function cutTexts(value: unknown, kept: number, path: string, paths: string[]): unknown {
  if (typeof value === 'string') {
    if (value.length <= kept) return value;
    paths.push(path);
    return `${value.slice(0, kept).toWellFormed()}…`;
  }
  if (Array.isArray(value)) return value.map((item, index) => cutTexts(item, kept, `${path}[${index}]`, paths));
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value))
    copy[key] = cutTexts(member, kept, path === '' ? key : `${path}.${key}`, paths);
  return copy;
}
