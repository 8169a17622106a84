import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  JetStreamApiError,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import { type NatsConnection, nanos } from '@nats-io/transport-node';
import type { BucketDefinition, DurableDefinition, StreamDefinition } from '@patchbay/contracts';
import { apiTryMs, untilAnswered } from './jetstream-api.ts';

export interface ProvisioningPlan {
  readonly streams: readonly StreamDefinition[];
  readonly buckets: readonly BucketDefinition[];
  readonly durables: readonly DurableDefinition[];
  /** 1 on one server, 3 on a cluster. */
  readonly replicas: number;
  readonly storage: 'file' | 'memory';
}

/** Creates what is missing and updates what differs. Running it again changes nothing. */
export async function provision(connection: NatsConnection, plan: ProvisioningPlan): Promise<void> {
  const manager = await untilAnswered('account', () => jetstreamManager(connection, { timeout: apiTryMs }));
  const configs = [
    ...plan.streams.map((stream) => streamConfig(stream, plan)),
    ...plan.buckets.map((bucket) => bucketConfig(bucket, plan)),
  ];
  for (const config of configs) {
    await untilAnswered(`stream ${config.name}`, async () => {
      if (await exists(() => manager.streams.info(config.name))) await manager.streams.update(config.name, config);
      else await manager.streams.add(config);
    });
  }
  for (const { stream, durable, ackWaitMs = 30_000, maxAckPending = 5_000 } of plan.durables) {
    await untilAnswered(`durable ${durable}`, async () => {
      if (await exists(() => manager.consumers.info(stream, durable))) return;
      await manager.consumers.add(stream, {
        durable_name: durable,
        ack_policy: AckPolicy.Explicit,
        deliver_policy: DeliverPolicy.All,
        ack_wait: nanos(ackWaitMs),
        max_ack_pending: maxAckPending,
        max_deliver: -1,
      });
    });
  }
}

async function exists(look: () => Promise<unknown>): Promise<boolean> {
  try {
    await look();
    return true;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.status === 404) return false;
    throw error;
  }
}

function streamConfig(stream: StreamDefinition, plan: ProvisioningPlan): Partial<StreamConfig> & { name: string } {
  return {
    name: stream.name,
    description: stream.description,
    subjects: [...stream.subjects],
    retention: stream.workQueue ? RetentionPolicy.Workqueue : RetentionPolicy.Limits,
    discard: DiscardPolicy.New,
    ...(stream.maxMessagesPerSubject !== undefined && {
      max_msgs_per_subject: stream.maxMessagesPerSubject,
      discard_new_per_subject: true,
    }),
    storage: plan.storage === 'file' ? StorageType.File : StorageType.Memory,
    num_replicas: plan.replicas,
    max_age: nanos(stream.maxAgeMs),
    max_bytes: stream.maxBytes,
    duplicate_window: nanos(stream.duplicateWindowMs),
    deny_delete: stream.sealedAgainstDeletion,
    deny_purge: stream.sealedAgainstDeletion,
    allow_direct: false,
  };
}

/** A key-value bucket is a stream of this shape (NATS ADR-8). Direct reads are off: a replica may be stale. */
function bucketConfig(bucket: BucketDefinition, plan: ProvisioningPlan): Partial<StreamConfig> & { name: string } {
  return {
    name: `KV_${bucket.name}`,
    description: bucket.description,
    subjects: [`$KV.${bucket.name}.>`],
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.New,
    storage: plan.storage === 'file' ? StorageType.File : StorageType.Memory,
    num_replicas: plan.replicas,
    max_msgs_per_subject: bucket.history,
    max_age: nanos(bucket.ttlMs),
    max_msg_size: bucket.maxValueBytes,
    allow_rollup_hdrs: true,
    deny_delete: true,
    allow_direct: false,
  };
}
