import type { NatsConnection } from '@nats-io/transport-node';
import { natsAccounts } from '@patchbay/contracts';
import { z } from 'zod';
import { decodeJson } from './json.ts';
import { connectAside, type SideConnectionOptions } from './side-connection.ts';

/** A stream as the server says that leads it. */
export interface ServerStream {
  readonly name: string;
  /** Copies that its configuration asks for. */
  readonly replicas: number;
  readonly bytes: number;
  /** Null while it has none: it takes nothing then. */
  readonly leader: string | null;
  /** Servers that should hold a copy and are away, or behind. */
  readonly lagging: readonly string[];
  /** Place of its newest message. */
  readonly last: number;
  /** Durable readers that were handed a message behind it. */
  readonly readersAhead: readonly { readonly name: string; readonly delivered: number }[];
}

/** What one nats-server says of itself. */
export interface ServerReport {
  readonly name: string;
  readonly version: string;
  /** Its clock, RFC 3339, and ours in Unix milliseconds when its answer came. */
  readonly time: string;
  readonly receivedAt: number;
  /** Addresses at which it takes clients and is monitored over HTTP; null: not monitored. */
  readonly listens: string;
  readonly monitored: string | null;
  readonly authRequired: boolean;
  readonly tlsRequired: boolean;
  readonly maxPayloadBytes: number;
  /** The cluster that it belongs to; null: it stands alone. */
  readonly cluster: string | null;
  readonly clusterTlsRequired: boolean;
  /** Null: it has no JetStream. */
  readonly jetstream: {
    readonly usedBytes: number;
    readonly maxBytes: number;
    /** Milliseconds between two syncs to disk; 0: before each acknowledgement. */
    readonly syncEveryMs: number;
  } | null;
}

export interface ServersReport {
  readonly servers: readonly ServerReport[];
  /** Of Patchbay's account. */
  readonly streams: readonly ServerStream[];
  /** Servers that JetStream's cluster counts on and that are away. */
  readonly missingPeers: readonly string[];
}

/** Milliseconds in which servers answer, and without another answer until there is none to come. */
const gatherMs = 1_500;
const stallMs = 300;

const Head = z.object({ name: z.string(), time: z.string() });
const Bytes = z.number().default(0);
const Variables = z.object({
  server: Head,
  data: z.object({
    version: z.string(),
    host: z.string(),
    port: z.int(),
    http_host: z.string().default(''),
    http_port: z.int().default(0),
    auth_required: z.boolean().default(false),
    tls_required: z.boolean().default(false),
    max_payload: z.int(),
    cluster: z.object({ name: z.string().optional(), tls_required: z.boolean().default(false) }).optional(),
    jetstream: z
      .object({
        config: z
          .object({ max_storage: Bytes, sync_interval: Bytes, sync_always: z.boolean().default(false) })
          .optional(),
        stats: z.object({ storage: Bytes }).optional(),
      })
      .optional(),
  }),
});
const Peers = z
  .array(z.object({ name: z.string(), current: z.boolean().default(false), offline: z.boolean().default(false) }))
  .default([]);
const JetStream = z.object({
  server: Head,
  data: z.object({
    meta_cluster: z.object({ leader: z.string().optional(), replicas: Peers }).optional(),
    account_details: z
      .array(
        z.object({
          name: z.string(),
          stream_detail: z
            .array(
              z.object({
                name: z.string(),
                cluster: z.object({ leader: z.string().optional(), replicas: Peers }).optional(),
                config: z.object({ num_replicas: z.int().default(1) }).optional(),
                state: z.object({ bytes: Bytes, last_seq: Bytes }),
                consumer_detail: z
                  .array(z.object({ name: z.string(), delivered: z.object({ stream_seq: Bytes }).optional() }))
                  .default([]),
              }),
            )
            .default([]),
        }),
      )
      .default([]),
  }),
});

/**
 * What every nats-server of the cluster says of itself, its streams and its neighbours, through the system account. Servers
 * that do not answer in time are not in it. @throws what connecting failed with, as when the key is not the system's.
 */
export async function readServers(options: SideConnectionOptions): Promise<ServersReport> {
  const connection = await connectAside(options, '_INBOX_system');
  try {
    const servers = await gather(connection, 'VARZ', {}, Variables);
    const stores = await gather(
      connection,
      'JSZ',
      { acc: natsAccounts.main, streams: true, consumer: true, config: true },
      JetStream,
    );
    const present = new Set(servers.map(({ told }) => told.server.name));
    const peers = stores.flatMap(({ told: { data } }) => [
      ...(data.meta_cluster?.leader ? [data.meta_cluster.leader] : []),
      ...(data.meta_cluster?.replicas ?? []).map(({ name }) => name),
    ]);
    return {
      servers: servers.map(reportOf).sort((a, b) => a.name.localeCompare(b.name)),
      streams: streamsOf(
        stores.map(({ told }) => told),
        present,
      ),
      // The cluster takes a while to call a server that was killed offline: here who does not answer is away.
      missingPeers: [...new Set(peers.filter((name) => !present.has(name)))].sort(),
    };
  } finally {
    await connection.close();
  }
}

async function gather<Shape extends z.ZodType>(
  connection: NatsConnection,
  what: string,
  asked: object,
  shape: Shape,
): Promise<{ readonly told: z.output<Shape>; readonly receivedAt: number }[]> {
  const found: { told: z.output<Shape>; receivedAt: number }[] = [];
  const answers = await connection.requestMany(`$SYS.REQ.SERVER.PING.${what}`, JSON.stringify(asked), {
    strategy: 'stall',
    maxWait: gatherMs,
    stall: stallMs,
  });
  for await (const { data } of answers) {
    const receivedAt = Date.now();
    const told = shape.safeParse(decodeJson(data));
    if (told.success) found.push({ told: told.data, receivedAt });
  }
  return found;
}

function reportOf({
  told: { server, data },
  receivedAt,
}: {
  readonly told: z.output<typeof Variables>;
  readonly receivedAt: number;
}): ServerReport {
  const { config, stats } = data.jetstream ?? {};
  return {
    name: server.name,
    version: data.version,
    time: server.time,
    receivedAt,
    listens: `${data.host}:${data.port}`,
    monitored: data.http_port === 0 ? null : `${data.http_host || '0.0.0.0'}:${data.http_port}`,
    authRequired: data.auth_required,
    tlsRequired: data.tls_required,
    maxPayloadBytes: data.max_payload,
    cluster: data.cluster?.name ?? null,
    clusterTlsRequired: data.cluster?.tls_required ?? false,
    jetstream:
      config === undefined
        ? null
        : {
            usedBytes: stats?.storage ?? 0,
            maxBytes: config.max_storage,
            syncEveryMs: config.sync_always ? 0 : config.sync_interval / 1_000_000,
          },
  };
}

/** Each stream once: as its leader tells it, for followers know less. */
function streamsOf(stores: readonly z.output<typeof JetStream>[], present: ReadonlySet<string>): ServerStream[] {
  const found = new Map<string, ServerStream>();
  for (const { server, data } of stores)
    for (const account of data.account_details)
      for (const { name, cluster, config, state, consumer_detail: readers } of account.stream_detail) {
        const leader = cluster?.leader || null;
        if (account.name !== natsAccounts.main || (found.has(name) && leader !== server.name)) continue;
        found.set(name, {
          name,
          replicas: config?.num_replicas ?? 1,
          bytes: state.bytes,
          leader,
          lagging: (cluster?.replicas ?? [])
            .filter((peer) => leader === server.name && (peer.offline || !peer.current || !present.has(peer.name)))
            .map((peer) => peer.name),
          last: state.last_seq,
          readersAhead: readers
            .map((reader) => ({ name: reader.name, delivered: reader.delivered?.stream_seq ?? 0 }))
            .filter(({ delivered }) => delivered > state.last_seq),
        });
      }
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
}
