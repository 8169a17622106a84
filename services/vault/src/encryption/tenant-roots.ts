/** Bytes of a root. */
export const rootBytes = 32;

/**
 * A random secret for each tenant, that its wrapped keys cannot be unwrapped without. Roots lie apart from the store and from
 * everything that a backup of the store brings back, and are destroyed, not revoked. Every method throws PatchbayError
 * `vault_unavailable`: retryable when the place is away, with `details.reason` `erased` when the root was destroyed, and
 * `tenant_key` when there is none or it is damaged.
 */
export interface TenantRoots {
  /** Names this place, and says nothing of what is in it. */
  readonly id: string;
  /** The tenant's root. The caller wipes it. */
  get(tenant: string): Promise<Buffer>;
  /** The same, made if the tenant never had one: by one process, if several are at it. */
  ensure(tenant: string): Promise<Buffer>;
  /** Destroys the root, and remembers that it was. Again is no error. */
  destroy(tenant: string): Promise<void>;
}
