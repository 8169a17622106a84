import type {
  AuditData,
  AuditEventType,
  IntegrationDocument,
  RegistryChanged,
  StoredChoice,
  StoredIntegration,
  StoredToolset,
  ToolLatency,
} from '@patchbay/contracts';
import type {
  ChoiceAddress,
  EntryAddress,
  RegisteredTool,
  RegistryCopy,
  ToolsetAddress,
} from '@patchbay/registry-copy';

/** The local copy of everything registered. Reads never leave the process. */
export type Documents = Omit<RegistryCopy, 'onChange' | 'applyOwnWrite' | 'unreadable' | 'close'>;

/**
 * The durable store behind the copy. What a method wrote or read is in the copy when it settles. Every method throws
 * PatchbayError: `overloaded` when the store does not answer or refuses, `outcome_unknown` when a write was sent and
 * nothing came back.
 */
export interface EntryStore<Address, Stored> {
  /** @throws PatchbayError `invalid_request` when the entry is not one this release can read. */
  read(address: Address): Promise<{ stored: Stored; revision: number } | null>;
  /** False when the address is taken. */
  create(stored: Stored): Promise<boolean>;
  /** False when the entry changed since `revision`. */
  replace(stored: Stored, revision: number): Promise<boolean>;
}
export type DocumentStore = EntryStore<EntryAddress, StoredIntegration>;
export type ChoiceStore = EntryStore<ChoiceAddress, StoredChoice>;
export type ToolsetStore = EntryStore<ToolsetAddress, StoredToolset>;

export interface AuditEntry {
  readonly tenant: string;
  readonly class: 'registry';
  readonly type: AuditEventType;
  readonly subject: string;
  readonly data: AuditData;
}

/** Settles when the record is durable. @throws PatchbayError `audit_unavailable` when no sink took it. */
export type RecordAudit = (entry: AuditEntry) => Promise<void>;

/** Tells whoever listens that tools came or went. Best effort: copies follow the store, not this. */
export type Announce = (change: RegistryChanged) => void;

/** Reports what an operator should see. */
export type Report = (
  level: 'info' | 'warn' | 'error',
  message: string,
  facts: Readonly<Record<string, unknown>>,
) => void;

/** Who asked, for the audit log. */
export interface Caller {
  readonly actor: AuditData['actor'];
  /** W3C trace id, or null. */
  readonly traceId: string | null;
}

/** How long a tool of a document takes; undefined when nobody knows. */
export type LatencyOf = (tool: RegisteredTool) => ToolLatency | undefined;

/** Documents that come with Patchbay. */
export type CatalogueDocuments = readonly IntegrationDocument[];
