import { isDeepStrictEqual } from 'node:util';
import {
  type Issue,
  PatchbayError,
  type PutPrivacyPolicyRequest,
  type PutPrivacyPolicyResult,
  type StoredPrivacyPolicy,
} from '@patchbay/contracts';
import { privacyPolicyIssues } from '@patchbay/privacy-policy';
import { type AuditPorts, auditedChange } from '../audited-change.ts';
import type { Caller } from '../ports.ts';
import type { KeepPrivacyPolicies } from './ports.ts';

export interface PutPrivacyPolicyPorts extends AuditPorts {
  readonly privacy: KeepPrivacyPolicies;
  readonly now: () => Date;
}

/** Other writers can come between; more than a few times means something is wrong. */
const maxTries = 5;

/**
 * Puts a tenant's privacy policy in force; the same again changes nothing.
 * @throws PatchbayError `invalid_request` naming an entity that there is not, or that another version is there;
 *   `audit_unavailable`, `overloaded`.
 */
export function putPrivacyPolicy(ports: PutPrivacyPolicyPorts) {
  return async (request: PutPrivacyPolicyRequest, caller: Caller): Promise<PutPrivacyPolicyResult> => {
    const { tenant, policy } = request;
    const issues = privacyPolicyIssues(policy);
    if (issues.length > 0) throw refused('The privacy policy is not valid', issues);
    const facts = { hipaa: policy.hipaa, directions: directionsOf(request).join(' ') };
    return auditedChange(
      ports,
      { type: 'dev.patchbay.registry.privacy_put', scope: tenant, kind: 'privacy_policy', id: 'privacy', facts },
      caller,
      async () => {
        const result = await write(ports, request);
        return { result, facts: { version: result.privacy.version, changed: result.changed } };
      },
    );
  };
}

async function write(
  { privacy, now }: PutPrivacyPolicyPorts,
  { tenant, policy, expected_version, by }: PutPrivacyPolicyRequest,
): Promise<PutPrivacyPolicyResult> {
  for (let tries = 0; tries < maxTries; tries++) {
    const found = await privacy.read(tenant);
    const there = found?.stored.version ?? 0;
    if (expected_version !== undefined && expected_version !== there)
      throw refused('Another version is there', [
        { path: 'expected_version', message: `is ${expected_version}, but version ${there} is there` },
      ]);
    if (found !== null && isDeepStrictEqual(found.stored.policy, policy))
      return { privacy: found.stored, changed: false };
    const stored: StoredPrivacyPolicy = {
      tenant,
      version: there + 1,
      policy,
      updated_at: now().toISOString(),
      updated_by: by ?? 'admin',
    };
    if (await privacy.write(stored, found?.revision ?? null)) return { privacy: stored, changed: true };
  }
  throw new PatchbayError('overloaded', { message: 'The privacy policy is being changed by others; try again.' });
}

function directionsOf({ policy }: PutPrivacyPolicyRequest): string[] {
  return (['arguments', 'results', 'logs', 'webhooks'] as const).filter((direction) => policy[direction] !== undefined);
}

function refused(what: string, issues: readonly Issue[]): PatchbayError {
  const [first] = issues;
  return new PatchbayError('invalid_request', {
    message: `${what}: ${first?.path}: ${first?.message}`,
    details: { issues },
  });
}
