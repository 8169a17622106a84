import type { KeyringNode } from '@aws-crypto/client-node';
import { PatchbayError, type StoredTenantKey } from '@patchbay/contracts';
import { BoundedCache } from './bounded-cache.ts';
import { type KeyService, type TenantKeyName, tenantKeyBytes } from './key-service.ts';
import { SingleFlight } from './single-flight.ts';
import { createTenantKeyring } from './tenant-keyring.ts';

/** Where wrapped tenant keys are kept. Both methods throw PatchbayError `vault_unavailable`. */
export interface TenantKeyStore {
  get(name: TenantKeyName): Promise<StoredTenantKey | null>;
  /** False when the key exists already: another process was first. */
  create(key: StoredTenantKey): Promise<boolean>;
}

/** The tenants' keys, ready for use and never handed out as bytes. */
export interface TenantKeys {
  /** The tenant's newest key, made when the tenant has none yet. */
  forEncryption(tenant: string): Promise<{ keyring: KeyringNode; version: number }>;
  forDecryption(name: TenantKeyName): Promise<KeyringNode>;
  /** Forgets every key held. */
  close(): void;
}

export interface TenantKeysOptions {
  readonly keyService: KeyService;
  readonly store: TenantKeyStore;
  readonly now: () => Date;
  readonly maxKeys?: number;
  /** At most 60,000: within that time an erased tenant key is gone from every process. */
  readonly ttlMs?: number;
  readonly failureHoldMs?: number;
}

/** Every tenant's first key. Rotation, which adds more, will bring the record of which is the newest. */
const firstVersion = 1;
const longestTtlMs = 60_000;

export function createTenantKeys(options: TenantKeysOptions): TenantKeys {
  const { keyService, store } = options;
  const cache = new BoundedCache<KeyringNode>({
    maxEntries: options.maxKeys ?? 1_000,
    ttlMs: Math.min(options.ttlMs ?? longestTtlMs, longestTtlMs),
    failureHoldMs: options.failureHoldMs ?? 500,
  });
  const creations = new SingleFlight<void>();
  const idOf = ({ tenant, version }: TenantKeyName) => `${tenant}.${version}`;

  async function load(name: TenantKeyName): Promise<KeyringNode> {
    const stored = await store.get(name);
    if (stored === null) throw refused('The tenant key that encrypted this credential is gone.');
    if (stored.tenant !== name.tenant || stored.version !== name.version)
      throw refused("A tenant key stands under another key's name.");
    if (stored.provider !== keyService.provider) {
      throw refused(
        `The tenant key was wrapped by the key service '${stored.provider}', and this vault uses '${keyService.provider}'.`,
      );
    }
    return importKey(name, await keyService.unwrap(Buffer.from(stored.wrapped, 'base64'), name));
  }

  async function createIfMissing(name: TenantKeyName): Promise<void> {
    if ((await store.get(name)) !== null) return;
    const { key, wrapped } = await keyService.generateTenantKey(name);
    const keyring = importKey(name, key);
    const created = await store.create({
      ...name,
      provider: keyService.provider,
      key_id: keyService.keyId,
      wrapped: Buffer.from(wrapped).toString('base64'),
      created_at: options.now().toISOString(),
    });
    // When another process was first, its key is the tenant's and ours is forgotten.
    if (created) cache.put(idOf(name), keyring);
  }

  const forDecryption = (name: TenantKeyName) => cache.get(idOf(name), () => load(name));

  return {
    async forEncryption(tenant) {
      const name = { tenant, version: firstVersion };
      await creations.run(idOf(name), () => createIfMissing(name));
      return { keyring: await forDecryption(name), version: name.version };
    },
    forDecryption,
    close: () => cache.clear(),
  };
}

function importKey(name: TenantKeyName, key: Uint8Array): KeyringNode {
  if (key.length === tenantKeyBytes) return createTenantKeyring(name, key);
  key.fill(0);
  throw refused('The key service returned a key of the wrong length.');
}

function refused(message: string): PatchbayError {
  return new PatchbayError('vault_unavailable', { message, retryable: false, details: { reason: 'tenant_key' } });
}
