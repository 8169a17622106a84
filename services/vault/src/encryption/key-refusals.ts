import { PatchbayError } from '@patchbay/contracts';

/** What using a key of an erased tenant fails with. */
export function erased(tenant: string): PatchbayError {
  return new PatchbayError('vault_unavailable', {
    message: `The tenant '${tenant}' was erased.`,
    retryable: false,
    details: { reason: 'erased' },
  });
}

export function isErased(error: unknown): boolean {
  return error instanceof PatchbayError && error.body.details.reason === 'erased';
}

/** What using a key fails with that is not what a vault stored, or is no longer in use. */
export function refusedKey(message: string): PatchbayError {
  return new PatchbayError('vault_unavailable', { message, retryable: false, details: { reason: 'tenant_key' } });
}
