/** Which key of which tenant. Versions count from 1; a rotation adds one. */
export interface TenantKeyName {
  readonly tenant: string;
  readonly version: number;
}

/**
 * The service that holds the wrapping key: the only place from which a tenant key can be had in clear. Every method
 * throws PatchbayError `vault_unavailable`; `retryable` is false when the wrapped key was refused, not just unreachable.
 */
export interface KeyService {
  /** `local` or `aws-kms`; stored beside each wrapped key. */
  readonly provider: string;
  /** The wrapping key's own name, such as an ARN. Not a secret. */
  readonly keyId: string;
  /** A new 256-bit key, in clear and wrapped. The caller owns `key` and wipes it. */
  generateTenantKey(name: TenantKeyName): Promise<{ key: Uint8Array; wrapped: Uint8Array }>;
  /** The key inside `wrapped`, if it was wrapped for exactly this name. The caller owns it and wipes it. */
  unwrap(wrapped: Uint8Array, name: TenantKeyName): Promise<Uint8Array>;
  /** The same key wrapped under `keyId`. `sourceKeyId` is what stands beside the wrapped key. */
  rewrap(wrapped: Uint8Array, name: TenantKeyName, sourceKeyId: string): Promise<Uint8Array>;
  close(): void;
}

/**
 * A key service whose wrapped keys take a tenant's root to unwrap, beside the wrapping key: what destroys the root leaves
 * every copy of the tenant's wrapped keys without use, wherever it lies. Errors as of `KeyService`; of a tenant whose root was
 * destroyed `details.reason` is `erased`.
 */
export interface RootedKeyService extends KeyService {
  /** Whether a wrapped key takes a root at all: those of before there were roots do not, and are refused. */
  isRooted(wrapped: Uint8Array): boolean;
  /** A wrapped key of before there were roots, under its tenant's root from now on. */
  root(wrapped: Uint8Array, name: TenantKeyName): Promise<Uint8Array>;
  /** Destroys the tenant's root for good. Again is no error. */
  destroyRoot(tenant: string): Promise<void>;
}

/**
 * Whether two names are of one wrapping key. AWS KMS multi-Region keys have one key id (`mrk-…`) and one material in every
 * Region, whatever the rest of their ARNs says.
 */
export function isSameKey(a: string, b: string): boolean {
  if (a === b) return true;
  const [left, right] = [a, b].map((name) => /(?:^|:key\/)(mrk-[0-9A-Za-z-]+)$/.exec(name)?.[1]);
  return left !== undefined && left === right;
}

/** Bytes of a tenant key. */
export const tenantKeyBytes = 32;

/**
 * What a wrapped key is bound to. AWS KMS logs it in clear and wants exactly the same pairs to unwrap, so it names the
 * key and holds nothing personal or secret.
 */
export function wrappingContext(name: TenantKeyName): Record<string, string> {
  return { tenant: name.tenant, purpose: 'patchbay-tenant-key', key_version: String(name.version) };
}

/** The same as bytes, for what we encrypt ourselves. @param format says which layout they belong to. */
export function wrappingContextBytes(format: number | string, name: TenantKeyName): Buffer {
  return Buffer.from(
    JSON.stringify([format, Object.entries(wrappingContext(name)).sort(([a], [b]) => (a < b ? -1 : 1))]),
  );
}
