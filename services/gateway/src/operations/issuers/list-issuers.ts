import type { TrustedIssuer } from '@patchbay/contracts';
import type { IdentityStore } from '../ports.ts';

/** The issuer that a tenant trusts, or those of all (null), by tenant. */
export function listIssuers({ store }: { readonly store: Pick<IdentityStore, 'issuers'> }) {
  return (tenant: string | null): TrustedIssuer[] =>
    store
      .issuers()
      .filter((one) => tenant === null || one.tenant === tenant)
      .sort((a, b) => (a.tenant < b.tenant ? -1 : 1));
}
