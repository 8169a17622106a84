import { PatchbayError, StoredApiKey, Tenant, TrustedIssuer } from '@patchbay/contracts';
import type { Bucket, BucketChange } from '@patchbay/messaging';
import type { z } from 'zod';
import type { IdentityStore, Versioned } from '../operations/ports.ts';

export interface NatsIdentity extends IdentityStore {
  close(): void;
}

export interface NatsIdentityOptions {
  /** A row that is none was left out: nobody comes in by it. */
  readonly onError: (error: unknown, key: string) => void;
  /** The copy has changed. */
  readonly onChanged: () => void;
}

const keyOf = (id: string) => `key.${id}`;
const tenantOf = (tenant: string) => `tenant.${tenant}`;
const issuerOf = (tenant: string) => `issuer.${tenant}`;

/** Bucket `identity`, and a copy of all of it that follows it. */
export async function openNatsIdentity(bucket: Bucket, options: NatsIdentityOptions): Promise<NatsIdentity> {
  const keys = new Map<string, StoredApiKey>();
  const tenants = new Map<string, Tenant>();
  const issuers = new Map<string, TrustedIssuer>();

  const reached = new ReachedRevision();

  function take({ key, value, revision }: BucketChange): void {
    const [kind = '', id = ''] = key.split('.');
    try {
      if (kind === 'key') follow(keys, id, value, StoredApiKey, (row) => row.id);
      else if (kind === 'tenant') follow(tenants, id, value, Tenant, (row) => row.tenant);
      else if (kind === 'issuer') follow(issuers, id, value, TrustedIssuer, (row) => row.tenant);
    } catch (error) {
      // What cannot be read lets nobody in, also not as it was before. A tenant that cannot be read may be suspended.
      if (kind === 'key') keys.delete(id);
      if (kind === 'issuer') issuers.delete(id);
      if (kind === 'tenant') tenants.set(id, unreadable(id));
      options.onError(error, key);
    }
    reached.reach(revision);
    options.onChanged();
  }
  const watch = await bucket.watch('>', take);

  const read = async <Row>(key: string, schema: z.ZodType<Row>): Promise<Versioned<Row> | null> => {
    const entry = await reachable(bucket.get(key));
    return entry === null ? null : { row: parse(schema, entry.value), revision: entry.revision };
  };
  /** What was written here is in force here when it is answered. */
  const written = async (revision: number | null) => {
    if (revision !== null) await reached.wait(revision);
    return revision !== null;
  };
  const create = async (key: string, row: unknown) => written(await reachable(bucket.create(key, JSON.stringify(row))));
  const update = async (key: string, row: unknown, revision: number) =>
    written(await reachable(bucket.update(key, JSON.stringify(row), revision)));

  return {
    findKey: (id) => keys.get(id) ?? null,
    findTenant: (tenant) => tenants.get(tenant) ?? null,
    findIssuer: (tenant) => issuers.get(tenant) ?? null,
    issuersNamed: (issuer) => [...issuers.values()].filter((one) => one.issuer === issuer),
    keys: () => [...keys.values()],
    tenants: () => [...tenants.values()],
    issuers: () => [...issuers.values()],
    readKey: (id) => read(keyOf(id), StoredApiKey),
    readTenant: (tenant) => read(tenantOf(tenant), Tenant),
    readIssuer: (tenant) => read(issuerOf(tenant), TrustedIssuer),
    createKey: (key) => create(keyOf(key.id), key),
    createTenant: (tenant) => create(tenantOf(tenant.tenant), tenant),
    createIssuer: (issuer) => create(issuerOf(issuer.tenant), issuer),
    updateKey: (key, revision) => update(keyOf(key.id), key, revision),
    updateTenant: (tenant, revision) => update(tenantOf(tenant.tenant), tenant, revision),
    updateIssuer: (issuer, revision) => update(issuerOf(issuer.tenant), issuer, revision),
    async removeIssuer(tenant, revision) {
      if (!(await reachable(bucket.delete(issuerOf(tenant), revision)))) return false;
      await reached.wait(revision + 1, () => !issuers.has(tenant));
      return true;
    },
    close: () => watch.unsubscribe(),
  };
}

/** Milliseconds that a write waits for the copy to have it. */
const catchUpMs = 2_000;

/** How far the copy has come. */
class ReachedRevision {
  #revision = 0;
  readonly #waiting = new Set<() => void>();

  reach(revision: number): void {
    this.#revision = Math.max(this.#revision, revision);
    for (const look of [...this.#waiting]) look();
  }

  /** Settles when the copy has the revision, and `there`, or has not got it for a while: the write stands all the same. */
  wait(revision: number, there = () => true): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve();
      };
      const look = () => {
        if (this.#revision >= revision && there()) done();
      };
      const timer = setTimeout(done, catchUpMs);
      this.#waiting.add(look);
      look();
    });
  }
}

/** @throws Error when it is no such row, or that of another id. */
function follow<Row>(
  copy: Map<string, Row>,
  id: string,
  value: Uint8Array | null,
  schema: z.ZodType<Row>,
  idOf: (row: Row) => string,
): void {
  if (value === null) {
    copy.delete(id);
    return;
  }
  const row = parse(schema, value);
  if (idOf(row) !== id) throw new Error('the row is of another id');
  copy.set(id, row);
}

function parse<Row>(schema: z.ZodType<Row>, value: Uint8Array): Row {
  return schema.parse(JSON.parse(Buffer.from(value).toString('utf8')));
}

const unreadable = (tenant: string): Tenant => {
  const long = new Date(0).toISOString();
  return { tenant, name: '', created_at: long, suspended_at: long };
};

async function reachable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw new PatchbayError('overloaded', { message: 'The store of keys and tenants cannot be reached.', cause });
  }
}
