import { isDeepStrictEqual } from 'node:util';
import { type Issue, PatchbayError, type PutPolicyRequest, type PutPolicyResult } from '@patchbay/contracts';
import { auditedChange } from '../audited-change.ts';
import type { Caller } from '../ports.ts';
import { type ChangePoliciesPorts, changePolicy } from './change-policy.ts';
import { lintPolicy } from './lint-policy.ts';

/**
 * Puts a new version of a document in force, if it is valid and its tests pass; the same again changes nothing.
 * @throws PatchbayError `invalid_request`, `audit_unavailable`, `overloaded`.
 */
export function putPolicy(ports: ChangePoliciesPorts) {
  const lint = lintPolicy(ports);
  return async (request: PutPolicyRequest, caller: Caller): Promise<PutPolicyResult> => {
    const { scope, name, text, tests, expected_version, by } = request;
    const { issues, tests: results } = await lint({ scope, name, text, tests });
    if (issues.length > 0) throw refused('The policies are not valid', issues);
    const failed = results.filter(({ passed }) => !passed);
    if (failed.length > 0)
      throw refused(
        'A test of the policies fails',
        failed.map((test) => ({
          path: `tests.${test.name}`,
          message: `expected ${test.expected}, got ${test.got.effect} by ${test.got.reasons.map(({ policy }) => policy).join(', ') || 'no policy'}`,
        })),
      );
    return auditedChange(
      ports,
      { type: 'dev.patchbay.registry.policy_put', scope, kind: 'policy', id: name, facts: { tests: tests.length } },
      caller,
      async () => {
        const { document, changed } = await changePolicy(ports, { scope, name }, by, (newest) => {
          const there = newest?.version ?? 0;
          if (expected_version !== undefined && expected_version !== there)
            throw refused('Another version is there', [
              { path: 'expected_version', message: `is ${expected_version}, but version ${there} is there` },
            ]);
          if (newest?.text === text && isDeepStrictEqual(newest.tests, tests)) return null;
          return { text, tests };
        });
        return { result: { document, changed }, facts: { version: document.version, changed } };
      },
    );
  };
}

function refused(what: string, issues: readonly Issue[]): PatchbayError {
  const [first] = issues;
  const at = first?.line === undefined ? (first?.path ?? '') : `line ${first.line}`;
  return new PatchbayError('invalid_request', { message: `${what}: ${at}: ${first?.message}`, details: { issues } });
}
