import type { ErrorCode } from '@patchbay/contracts';
import { readDataPath } from '../paths/data-path.ts';
import type { RulePlan } from './error-rule.ts';

/** What servers put in `extensions.code` or `type` of an error: Apollo Server, Shopify, GitHub, Linear. */
const codes: ReadonlyMap<string, ErrorCode> = new Map([
  ['UNAUTHENTICATED', 'credential_expired'],
  ['AUTHENTICATION_ERROR', 'credential_expired'],
  ['THROTTLED', 'rate_limited'],
  ['RATELIMITED', 'rate_limited'],
  ['RATE_LIMITED', 'rate_limited'],
  ['RATE_LIMIT_EXCEEDED', 'rate_limited'],
  ['BAD_USER_INPUT', 'invalid_arguments'],
]);

/**
 * The rules of every GraphQL request, after the document's own: an answer with `errors` is a failure, beside `data` too
 * (GraphQL October 2021, section 7.1.2). A mutation that brought errors beside data may have had part of its effect, so
 * it is `outcome_unknown` and never repeated, whatever the errors say.
 */
export function graphQlRules(isMutation: boolean): RulePlan[] {
  const rule = (code: ErrorCode, matches: (body: unknown) => boolean): RulePlan => ({
    matches,
    code,
    message: ['errors', 0, 'message'],
    speakable: undefined,
  });
  const known = [...new Set(codes.values())].map((code) =>
    rule(code, (body) => errorsOf(body)?.some((error) => codeOf(error) === code) ?? false),
  );
  const partial = isMutation ? [rule('outcome_unknown', (body) => errorsOf(body) !== null && hasData(body))] : [];
  return [...partial, ...known, rule('upstream_error', (body) => errorsOf(body) !== null)];
}

function errorsOf(body: unknown): readonly unknown[] | null {
  const errors = readDataPath(body, ['errors']);
  return Array.isArray(errors) && errors.length > 0 ? errors : null;
}

function codeOf(error: unknown): ErrorCode | undefined {
  const code = readDataPath(error, ['extensions', 'code']) ?? readDataPath(error, ['type']);
  return typeof code === 'string' ? codes.get(code) : undefined;
}

function hasData(body: unknown): boolean {
  const data = readDataPath(body, ['data']);
  return typeof data === 'object' && data !== null && Object.values(data).some((value) => value !== null);
}
