import { formatVerifierKey, type SigningKey, verifierKey } from '@patchbay/audit-log/proofs';
import type { LogKey, ReadLogKey } from '@patchbay/contracts';

/**
 * Who signs a tenant's checkpoints: the same key for all, under each log's own name, so that no checkpoint passes for another
 * tenant's. @throws PatchbayError `audit_unavailable`.
 */
export function createReadLogKey({
  key,
  originOf,
}: {
  readonly key: SigningKey;
  readonly originOf: (tenant: string) => Promise<string>;
}): (request: ReadLogKey) => Promise<LogKey> {
  return async ({ tenant }) => {
    const origin = await originOf(tenant);
    return { origin, verifier_key: formatVerifierKey(verifierKey(origin, key.publicKey)) };
  };
}
