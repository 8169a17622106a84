import { buckets, streams } from '@patchbay/contracts';

const bucket = (name: keyof typeof buckets) => `KV_${buckets[name].name}`;

/** Whose value is gone within a day, and which are made again by who needs them. */
export const leftOut: readonly string[] = (['connects', 'refreshes', 'latencies'] as const).map(bucket);

/** What unlocks the rest of the store: kept apart from it. */
export const keyStream = bucket('tenant_keys');

/**
 * The order in which streams are copied while calls go on, so that whatever moves from one to another meanwhile is in the later one
 * at least: work before what it became, what points before what it points at, the fence before what it fences.
 */
export const storeStreams: readonly string[] = [
  streams.webhooks.name,
  streams.deliveries.name,
  streams.submissions.name,
  ...(
    [
      'executions',
      'results',
      'dead_letters',
      'approvals',
      'confirmations',
      'http_requests',
      'webhook_requests',
      'webhook_rejected',
      'deliveries',
      'webhook_dead_letters',
      'fences',
      'integrations',
      'policies',
      'privacy_policies',
      'identity',
      'webhook_sources',
      'subscriptions',
    ] as const
  ).map(bucket),
];

/**
 * Credentials and what they are encrypted under: of one moment, or a rotation in between would leave the one without the other. Their
 * archives are taken again when one of `rotationStreams` changed meanwhile.
 */
export const vaultStreams: readonly string[] = (
  ['connections', 'overlaps', 'oauth_clients', 'vault_jobs', 'credentials'] as const
).map(bucket);
export const rotationStreams: readonly string[] = [keyStream, bucket('vault_jobs')];

/** Last: whatever else was copied left its record here by then. Its durable starts over, for the database knows what it has. */
export const auditStream: string = streams.audit.name;
