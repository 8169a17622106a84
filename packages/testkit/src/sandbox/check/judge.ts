import type { Issue } from '@patchbay/contracts';
import { resemblance } from '../answer/prepared-example.ts';
import type { Arrival } from '../arrival.ts';
import type { Match } from '../route/route-table.ts';
import type { Target } from '../route/target.ts';
import type { ViolationKind } from '../types.ts';
import { type Accepted, checkCredential, type Shown } from './check-credential.ts';
import { checkFixedValues, unexpectedSecretHeaders } from './check-headers.ts';
import { decodeRequest } from './decode-request.ts';

export interface Judgement {
  readonly target: Target;
  readonly values: Readonly<Record<string, unknown>>;
  /** 200 when the request is right in everything; else 400, 401, 403, 415 or 422. */
  readonly status: number;
  readonly message: string;
  readonly issues: readonly Issue[];
  readonly violations: readonly { readonly kind: ViolationKind; readonly detail: string }[];
  readonly shown: Shown | null;
  readonly idempotencyKey: string | null;
  /** How many fixed values fit: tools that share one URL differ by them. */
  readonly fixedFits: number;
}

/**
 * Judges a request against every target its host, method and path fit. The first that it satisfies is taken; when none,
 * the one it comes closest to, so that the answer speaks of the tool that was meant.
 */
export function judge(arrival: Arrival, matches: readonly Match[], accepted: Accepted): Judgement {
  let best: Judgement | null = null;
  for (const match of matches) {
    const judgement = judgeOne(arrival, match, accepted);
    if (judgement.status === 200 && isSure(judgement, matches)) return judgement;
    if (best === null || closer(judgement, best)) best = judgement;
  }
  return best as Judgement;
}

/** A right request may fit two targets of one URL; only one without rivals, or with fixed values, ends the search. */
function isSure(judgement: Judgement, matches: readonly Match[]): boolean {
  return matches.length === 1 || judgement.fixedFits > 0;
}

function closer(a: Judgement, b: Judgement): boolean {
  if ((a.status === 200) !== (b.status === 200)) return a.status === 200;
  if (a.fixedFits !== b.fixedFits) return a.fixedFits > b.fixedFits;
  // Both would do: a lookup and a search of one URL, say. The one whose examples it resembles was meant.
  if (a.status === 200) return resemblance(a.target.examples, a.values) > resemblance(b.target.examples, b.values);
  return a.issues.length < b.issues.length;
}

function judgeOne(arrival: Arrival, { target, groups }: Match, accepted: Accepted): Judgement {
  const decoded = decodeRequest(arrival, target, groups);
  const credential = checkCredential(arrival, target, accepted, groups);
  const wrong = new Set<string>();
  const issues: Issue[] = [...decoded.issues, ...checkFixedValues(arrival, target)];
  if (decoded.failure === null) {
    for (const issue of target.check(decoded.values)) {
      wrong.add(issue.path);
      issues.push(issue);
    }
  }
  const violations: { kind: ViolationKind; detail: string }[] = unexpectedSecretHeaders(arrival, target).map((name) =>
    name === 'cookie'
      ? { kind: 'unexpected_cookie', detail: name }
      : { kind: 'unexpected_secret_header', detail: name },
  );
  if (credential.violation !== null) violations.push({ kind: credential.violation, detail: target.integration });
  const stray = credential.shown === null ? null : placeOfStraySecret(arrival, target, credential.shown.secrets);
  if (stray !== null) violations.push({ kind: 'credential_outside_scheme', detail: stray });
  const fixedFits = target.fields.filter(
    (field) => field.constant !== undefined && field.argument in decoded.values && !wrong.has(field.argument),
  ).length;
  const [status, message] = outcome(decoded.failure, credential.refusal, issues.length, violations.length);
  return {
    target,
    values: decoded.values,
    status,
    message,
    issues,
    violations,
    shown: credential.shown,
    idempotencyKey: decoded.idempotencyKey,
    fixedFits,
  };
}

function outcome(
  failure: { status: number; message: string } | null,
  refusal: { status: number; message: string } | null,
  issues: number,
  violations: number,
): [number, string] {
  if (refusal !== null) return [refusal.status, refusal.message];
  if (failure !== null) return [failure.status, failure.message];
  if (issues > 0) return [422, 'the arguments on the wire are not what the document says'];
  if (violations > 0) return [400, 'the request carries something it must not'];
  return [200, ''];
}

/** Where the secret stands besides the place its scheme gives it. Short secrets would be found by chance. */
function placeOfStraySecret(arrival: Arrival, target: Target, secrets: readonly string[]): string | null {
  for (const secret of secrets) {
    if (secret.length < 8) continue;
    if (!target.credential.slots.some((slot) => slot.in === 'path') && arrival.path.includes(secret)) return 'path';
    if (target.credential.queryNames.length === 0 && arrival.query.includes(secret)) return 'query';
    if (!target.credential.slots.some((slot) => slot.in === 'body') && arrival.body.includes(secret)) return 'body';
  }
  return null;
}
