import { routes, type VaultJob } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';

/** How an operator looks after the keys of the vault. */
export interface VaultAdmin {
  /**
   * Starts to give the tenant a new key: every credential is encrypted under it, then the key before is destroyed. While
   * that is under way, the same job is the answer.
   */
  rotateTenantKey(tenant?: string): Promise<VaultJob>;
  /** Starts to wrap every tenant key under the wrapping key that the vaults are configured with. */
  rewrapKeys(): Promise<VaultJob>;
  /** Starts to make everything unreadable that is encrypted for the tenant, for good. Its name cannot be used again. */
  eraseTenant(tenant: string): Promise<VaultJob>;
  /** Removes a connection, and rotates the tenant's key so that no copy of its credential decrypts. */
  eraseConnection(connection: string): Promise<VaultJob>;
  /** The newest job of each tenant, newest first. */
  jobs(filter?: { readonly tenant?: string }): Promise<VaultJob[]>;
}

export function vaultOver(messaging: Messaging, ownTenant: string): VaultAdmin {
  return {
    rotateTenantKey: async (tenant = ownTenant) =>
      (await messaging.request(routes.rotateTenantKey, {}, { tenant })).job,
    rewrapKeys: async () => (await messaging.request(routes.rewrapKeys, {}, {})).job,
    eraseTenant: async (tenant) => (await messaging.request(routes.eraseTenant, {}, { tenant })).job,
    eraseConnection: async (connection) =>
      (await messaging.request(routes.eraseConnection, {}, { tenant: ownTenant, connection })).job,
    jobs: async (filter = {}) => (await messaging.request(routes.listVaultJobs, {}, filter)).jobs,
  };
}
