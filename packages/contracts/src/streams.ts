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
  /** A message goes once it is acknowledged, so that the stream is what is left to do. Default: it stays. */
  readonly workQueue?: boolean;
  /** Messages of one subject at most; a further one is refused. Default: no limit. */
  readonly maxMessagesPerSubject?: number;
}

/** A durable consumer with explicit acknowledgement, shared by those who read through it. */
export interface DurableDefinition {
  readonly stream: string;
  readonly durable: string;
  /** Milliseconds without an acknowledgement or a sign of life after which a message is handed out again. Default 30,000. */
  readonly ackWaitMs?: number;
  /** Messages handed out and not acknowledged at most. Default 5,000. */
  readonly maxAckPending?: number;
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
  submissions: {
    name: 'SUBMISSIONS',
    subjects: ['submissions.v1.*'],
    description: 'Calls to carry out later, by tenant; a message goes when it is done',
    maxAgeMs: 8 * day,
    maxBytes: -1,
    duplicateWindowMs: 120_000,
    sealedAgainstDeletion: false,
    workQueue: true,
    // A tenant's backlog, so that none can fill the queue for all.
    maxMessagesPerSubject: 1_000,
  },
  webhooks: {
    name: 'WEBHOOKS',
    subjects: ['webhooks.v1.*.*.*'],
    description: 'Verified webhook events by tenant, source and type, as their vendors sent them',
    maxAgeMs: 14 * day,
    maxBytes: -1,
    duplicateWindowMs: 600_000,
    sealedAgainstDeletion: false,
  },
  deliveries: {
    name: 'DELIVERIES',
    subjects: ['deliveries.v1.*.*.*'],
    description: 'Deliveries left to make, by tenant, subscription and lane; a message goes when it is done',
    maxAgeMs: 14 * day,
    maxBytes: -1,
    duplicateWindowMs: 600_000,
    sealedAgainstDeletion: false,
    workQueue: true,
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
  results: {
    name: 'results',
    description: 'What became of each submission, for pick-up by its tenant',
    history: 1,
    ttlMs: 8 * day,
    maxValueBytes: 1_048_576,
  },
  dead_letters: {
    name: 'dead_letters',
    description: 'Submissions that were given up, with the reason, by tenant',
    history: 1,
    ttlMs: 30 * day,
    maxValueBytes: 1_500_000,
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
    description: 'Encrypted credentials by tenant, connection and version',
    history: 1,
    ttlMs: 0,
    maxValueBytes: 262_144,
  },
  oauth_clients: {
    name: 'oauth_clients',
    description: 'Apps registered at vendors, encrypted, by scope and integration',
    history: 1,
    ttlMs: 0,
    maxValueBytes: 65_536,
  },
  connects: {
    name: 'connects',
    description: 'Connects that somebody has begun, by tenant; nothing that could finish one',
    history: 1,
    ttlMs: 2 * day,
    maxValueBytes: 65_536,
  },
  refreshes: {
    name: 'refreshes',
    description: 'Who refreshes a connection at this moment, by tenant and connection',
    history: 1,
    ttlMs: day,
    maxValueBytes: 1_024,
  },
  fences: {
    name: 'fences',
    description: 'The newest revision seen of the registry, kept apart from it so that a rollback is noticed',
    history: 1,
    ttlMs: 0,
    maxValueBytes: 64,
  },
  tenant_keys: {
    name: 'tenant_keys',
    description: 'Wrapped tenant keys by tenant and version',
    history: 1,
    ttlMs: 0,
    maxValueBytes: 16_384,
  },
  overlaps: {
    name: 'overlaps',
    description: 'Replaced credentials that are kept for a while, by tenant and connection',
    history: 1,
    ttlMs: 0,
    maxValueBytes: 4_096,
  },
  vault_jobs: {
    name: 'vault_jobs',
    description: "Rotations and the like by tenant: the newest of each, to go on with after a vault's end",
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
  webhook_sources: {
    name: 'webhook_sources',
    description: 'Webhook sources by tenant; no secret in it',
    history: 1,
    ttlMs: 0,
    maxValueBytes: 65_536,
  },
  webhook_requests: {
    name: 'webhook_requests',
    description: 'Whole bodies of webhook requests that held several events, by tenant, source and request',
    history: 1,
    ttlMs: 14 * day,
    maxValueBytes: 3_145_728,
  },
  webhook_rejected: {
    name: 'webhook_rejected',
    description: 'Webhook requests that were turned away or captured, the newest of each source',
    history: 1,
    ttlMs: day,
    maxValueBytes: 1_048_576,
  },
  subscriptions: {
    name: 'subscriptions',
    description: 'Webhook subscriptions by tenant; no secret in it',
    history: 1,
    ttlMs: 0,
    maxValueBytes: 262_144,
  },
  deliveries: {
    name: 'deliveries',
    description: 'What became of webhook deliveries, with their attempts, by tenant',
    history: 1,
    ttlMs: 14 * day,
    maxValueBytes: 262_144,
  },
  webhook_dead_letters: {
    name: 'webhook_dead_letters',
    description: 'Webhook deliveries that were given up, with the reason, by tenant',
    history: 1,
    ttlMs: 30 * day,
    maxValueBytes: 65_536,
  },
  http_requests: {
    name: 'http_requests',
    description: 'Idempotency keys of REST: digest and answer, sealed by the gateway, by tenant',
    history: 1,
    ttlMs: day,
    maxValueBytes: 1_048_576,
  },
  identity: {
    name: 'identity',
    description: 'Tenants, API keys and trusted issuers; no key in clear',
    history: 1,
    ttlMs: 0,
    maxValueBytes: 16_384,
  },
  policies: {
    name: 'policies',
    description: 'Documents of policies by scope, name and version',
    history: 1,
    ttlMs: 0,
    maxValueBytes: 262_144,
  },
  privacy_policies: {
    name: 'privacy_policies',
    description: 'What each tenant wants done with personal data',
    history: 1,
    ttlMs: 0,
    maxValueBytes: 65_536,
  },
  approvals: {
    name: 'approvals',
    description: 'Calls that wait for a person, and what became of them, by tenant',
    history: 1,
    ttlMs: 8 * day,
    maxValueBytes: 65_536,
  },
  confirmations: {
    name: 'confirmations',
    description: 'Confirmation tokens that were used, by tenant',
    history: 1,
    ttlMs: day,
    maxValueBytes: 1_024,
  },
} as const satisfies Record<string, BucketDefinition>;

export type BucketName = keyof typeof buckets;

/** The durable by which the audit service reads `AUDIT`. */
export const auditConsumer = { stream: 'AUDIT', durable: 'audit-store' } as const;

/**
 * The durable by which executors take submissions. What waits for a later try counts as handed out, so the limit is
 * several tenants' whole backlogs.
 */
export const submissionConsumer = {
  stream: 'SUBMISSIONS',
  durable: 'executor',
  ackWaitMs: 30_000,
  maxAckPending: 10_000,
} as const satisfies DurableDefinition;

/** The durable by which the delivery of webhooks reads `WEBHOOKS`. Those of its subscriptions it makes itself. */
export const webhookConsumer = {
  stream: 'WEBHOOKS',
  durable: 'webhook-delivery',
  ackWaitMs: 5_000,
  maxAckPending: 2_000,
} as const satisfies DurableDefinition;

/** Every durable that provisioning makes. */
export const durables: readonly DurableDefinition[] = [auditConsumer, submissionConsumer, webhookConsumer];

/** Subject of stream `SUBMISSIONS`. Executors alone write there, after the reply subject of the request was checked. */
export const submissionSubject = 'submissions.v1.{tenant}';

/** Subject of stream `WEBHOOKS`. The ingress alone writes there; agents of the tenant may listen as events come. */
export const webhookSubject = 'webhooks.v1.{tenant}.{source}.{event_type}';

/** Subject of stream `DELIVERIES`, which the delivery of webhooks alone writes. */
export const deliverySubject = 'deliveries.v1.{tenant}.{subscription}.{lane}';
