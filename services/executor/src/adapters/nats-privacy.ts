import { hash } from 'node:crypto';
import type { PersonalKeys } from '@patchbay/audit-log';
import { maxUntrustedPaths as maxPaths, unknownSubject } from '@patchbay/contracts';
import type { Bucket } from '@patchbay/messaging';
import { PrivacyPolicies } from '@patchbay/privacy-policy';
import { auditFacts } from '../domain/execution-facts.ts';
import type { FindPrivacyPolicy, RecordPersonal, TokenisePersonal } from '../operations/privacy/ports.ts';
import type { recordNotice } from './nats-audit.ts';

/** Follows bucket `privacy_policies`. Resolves when what is in it is known: no call goes by half of it. */
export async function openPrivacyPolicies(
  bucket: Bucket,
  onMistake: (problem: { readonly tenant: string; readonly message: string }) => void,
): Promise<FindPrivacyPolicy & { close(): void }> {
  const policies = new PrivacyPolicies(onMistake);
  const watch = await bucket.watch('>', ({ key, value }) =>
    policies.apply(key, value === null ? null : Buffer.from(value).toString('utf8')),
  );
  return { of: (tenant) => policies.of(tenant), close: () => watch.unsubscribe() };
}

/** Characters of an identifier that the keys make tokens of. */
const longest = 200;

/** Tokens of the kind that audit has of persons, under the same key: an address has one token wherever it stands, until its key is destroyed. */
export function createTokens(keys: Pick<PersonalKeys, 'tokenNow' | 'token'>): TokenisePersonal {
  const anybody = 'id:anybody';
  return {
    async prepare(tenant) {
      if (keys.tokenNow(tenant, anybody) === null) await keys.token(tenant, anybody);
    },
    token(tenant, value, what) {
      const token = keys.tokenNow(tenant, identifierOf(value, what));
      return token === null || token === unknownSubject ? `[${what}]` : token;
    },
  };
}

function identifierOf(value: string, what: string): string {
  const short = value.length <= longest ? value : hash('sha256', value, 'base64url');
  if (what === 'email') return `email:${short}`;
  if (what === 'phone') return `phone:${short}`;
  // A marked field may hold an address or a number: then it is that person's.
  return what === 'pii' ? short : `id:${what}:${short}`;
}

/** Findings in the audit log: what was found where, and what was done. */
export function recordPersonal(record: ReturnType<typeof recordNotice>): RecordPersonal {
  return {
    found({ executionId, request, call, prepared }, direction, findings, blocked) {
      const counts = new Map<string, number>();
      for (const { found, action } of findings)
        counts.set(`${found} ${action}`, (counts.get(`${found} ${action}`) ?? 0) + 1);
      record(call.tenant, {
        ...auditFacts(request, call, prepared),
        outcome: blocked ? 'refused' : 'succeeded',
        execution_id: executionId,
        facts: {
          direction,
          findings: [...counts]
            .map(([what, count]) => `${what} ${count}`)
            .join(', ')
            .slice(0, 500),
          fields: [...new Set(findings.map(({ path }) => path))].slice(0, maxPaths).join(', ').slice(0, 500),
        },
      });
    },
  };
}
