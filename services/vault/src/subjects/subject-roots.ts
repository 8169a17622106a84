/**
 * For each person of whom something is kept a random secret, apart from the store as tenants' roots are, without which their data
 * key cannot be had; and for each that was erased what says so, whatever copy of the store comes back. Every method throws
 * PatchbayError `vault_unavailable`: retryable when the place is away.
 */
export interface SubjectRoots {
  /** The person's root, 32 bytes, which the caller wipes; null: there is none, or it was destroyed. */
  get(tenant: string, token: string): Promise<Buffer | null>;
  /** The same, made if there never was one. Null: it was destroyed. */
  ensure(tenant: string, token: string): Promise<Buffer | null>;
  /** Destroys the root, and remembers that the person was erased. @returns whether there was a root. */
  destroy(tenant: string, token: string): Promise<boolean>;
  /** The root of the key under which digests of arguments are made, 32 bytes, which the caller wipes; made if there is none. */
  digests(tenant: string): Promise<Buffer>;
  /** Destroys that root. The next that is asked for is another. */
  destroyDigests(tenant: string): Promise<void>;
  /** The tokens of the tenant's erased persons, in no order. */
  erased(tenant: string): Promise<string[]>;
  /** Removes whatever there is of a tenant that was erased. */
  destroyTenant(tenant: string): Promise<void>;
}
