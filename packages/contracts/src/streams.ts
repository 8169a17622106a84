/** Streams and key-value buckets as data. `messaging` creates or updates them to match; nothing else does. */

export interface StreamDefinition {
  readonly name: string;
  readonly subjects: readonly string[];
  readonly description: string;
  /** Oldest message kept, in milliseconds; 0 keeps all. */
  readonly maxAgeMs: number;
  readonly maxBytes: number;
  /** Window in which a repeated `Nats-Msg-Id` is dropped, in milliseconds. */
  readonly duplicateWindowMs: number;
  /** No one may delete or purge: an audit stream. */
  readonly sealedAgainstDeletion: boolean;
}

export interface BucketDefinition {
  readonly name: string;
  readonly description: string;
  /** Revisions kept of each key, 1 to 64. */
  readonly history: number;
  /** Age at which a key goes, in milliseconds; 0 keeps it. */
  readonly ttlMs: number;
  readonly maxValueBytes: number;
}

const day = 86_400_000;

export const streams = {
  audit: {
    name: 'AUDIT',
    subjects: ['audit.v1.*.*'],
    description: 'Audit events by tenant and class, as CloudEvents batches',
    maxAgeMs: 0,
    maxBytes: -1,
    duplicateWindowMs: 120_000,
    sealedAgainstDeletion: true,
  },
} as const satisfies Record<string, StreamDefinition>;

export const buckets = {
  integrations: {
    name: 'integrations',
    description: 'Integration documents by scope, id and version',
    history: 1,
    ttlMs: 0,
    maxValueBytes: 1_000_000,
  },
  executions: {
    name: 'executions',
    description: 'Idempotency ledger: claim, intent and outcome by tenant and key',
    history: 1,
    ttlMs: 7 * day,
    maxValueBytes: 1_048_576,
  },
  connections: {
    name: 'connections',
    description: 'Connections by tenant; no secret in it',
    history: 1,
    ttlMs: 0,
    maxValueBytes: 65_536,
  },
  credentials: {
    name: 'credentials',
    description: 'Encrypted credentials by tenant and connection',
    history: 1,
    ttlMs: 0,
    maxValueBytes: 262_144,
  },
  tenant_keys: {
    name: 'tenant_keys',
    description: 'Wrapped tenant keys by tenant and version',
    history: 1,
    ttlMs: 0,
    maxValueBytes: 16_384,
  },
  latencies: {
    name: 'latencies',
    description: "How long tools took of late, by executor; never a tenant's arguments or answers",
    history: 1,
    ttlMs: day,
    maxValueBytes: 262_144,
  },
} as const satisfies Record<string, BucketDefinition>;

export type BucketName = keyof typeof buckets;

/** The durable by which the audit service reads `AUDIT`. */
export const auditConsumer = { stream: 'AUDIT', durable: 'audit-store' } as const;
