import { PatchbayError } from '@patchbay/contracts';
import { newestActive } from '../domain/connection-record.ts';
import type { ConnectionStore } from './ports.ts';

export interface DefaultWish {
  /** The connection that should be the default, if any. */
  readonly connection: string | null;
  /** Whether it takes the place of a default that is usable. */
  readonly replace: boolean;
}

/** More rounds than administrators who change one integration's connections at the same moment. */
const maxRounds = 10;

/**
 * Leaves the integration with an active connection as its default if it has one: the wished one, the present one, or the
 * newest. Moved by compare-and-set; after each move the chosen connection is read again, because it may have been removed
 * meanwhile. Whoever removes marks the connection first and looks at the default second, so one of the two always sees
 * the other.
 * @returns the default that stands, or null.
 * @throws PatchbayError `vault_unavailable` when others kept changing it.
 */
export async function settleDefault(
  store: ConnectionStore,
  tenant: string,
  integration: string,
  wish: DefaultWish,
): Promise<string | null> {
  for (let round = 0; round < maxRounds; round++) {
    const present = await store.getDefault(tenant, integration);
    const chosen = await choose(store, tenant, integration, present.connection, wish);
    if (chosen === present.connection) return chosen;
    if (!(await store.setDefault(tenant, integration, chosen, present.revision))) continue;
    if (chosen === null || (await isActive(store, tenant, chosen))) return chosen;
  }
  throw new PatchbayError('vault_unavailable', { message: 'The default connection kept changing; try again.' });
}

async function choose(
  store: ConnectionStore,
  tenant: string,
  integration: string,
  present: string | null,
  wish: DefaultWish,
): Promise<string | null> {
  const order = wish.replace ? [wish.connection, present] : [present, wish.connection];
  for (const candidate of order) {
    if (candidate !== null && (await isActive(store, tenant, candidate))) return candidate;
  }
  return newestActive((await store.list(tenant)).connections, integration)?.id ?? null;
}

async function isActive(store: ConnectionStore, tenant: string, id: string): Promise<boolean> {
  return (await store.get(tenant, id))?.value.status === 'active';
}
