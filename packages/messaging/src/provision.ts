import { setTimeout as delay } from 'node:timers/promises';
import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamManager,
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

/** Milliseconds between the two looks at a reader that seems to be ahead of its stream. */
const lookAgainMs = 1_000;

/**
 * Creates what is missing, updates what differs, and makes the durables anew that are ahead of their streams, which begin with what is there
 * then. Running it again changes nothing. Gives the durables that were made anew.
 */
export async function provision(connection: NatsConnection, plan: ProvisioningPlan): Promise<readonly string[]> {
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
  const madeAnew: string[] = [];
  for (const { stream, durable, ackWaitMs = 30_000, maxAckPending = 5_000 } of plan.durables) {
    await untilAnswered(`durable ${durable}`, async () => {
      if (await exists(() => manager.consumers.info(stream, durable))) {
        if (!(await isAhead(manager, stream, durable))) return;
        madeAnew.push(durable);
        await exists(() => manager.consumers.delete(stream, durable));
      }
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
  return [...new Set(madeAnew)];
}

/**
 * Whether a durable was handed more than the stream holds, as when the servers lost the stream's end and not the durable's place: what is
 * published next it would never be handed. Twice, since a server that has just begun to lead may not have counted everything yet.
 */
async function isAhead({ consumers, streams }: JetStreamManager, stream: string, durable: string): Promise<boolean> {
  // The durable first: a stream only grows.
  const look = async () =>
    (await consumers.info(stream, durable)).delivered.stream_seq > (await streams.info(stream)).state.last_seq;
  if (!(await look())) return false;
  await delay(lookAgainMs);
  return look();
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
