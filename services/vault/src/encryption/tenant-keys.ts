import type { KeyringNode } from '@aws-crypto/client-node';
import type { KeyVersions } from '@patchbay/contracts';
import { base64Bytes } from './base64.ts';
import { BoundedCache } from './bounded-cache.ts';
import { erased, refusedKey } from './key-refusals.ts';
import { type KeyService, type TenantKeyName, tenantKeyBytes } from './key-service.ts';
import { firstVersions, openKeyVersions, sealKeyVersions } from './key-versions.ts';
import { SingleFlight } from './single-flight.ts';
import type { TenantKeyStore } from './tenant-key-store.ts';
import { createTenantKeyring } from './tenant-keyring.ts';

/** The tenants' keys, ready for use and never handed out as bytes. Every method throws PatchbayError `vault_unavailable`. */
export interface TenantKeys {
  /** The tenant's current key as the store has it now, made when the tenant has none yet. */
  forEncryption(tenant: string): Promise<{ keyring: KeyringNode; version: number }>;
  /** Refuses versions that are not in use. */
  forDecryption(name: TenantKeyName): Promise<KeyringNode>;
  /** As the store has them now. */
  versions(tenant: string): Promise<KeyVersions>;
  /** Makes `version` the current one, and its key if there is none. Does nothing when it is, or a later one. */
  advance(tenant: string, version: number): Promise<void>;
  /** Refuses versions below the current one from now on, and destroys their keys. @returns how many. */
  destroyOlder(tenant: string): Promise<number>;
  /** Destroys every key of the tenant, in use or not. @returns how many there were. */
  destroyAll(tenant: string): Promise<number>;
  /** Forgets what is held of the tenant. */
  drop(tenant: string): void;
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
  /** Whether a job says that the tenant is erased: so that a restored bucket of keys alone brings nobody back. */
  readonly isErased?: (tenant: string) => boolean;
  /** Tells the other vaults that the tenant's versions changed. */
  readonly announce?: (tenant: string) => void;
}

const longestTtlMs = 60_000;
/** Keys held at once, some 6 kB each. With more tenants at work than that, each lease could cost a question to the key service. */
const mostKeys = 10_000;
/** With the 30 seconds of a lease, no use of a key outlives by more than a minute what takes it away. */
const versionsTtlMs = 30_000;

export function createTenantKeys(options: TenantKeysOptions): TenantKeys {
  const { keyService, store, announce = () => {}, isErased = () => false } = options;
  const ttlMs = Math.min(options.ttlMs ?? longestTtlMs, longestTtlMs);
  const bounds = { maxEntries: options.maxKeys ?? mostKeys, failureHoldMs: options.failureHoldMs ?? 500 };
  const cache = new BoundedCache<KeyringNode>({ ...bounds, ttlMs });
  const known = new BoundedCache<KeyVersions>({ ...bounds, ttlMs: Math.min(ttlMs, versionsTtlMs) });
  const creations = new SingleFlight<void>();
  const idOf = ({ tenant, version }: TenantKeyName) => `${tenant}.${version}`;

  async function load(name: TenantKeyName): Promise<KeyringNode> {
    const stored = await store.get(name);
    if (stored === null) throw refusedKey('The tenant key that encrypted this credential is gone.');
    if (stored.tenant !== name.tenant || stored.version !== name.version)
      throw refusedKey("A tenant key stands under another key's name.");
    if (stored.provider !== keyService.provider) {
      throw refusedKey(
        `The tenant key was wrapped by the key service '${stored.provider}', and this vault uses '${keyService.provider}'.`,
      );
    }
    const wrapped = base64Bytes(stored.wrapped);
    if (wrapped === null) throw refusedKey('The wrapped tenant key is not what was stored.');
    return importKey(name, await keyService.unwrap(wrapped, name));
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

  const keyringOf = (name: TenantKeyName) => cache.get(idOf(name), () => load(name));

  async function read(tenant: string): Promise<{ versions: KeyVersions; revision: number | null }> {
    const [stored, isGone] = await Promise.all([store.getVersions(tenant), store.isErased(tenant)]);
    if (isGone || isErased(tenant)) throw erased(tenant);
    if (stored === null) return { versions: firstVersions, revision: null };
    const versions =
      stored.value.tenant === tenant
        ? await openKeyVersions(await keyringOf({ tenant, version: stored.value.current }), tenant, stored.value)
        : null;
    if (versions === null) throw refusedKey("The record of the tenant's key versions is not what was stored.");
    return { versions, revision: stored.revision };
  }

  async function fresh(tenant: string): Promise<KeyVersions> {
    const { versions } = await read(tenant);
    known.put(tenant, versions);
    return versions;
  }

  /** Changes the record unless there is nothing to change; whoever else does so at the same moment. */
  async function change(tenant: string, next: (versions: KeyVersions) => KeyVersions | null): Promise<void> {
    for (;;) {
      const { versions, revision } = await read(tenant);
      const wanted = next(versions);
      if (wanted === null) return;
      const keyring = await keyringOf({ tenant, version: wanted.current });
      if (!(await store.setVersions(await sealKeyVersions(keyring, tenant, wanted), revision))) continue;
      known.put(tenant, wanted);
      announce(tenant);
      return;
    }
  }

  function drop(tenant: string): void {
    known.dropWhere((id) => id === tenant);
    cache.dropWhere((id) => id.startsWith(`${tenant}.`));
  }

  return {
    async forEncryption(tenant) {
      const name = { tenant, version: (await fresh(tenant)).current };
      await creations.run(idOf(name), () => createIfMissing(name));
      return { keyring: await keyringOf(name), version: name.version };
    },
    async forDecryption(name) {
      let versions = await known.get(name.tenant, async () => (await read(name.tenant)).versions);
      // A rotation elsewhere may be newer than what is held here.
      if (name.version > versions.current) versions = await fresh(name.tenant);
      if (name.version > versions.current || name.version < versions.minimum)
        throw refusedKey(`Version ${name.version} of the tenant key is not in use.`);
      return keyringOf(name);
    },
    versions: fresh,
    async advance(tenant, version) {
      if ((await read(tenant)).versions.current >= version) return;
      await createIfMissing({ tenant, version });
      await change(tenant, ({ current, minimum }) => (current >= version ? null : { current: version, minimum }));
    },
    async destroyOlder(tenant) {
      await change(tenant, ({ current, minimum }) => (minimum === current ? null : { current, minimum: current }));
      const { minimum } = await fresh(tenant);
      const older = (await store.list(tenant)).filter((version) => version < minimum);
      for (const version of older) await store.destroy({ tenant, version });
      cache.dropWhere((id) => id.startsWith(`${tenant}.`));
      announce(tenant);
      return older.length;
    },
    async destroyAll(tenant) {
      const versions = await store.list(tenant);
      for (const version of versions) await store.destroy({ tenant, version });
      await store.deleteVersions(tenant);
      drop(tenant);
      announce(tenant);
      return versions.length;
    },
    drop,
    close() {
      known.clear();
      cache.clear();
    },
  };
}

function importKey(name: TenantKeyName, key: Uint8Array): KeyringNode {
  if (key.length === tenantKeyBytes) return createTenantKeyring(name, key);
  key.fill(0);
  throw refusedKey('The key service returned a key of the wrong length.');
}
