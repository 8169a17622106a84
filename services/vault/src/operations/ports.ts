import type { AuditData, AuditEventType, LeaseRevoked, StoredCredential } from '@patchbay/contracts';
import type { ConnectionRecord } from '../domain/connection-record.ts';

/** What one stored credential belongs to and may be used for: the encryption binds it to all of this. */
export interface CredentialBinding {
  readonly tenant: string;
  readonly connection: string;
  readonly integration: string;
  /** The connection's `credential_version`. */
  readonly version: number;
  /** The connection's variables: they choose the host that gets the credential, so they are bound to it too. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Some rows of a store, in the order in which they were written. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  /** The revision that the page reaches. */
  readonly upTo: number;
  /** Rows behind it, about. */
  readonly left: number;
}

/** One row of the credentials. `value` is null when it is not what a vault wrote. */
export interface CredentialRow {
  readonly connection: string;
  readonly version: number;
  readonly value: StoredCredential | null;
  readonly revision: number;
}

/** Every method throws PatchbayError `vault_unavailable` when the store does not answer. */
export interface ConnectionStore {
  get(tenant: string, id: string): Promise<{ value: ConnectionRecord; revision: number } | null>;
  create(record: ConnectionRecord): Promise<void>;
  /** False when the record changed since `revision`. */
  replace(record: ConnectionRecord, revision: number): Promise<boolean>;
  /** Every connection of the tenant, and the default's id by integration. */
  list(tenant: string): Promise<{ connections: ConnectionRecord[]; defaults: ReadonlyMap<string, string> }>;
  /** The tenant's connections behind a revision, a page at a time: what changes meanwhile comes again at the end. */
  scan(tenant: string, after: number): AsyncIterable<Page<{ value: ConnectionRecord; revision: number }>>;
  /** `connection` is null when the integration has no default; `revision` is null when it never had one. */
  getDefault(tenant: string, integration: string): Promise<{ connection: string | null; revision: number | null }>;
  /** False when the default changed since `revision`. */
  setDefault(tenant: string, integration: string, connection: string | null, revision: number | null): Promise<boolean>;
}

/**
 * Encrypted credentials, one row for each version of a connection's. What a row holds never changes, only the tenant key
 * that it is encrypted under: which version counts is what the connection says, so that a credential changes in one write. Every method throws PatchbayError `vault_unavailable`
 * when the store does not answer.
 */
export interface CredentialStore {
  get(tenant: string, connection: string, version: number): Promise<StoredCredential | null>;
  /** False when there is a row of that version already. */
  create(tenant: string, connection: string, stored: StoredCredential): Promise<boolean>;
  delete(tenant: string, connection: string, version: number): Promise<void>;
  /** A row with the revision to name when it is encrypted anew. */
  read(
    tenant: string,
    connection: string,
    version: number,
  ): Promise<{ value: StoredCredential; revision: number } | null>;
  /** False when the row changed since `revision`. */
  replace(tenant: string, connection: string, stored: StoredCredential, revision: number): Promise<boolean>;
  /** The tenant's rows behind a revision, a page at a time: what changes meanwhile comes again at the end. */
  scan(tenant: string, after: number): AsyncIterable<Page<CredentialRow>>;
}

/** Turns a credential's bytes into its stored form and back. */
export interface CredentialCipher {
  /** @throws PatchbayError `vault_unavailable` when the tenant's key cannot be had. */
  encrypt(binding: CredentialBinding, plaintext: Uint8Array): Promise<StoredCredential>;
  /**
   * The caller owns the bytes and wipes them.
   * @throws PatchbayError `vault_unavailable`: retryable when the tenant's key cannot be had now; not retryable, with
   *   `details.reason` `integrity`, when the stored form is not what was stored for this binding.
   */
  decrypt(binding: CredentialBinding, stored: StoredCredential): Promise<Buffer>;
  /** The same credential under another version of the tenant's key. Throws as `decrypt`. */
  reencrypt(binding: CredentialBinding, stored: StoredCredential, tenantKeyVersion: number): Promise<StoredCredential>;
  /** Whether new credentials of the tenant are encrypted under that version of its key: as the store has it now. */
  isCurrent(tenant: string, tenantKeyVersion: number): Promise<boolean>;
}

/** The vault's X25519 keys. */
export interface Sealer {
  readonly publicKey: string;
  /** Whether `publicKey` is a key that something can be sealed to. */
  isRecipient(publicKey: string): boolean;
  seal(data: Uint8Array, recipient: string): Uint8Array;
  /** @throws Error when it was not sealed to us by `sender`. */
  open(data: Uint8Array, sender: string): Uint8Array;
}

export interface AuditEntry {
  readonly tenant: string;
  readonly class: 'credential' | 'connection';
  readonly type: AuditEventType;
  readonly subject: string;
  readonly data: AuditData;
}

/** Settles when the record is durable. @throws PatchbayError `audit_unavailable` when no sink took it. */
export type RecordAudit = (entry: AuditEntry) => Promise<void>;

/**
 * Tells every executor to drop its leases of a connection, or of a whole tenant, and then whoever holds secrets of it to drop
 * those. Best effort: a lease ends by itself in 30 seconds, a secret in 60.
 */
export type BroadcastRevocation = (revoked: LeaseRevoked) => void;

/** Reports what an operator should see. `facts` hold no secret. */
export type Report = (level: 'warn' | 'error', message: string, facts: Readonly<Record<string, unknown>>) => void;

/** What an operation knows of the request besides its body. */
export interface Caller {
  /** W3C trace id, or null. */
  readonly traceId: string | null;
  /** Milliseconds that the caller waits, or null when it did not say. */
  readonly budgetMs?: number | null;
}
