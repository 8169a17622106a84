import type { AuditData, AuditEventType, StoredApiKey, Tenant, TrustedIssuer } from '@patchbay/contracts';

/** A row and the revision it was read at. */
export interface Versioned<Row> {
  readonly row: Row;
  readonly revision: number;
}

/** A copy of everybody who may come in, fresh within moments, and the store behind it. */
export interface IdentityStore {
  /** Of the copy: no round trip. */
  findKey(id: string): StoredApiKey | null;
  findTenant(tenant: string): Tenant | null;
  findIssuer(tenant: string): TrustedIssuer | null;
  /** Every tenant's that has this `iss`. */
  issuersNamed(issuer: string): readonly TrustedIssuer[];
  /** Of the copy, in no order. */
  keys(): readonly StoredApiKey[];
  tenants(): readonly Tenant[];
  issuers(): readonly TrustedIssuer[];
  /** From the store itself. @throws PatchbayError `overloaded` when it cannot be reached. */
  readKey(id: string): Promise<Versioned<StoredApiKey> | null>;
  readTenant(tenant: string): Promise<Versioned<Tenant> | null>;
  readIssuer(tenant: string): Promise<Versioned<TrustedIssuer> | null>;
  /** False when it is there already. */
  createKey(key: StoredApiKey): Promise<boolean>;
  createTenant(tenant: Tenant): Promise<boolean>;
  createIssuer(issuer: TrustedIssuer): Promise<boolean>;
  /** False when another was first. */
  updateKey(key: StoredApiKey, revision: number): Promise<boolean>;
  updateTenant(tenant: Tenant, revision: number): Promise<boolean>;
  updateIssuer(issuer: TrustedIssuer, revision: number): Promise<boolean>;
  removeIssuer(tenant: string, revision: number): Promise<boolean>;
}

/** Who makes a change. */
export interface Actor {
  readonly kind: 'admin' | 'key' | 'user';
  readonly id: string;
}

/** @throws PatchbayError `audit_unavailable`. */
export type RecordAudit = (entry: {
  readonly tenant: string;
  readonly type: AuditEventType;
  readonly subject: string;
  readonly data: AuditData;
}) => Promise<void>;

export type Report = (level: 'info' | 'warn' | 'error', message: string, facts: Record<string, unknown>) => void;
