import type { AuditActsOf, AuditData, StoredKeptRequest, WebhookEvent, WebhookSource } from '@patchbay/contracts';
import type { SourceSecret } from '@patchbay/webhook-schemes';

/** A request to a source, as it came over HTTP. */
export interface HookArrival {
  /** `req_…` */
  readonly id: string;
  /** The id in its path; perhaps nobody's. */
  readonly source: string;
  /** In capitals. */
  readonly method: string;
  /** Path and query, as they came. */
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
  readonly receivedAt: Date;
  readonly traceparent: string | null;
}

/** An answer over HTTP. */
export interface HookReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface VersionedSource {
  readonly source: WebhookSource;
  readonly revision: number;
}

/** The local copy of sources. */
export interface FindSource {
  /** By its id alone; null when there is none. */
  find(id: string): WebhookSource | null;
  list(tenant: string): readonly WebhookSource[];
  all(): readonly WebhookSource[];
}

/** Sources as they are stored. Each throws PatchbayError `overloaded` when the store does not answer. */
export interface StoreSources extends FindSource {
  /** As it stands now. */
  read(tenant: string, id: string): Promise<VersionedSource | null>;
  create(source: WebhookSource): Promise<void>;
  /** False when another change was first. */
  update(source: WebhookSource, revision: number): Promise<boolean>;
  /** False when another change was first. */
  remove(source: WebhookSource, revision: number): Promise<boolean>;
}

/** A secret that was sealed to the vault's key: `sealed` in base64, and the xkey of who sealed it. */
export interface SealedValue {
  readonly sealed: string;
  readonly publicKey: string;
}

/** Secrets in the vault. Each throws PatchbayError `vault_unavailable` when it does not answer. */
export interface KeepSecrets {
  /** Those of the source that its record names, without those that ended. Copies are used for a minute at most. */
  of(source: WebhookSource): Promise<readonly SourceSecret[]>;
  keep(tenant: string, owner: string, secretId: string, value: SealedValue): Promise<void>;
  /** As `keep`, of a value that came over HTTP; it is sealed before it leaves this process. */
  keepClear(tenant: string, owner: string, secretId: string, value: string): Promise<void>;
  /** All of the owner's when none is named. */
  drop(tenant: string, owner: string, secretId?: string): Promise<void>;
}

/** What an event is told from others by: keys of which none may be there already. */
export interface ClaimKeys {
  readonly keys: readonly string[];
  /** Milliseconds for which it counts once it is persisted. */
  readonly windowMs: number;
}

export type Claim = 'won' | 'pending' | 'duplicate';

/** Who may persist an event, shared by all processes. Each throws when Redis is away. */
export interface ClaimEvents {
  claim(events: readonly ClaimKeys[], token: string): Promise<Claim[]>;
  /** It is persisted: from now on every further copy is a duplicate. */
  promote(event: ClaimKeys, token: string, eventId: string): Promise<void>;
  /** It is not: the next copy may try. */
  release(event: ClaimKeys, token: string): Promise<void>;
  /** Holds the claim for a while longer. */
  extend(event: ClaimKeys, token: string): Promise<void>;
}

export interface Persisted {
  /** The stream had it already. */
  readonly duplicate: boolean;
}

/** The stream cannot take an event now, and does not have it. */
export class NotPersisted extends Error {}

/** The stream `WEBHOOKS`, and whole requests beside it. */
export interface PersistEvents {
  /**
   * Settles when the stream has it. @throws NotPersisted when it certainly does not; any other error leaves that open.
   */
  publish(event: WebhookEvent, payload: Uint8Array | string): Promise<Persisted>;
  keepRequest(tenant: string, source: string, request: string, body: Uint8Array): Promise<void>;
}

/** Requests that became no event. */
export interface KeepRequests {
  put(request: StoredKeptRequest): Promise<void>;
}

/** One outbound request through the egress guard. */
export interface Visit {
  /** Whether it was answered with a 2xx. */
  visit(tenant: string, url: string): Promise<boolean>;
}

export type RecordAudit = (entry: {
  readonly tenant: string;
  readonly type: `dev.patchbay.webhook.${AuditActsOf<'webhook'>}`;
  readonly subject: string;
  readonly data: AuditData;
}) => Promise<void>;

/** Tells the operator. Facts hold no secret. */
export type Report = (level: 'info' | 'warn' | 'error', message: string, facts: Record<string, unknown>) => void;
