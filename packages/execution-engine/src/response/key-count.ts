/** Most members that one object of an answer may have, and most of all its objects together. */
const maxKeys = { ofOne: 10_000, ofAll: 200_000 };
/** What a member takes as text at least: `"a":1,`. Shorter texts cannot have too many, and most answers are. */
const charactersPerKey = 5;

/** Whether a value, read from a text of so many characters, has more members than anybody would want to look through. */
export function hasTooManyKeys(value: unknown, length: number): boolean {
  return length > charactersPerKey * maxKeys.ofOne && countKeys(value, 0) > maxKeys.ofAll;
}

function countKeys(value: unknown, before: number): number {
  if (typeof value !== 'object' || value === null || before > maxKeys.ofAll) return before;
  const members = Object.values(value);
  let count = before;
  if (!Array.isArray(value)) {
    if (members.length > maxKeys.ofOne) return Number.POSITIVE_INFINITY;
    count += members.length;
  }
  for (const member of members) count = countKeys(member, count);
  return count;
}
