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
