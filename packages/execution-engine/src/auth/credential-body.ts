import type { BuiltRequest } from '../request/build-request.ts';

/** Where a piece of the credential stands in a body, as names from the top, and what. */
export type BodyPiece = readonly [path: readonly string[], value: string];

type Members = Record<string, unknown>;

/**
 * The request's body with the credential in it, before everything else: some vendors read their JSON in order. `null` where
 * the body is none that could hold it.
 */
export function withCredential({ bodyKind, body }: BuiltRequest, pieces: readonly BodyPiece[]): string | null {
  if (body !== null && typeof body !== 'string') return null;
  if (bodyKind === 'form') {
    const pairs = pieces.map(
      ([[name = ''], value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value.toWellFormed())}`,
    );
    return [...pairs, ...(body === null || body === '' ? [] : [body])].join('&');
  }
  if (bodyKind !== 'json') return null;
  const given: unknown = JSON.parse(body ?? '{}');
  if (!isMembers(given)) return null;
  const merged: Members = {};
  for (const [path, value] of pieces) place(merged, path, value);
  merge(merged, given);
  return JSON.stringify(merged);
}

function place(target: Members, [name = '', ...rest]: readonly string[], value: string): void {
  if (rest.length === 0) target[name] = value;
  else {
    target[name] ??= {};
    place(target[name] as Members, rest, value);
  }
}

/** Adds what was given; what the credential has written stays. */
function merge(target: Members, given: Members): void {
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(target, name)) target[name] = value;
    else if (isMembers(target[name]) && isMembers(value)) merge(target[name], value);
  }
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
