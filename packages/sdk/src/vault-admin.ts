import { type Credential, type RotateCredentialResult, routes, type VaultJob } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import { sealSecret } from './seal-secret.ts';

/** How an operator looks after the keys of the vault. */
export interface VaultAdmin {
  /**
   * Starts to give the tenant a new key: every credential is encrypted under it, then the key before is destroyed. While
   * that is under way, the same job is the answer.
   */
  rotateTenantKey(tenant?: string): Promise<VaultJob>;
  /**
   * Puts another credential behind a connection; it is sealed here. The one before is kept for `overlapS` seconds (default a
   * day, at most a week).
   */
  rotateCredential(
    connection: string,
    credential: Credential,
    options?: { readonly overlapS?: number },
  ): Promise<RotateCredentialResult>;
  /** Goes back to the credential before, while it is kept. */
  revertCredential(connection: string): Promise<RotateCredentialResult>;
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
    rotateCredential: async (connection, credential, { overlapS } = {}) =>
      messaging.request(
        routes.rotateCredential,
        {},
        {
          tenant: ownTenant,
          connection,
          sealed_credential: await sealSecret(messaging, credential),
          ...(overlapS !== undefined && { overlap_s: overlapS }),
        },
      ),
    revertCredential: (connection) => messaging.request(routes.revertCredential, {}, { tenant: ownTenant, connection }),
    rewrapKeys: async () => (await messaging.request(routes.rewrapKeys, {}, {})).job,
    eraseTenant: async (tenant) => (await messaging.request(routes.eraseTenant, {}, { tenant })).job,
    eraseConnection: async (connection) =>
      (await messaging.request(routes.eraseConnection, {}, { tenant: ownTenant, connection })).job,
    jobs: async (filter = {}) => (await messaging.request(routes.listVaultJobs, {}, filter)).jobs,
  };
}
