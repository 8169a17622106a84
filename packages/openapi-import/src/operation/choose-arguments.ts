import { valuesOf } from '../schema/argument-schema.ts';
import { wordsOf } from '../schema/plain-text.ts';
import type { Candidate, LeftOut } from './candidate.ts';

/** More than a caller on the telephone gives. */
const maxArguments = 5;
/** Items that a list asks for, where the vendor lets one ask. */
const itemsAsked = 10;

export interface ChosenArguments {
  readonly arguments: readonly Candidate[];
  /** Values that are the same in every call. */
  readonly fixed: readonly { readonly candidate: Candidate; readonly value: unknown }[];
  readonly leftOut: readonly LeftOut[];
}

/**
 * Which values a model is asked for: all that are required, then the best described up to five. A required value that can
 * only be one thing is fixed; where more than five are required, so are those that have a default.
 */
export function chooseArguments(
  candidates: readonly Candidate[],
  isPageSize: (candidate: Candidate) => boolean,
): ChosenArguments {
  const fixed: { candidate: Candidate; value: unknown }[] = [];
  const leftOut: LeftOut[] = [];
  const open: Candidate[] = [];
  for (const candidate of candidates) {
    const only = onlyValue(candidate);
    const asked = isPageSize(candidate) ? pageSizeOf(candidate) : undefined;
    if (candidate.required && only !== undefined) fixed.push({ candidate, value: only });
    else if (asked !== undefined) fixed.push({ candidate, value: asked });
    else open.push(candidate);
  }
  let required = open.filter((candidate) => candidate.required);
  if (required.length > maxArguments) {
    const defaulted = required.filter(
      ({ place, effective }) =>
        place !== 'path' && effective.schema.default !== undefined && effective.schema.default !== null,
    );
    for (const candidate of defaulted) {
      fixed.push({ candidate, value: candidate.effective.schema.default });
      leftOut.push({ name: candidate.at, in: candidate.place, reason: 'fixed at its default' });
    }
    required = required.filter((candidate) => !defaulted.includes(candidate));
  }
  const ranked = open
    .filter((candidate) => !candidate.required)
    .map((candidate, index) => ({ candidate, index, score: scoreOf(candidate) }))
    .sort((a, b) => b.score - a.score || a.index - b.index);
  const room = Math.max(0, maxArguments - required.length);
  const welcome = ranked.filter(({ score }, index) => index < room && score > 0).map(({ candidate }) => candidate);
  for (const { candidate } of ranked)
    if (!welcome.includes(candidate)) leftOut.push({ name: candidate.at, in: candidate.place, reason: 'optional' });
  return { arguments: [...required, ...welcome], fixed, leftOut };
}

/** The value of a candidate that allows one alone. */
function onlyValue({ effective: { schema, type }, place }: Candidate): unknown {
  if (place === 'path' && type !== 'string') return undefined;
  const values = valuesOf(schema, type);
  return values?.length === 1 ? values[0] : undefined;
}

function pageSizeOf({ effective: { schema, type } }: Candidate): number | undefined {
  if (type !== 'integer' && type !== 'number') return undefined;
  const values = valuesOf(schema, type) as number[] | undefined;
  if (values !== undefined) return values.includes(itemsAsked) ? itemsAsked : undefined;
  const fits = itemsAsked >= (schema.minimum ?? 1) && itemsAsked <= (schema.maximum ?? itemsAsked);
  return fits ? itemsAsked : undefined;
}

const useful = new Set(
  'query q search term filter name title subject email mail phone mobile text message body content description summary note notes comment status state date day start end time from to due amount total currency price quantity priority assignee customer contact reason address city country location duration'.split(
    ' ',
  ),
);
const rarely = new Set(
  'expand expands fields field include includes embed select metadata cursor offset page token sort sorting order orderby format callback pretty version locale lang language url uri webhook hook skip before after starting ending etag if modified revision hash checksum signature color icon avatar custom external properties debug trace count preview'.split(
    ' ',
  ),
);

function scoreOf({ wireName, at, effective: { type, schema }, description, place, file, example }: Candidate): number {
  if (place === 'header' || place === 'cookie') return -10;
  const words = wordsOf(wireName);
  const free = type === 'object' && schema.properties === undefined && at === wireName && place === 'body';
  let score = free ? 0 : type === 'object' ? -6 : type === 'array' ? 0 : type === undefined ? -2 : 3;
  if (type === 'array' && isListOfObjects(schema)) score -= 5;
  if (description.length >= 20) score += 2;
  if (/\bread-?only\b/i.test(description)) score -= 8;
  if (schema.enum !== undefined || example !== undefined) score += 1;
  if (words.some((word) => useful.has(word))) score += words.length === 1 ? 6 : 4;
  // What the vendor itself keeps.
  if (/^(?:created|modified|updated|last)$/.test(words[0] ?? '') && words.length > 1) score -= 8;
  if ((!free && words.some((word) => rarely.has(word))) || /^start_?(?:at|index|position)?$/i.test(wireName))
    score -= 6;
  if (words.at(-1) === 'id' || words.at(-1) === 'ids') score -= 1;
  if (words.at(-1) === 'type') score -= 3;
  if (words.length > 3) score -= 1;
  return score + (file ? 2 : 0) - nestingCost(at, wireName);
}

/** What lies in an object that may be left out counts less, unless that object's name says that it is asked for. */
function nestingCost(at: string, wireName: string): number {
  const outer = at.split(/[.[\]]+/).filter((part) => part !== '' && part !== wireName && !/^\d+$/.test(part));
  return outer.reduce(
    (cost, part) =>
      cost + ((wordsOf(part).length === 1 && useful.has(part.toLowerCase())) || at.includes(`${part}[0]`) ? 1 : 14),
    0,
  );
}

function isListOfObjects({ items }: Candidate['effective']['schema']): boolean {
  if (typeof items !== 'object') return false;
  return (
    items.type === 'object' || items.properties !== undefined || items.$ref !== undefined || items.anyOf !== undefined
  );
}
