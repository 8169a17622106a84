import { PatchbayError, type PolicyDocument } from '@patchbay/contracts';
import type { AuditPorts } from '../audited-change.ts';
import type { KeepPolicies } from './ports.ts';

export interface ChangePoliciesPorts extends AuditPorts {
  readonly policies: KeepPolicies;
  readonly now: () => Date;
}

/** Other writers can come between; more than a few times means something is wrong. */
const maxTries = 5;

/** Writes the next version of a document. `change` says what it holds, or null when nothing is to be done; it may be asked again. */
export async function changePolicy(
  { policies, now }: ChangePoliciesPorts,
  { scope, name }: Pick<PolicyDocument, 'scope' | 'name'>,
  by: string | undefined,
  change: (newest: PolicyDocument | undefined) => Pick<PolicyDocument, 'text' | 'tests'> | null,
): Promise<{ document: PolicyDocument; changed: boolean }> {
  for (let tries = 0; tries < maxTries; tries++) {
    const [newest] = policies.versions(scope, name);
    const wanted = change(newest);
    if (wanted === null) return { document: newest as PolicyDocument, changed: false };
    const document: PolicyDocument = {
      scope,
      name,
      version: (newest?.version ?? 0) + 1,
      ...wanted,
      updated_at: now().toISOString(),
      updated_by: by ?? 'admin',
    };
    if (await policies.create(document)) return { document, changed: true };
  }
  throw new PatchbayError('overloaded', { message: `The policies '${name}' are being changed by others; try again.` });
}
