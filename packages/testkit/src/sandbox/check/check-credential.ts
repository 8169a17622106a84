import { timingSafeEqual } from 'node:crypto';
import type { Credential } from '@patchbay/contracts';
import { valueAt } from '../answer/value-at.ts';
import type { Arrival } from '../arrival.ts';
import type { TokenMemory } from '../record/token-memory.ts';
import type { Target } from '../route/target.ts';
import type { ViolationKind } from '../types.ts';
import { parsePairs } from '../wire/query-string.ts';

/** What a request showed. `secrets` stays within the check: only its scheme and a digest are ever recorded. */
export interface Shown {
  readonly scheme: string;
  readonly secrets: readonly string[];
}

/** Which credentials are good. */
export interface Accepted {
  readonly credentials: 'any' | Readonly<Record<string, Credential>>;
  /** Those that were given in exchange for one. */
  readonly tokens: Pick<TokenMemory, 'isOf'>;
}

export interface CredentialVerdict {
  readonly shown: Shown | null;
  /** Null when the credential is as it must be. */
  readonly refusal: { readonly status: 401 | 403; readonly message: string } | null;
  readonly violation: ViolationKind | null;
}

/** Checks a request's credential against its target: scheme, place, host, and value where exact ones are known. */
export function checkCredential(
  arrival: Arrival,
  target: Target,
  { credentials: accepted, tokens }: Accepted,
  groups: Readonly<Record<string, string>>,
): CredentialVerdict {
  const { credential: rule } = target;
  const values = rule.slots.map((slot) =>
    slot.in === 'header'
      ? arrival.header(slot.name)
      : slot.in === 'query'
        ? arrival.queryValue(slot.name)
        : slot.in === 'body'
          ? inBody(arrival, target, slot.name)
          : inPath(groups[`p${target.path.names.indexOf(slot.name)}`]),
  );
  const carried = values.some((value) => value !== undefined);
  const shown = carried
    ? { scheme: rule.scheme, secrets: rule.slots.flatMap((slot, i) => secretsOf(slot.shape, values[i])) }
    : null;
  const stray = rule.headerNames.includes('authorization') ? undefined : arrival.header('authorization');
  const anything = carried || stray !== undefined;
  if (anything && !rule.mayGoTo(arrival.host) && rule.scheme !== 'none') {
    return {
      shown,
      violation: 'credential_leak',
      refusal: { status: 403, message: "this host is not among the credential's hosts" },
    };
  }
  if (!target.takesCredential || !rule.mayGoTo(arrival.host)) {
    if (!anything) return { shown: null, refusal: null, violation: null };
    return {
      shown,
      violation: 'unexpected_credential',
      refusal: { status: 401, message: 'this call takes no credential' },
    };
  }
  if (stray !== undefined)
    return {
      shown,
      violation: 'unexpected_credential',
      refusal: { status: 401, message: 'an Authorization header is not how this integration takes its credential' },
    };
  for (const [i, slot] of rule.slots.entries()) {
    const value = values[i];
    if (value === undefined)
      return {
        shown,
        violation: null,
        refusal: { status: 401, message: `no credential: expected ${slot.description}` },
      };
    if (!slot.shape.test(value))
      return {
        shown,
        violation: null,
        refusal: { status: 401, message: `the credential has another shape: expected ${slot.description}` },
      };
    const problem = slot.proof?.problemOf(arrival, Date.now()) ?? null;
    if (problem !== null) return { shown, violation: null, refusal: { status: 403, message: problem } };
    const token = slot.tokenIn(value);
    if (token !== null && !tokens.isOf(target.integration, token))
      return {
        shown,
        violation: null,
        refusal: { status: 401, message: 'the token was not given in exchange for a credential, or has ended' },
      };
    if (accepted === 'any') continue;
    const own = accepted[target.integration];
    const isOf = (credential: Credential) =>
      slot.proof?.isOf(arrival, credential) ?? same(value, slot.shownAs(credential, token));
    if (own !== undefined && isOf(own)) continue;
    const foreign = Object.values(accepted).some(isOf);
    return {
      shown,
      violation: foreign ? 'foreign_credential' : null,
      refusal: { status: 401, message: 'the credential is not accepted' },
    };
  }
  return { shown, refusal: null, violation: null };
}

function secretsOf(shape: RegExp, value: string | undefined): string[] {
  if (value === undefined) return [];
  const { secret, token } = shape.exec(value)?.groups ?? {};
  const found = [secret, token].filter((part) => part !== undefined);
  return found.length === 0 ? [value] : found;
}

function same(given: string, expected: string | null): boolean {
  if (expected === null) return false;
  const left = Buffer.from(given);
  const right = Buffer.from(expected);
  return left.length === right.length && timingSafeEqual(left, right);
}

/** A member of a JSON body, by names with dots between them, or a field of a form. */
function inBody(arrival: Arrival, target: Target, name: string): string | undefined {
  if (target.bodyKind === 'form') {
    try {
      return parsePairs(arrival.body.toString()).find(([key]) => key === name)?.[1];
    } catch {
      return undefined;
    }
  }
  const parsed = arrival.json();
  const value = 'value' in parsed ? valueAt(parsed.value, name.split('.')) : undefined;
  return typeof value === 'string' ? value : undefined;
}

function inPath(piece: string | undefined): string | undefined {
  try {
    return piece === undefined ? undefined : decodeURIComponent(piece);
  } catch {
    return piece;
  }
}
