import type { Issue } from '@patchbay/contracts';
import type { Arrival } from '../arrival.ts';
import type { FixedValue, Target } from '../route/target.ts';

/** What HTTP itself and tracing use; none of it can carry a credential of ours. */
const ordinary = new Set([
  'host',
  'connection',
  'keep-alive',
  'content-length',
  'content-type',
  'content-encoding',
  'transfer-encoding',
  'expect',
  'accept',
  'accept-encoding',
  'accept-language',
  'accept-charset',
  'user-agent',
  'traceparent',
  'tracestate',
  'te',
  'trailer',
  'cache-control',
  'pragma',
  'date',
  'sec-fetch-mode',
]);
const secretName = /auth|token|secret|key|cred|passw|session|signature|cookie|api|bearer/i;
const secretValue = /^(?:eyJ[\w-]+\.|(?:sk|pk|rk|xox[a-z]|gh[a-z]|pat|key|shpat)[-_])|^(?=\S*\d)[\w+/=.-]{24,}$/;

/** Header names, allowed by nothing in the document, that look as if they carried a secret. */
export function unexpectedSecretHeaders(arrival: Arrival, target: Target | null): string[] {
  return arrival.headerNames().filter((name) => {
    if (ordinary.has(name) || (target !== null && isDeclared(name, target))) return false;
    return secretName.test(name) || secretValue.test(arrival.header(name) ?? '');
  });
}

function isDeclared(name: string, target: Target): boolean {
  return (
    target.credential.headerNames.includes(name) ||
    target.fixedHeaders.some((header) => header.name === name) ||
    target.headerFields.some((field) => field.wire === name) ||
    (name === 'cookie' && target.fields.some((field) => field.place === 'cookie')) ||
    (target.idempotency.kind === 'header' && target.idempotency.name === name)
  );
}

/** Complains of fixed headers and query values that are missing or different. */
export function checkFixedValues(arrival: Arrival, target: Target): Issue[] {
  const issues: Issue[] = [];
  for (const fixed of target.fixedHeaders) {
    if (!fits(arrival.header(fixed.name), fixed))
      issues.push({ path: `header ${fixed.name}`, message: 'must have the value the document fixes' });
  }
  for (const fixed of target.fixedQuery) {
    if (!fits(arrival.queryValue(fixed.name), fixed))
      issues.push({ path: `query ${fixed.name}`, message: 'must have the value the document fixes' });
  }
  return issues;
}

function fits(given: string | undefined, fixed: FixedValue): boolean {
  // A connection may have no value for an optional variable; the header then stays away.
  if (given === undefined) return !fixed.exact;
  return fixed.exact ? given === fixed.text : given.startsWith(fixed.text) && given.length > fixed.text.length;
}
