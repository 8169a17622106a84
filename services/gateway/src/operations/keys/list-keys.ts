import type { ApiKey } from '@patchbay/contracts';
import type { IdentityStore } from '../ports.ts';
import { keyNotFound, viewOf } from './key-ports.ts';

/** The keys of a tenant, or of all (null), newest first; revoked and expired ones too. */
export function listKeys({ store }: { readonly store: Pick<IdentityStore, 'keys'> }) {
  return (tenant: string | null): ApiKey[] =>
    store
      .keys()
      .filter((key) => tenant === null || key.tenant === tenant)
      .map(viewOf)
      .sort((a, b) => (a.id < b.id ? 1 : -1));
}

/** @throws PatchbayError `not_found`, also for another tenant's. */
export function showKey({ store }: { readonly store: Pick<IdentityStore, 'findKey'> }) {
  return (tenant: string, id: string): ApiKey => {
    const key = store.findKey(id);
    if (key === null || key.tenant !== tenant) throw keyNotFound(id);
    return viewOf(key);
  };
}
