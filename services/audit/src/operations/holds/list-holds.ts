import type { ListHolds, ListHoldsResult } from '@patchbay/contracts';
import type { HoldStore } from '../retention/ports.ts';

/** Tells a tenant's holds, newest first. @throws PatchbayError `audit_unavailable`. */
export function createListHolds({ list }: Pick<HoldStore, 'list'>): (request: ListHolds) => Promise<ListHoldsResult> {
  return async ({ tenant, released }) => ({ holds: [...(await list(tenant, released))] });
}
