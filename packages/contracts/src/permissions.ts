import { everyTenant } from './ids.ts';
import { type AuditClass, auditProducers } from './messages/audit.ts';
import type { Identity, ServiceName } from './route-kinds.ts';
import { broadcasts, events, queueGroupOf, routes, signals } from './routes.ts';
import {
  auditConsumer,
  type BucketName,
  buckets,
  type DurableDefinition,
  deliverySubject,
  durables,
  streams,
  submissionConsumer,
  submissionSubject,
  webhookConsumer,
  webhookSubject,
} from './streams.ts';
import { wildcardSubject } from './subjects.ts';

/** What one identity may do on NATS. Allow-lists only: deny rules have been bypassable in the server. */
export interface Permissions {
  readonly publish: readonly string[];
  /** `subject` or `subject queue`. */
  readonly subscribe: readonly string[];
}

/**
 * The inbox prefix of an identity: `_INBOX_executor`, and for tenants' identities `_INBOX_agent.acme`. A service answers
 * only into the inboxes of those who may call it, by explicit list: `allow_responses` would let a requester name any
 * subject as its reply and so make a service write, for example, an audit record.
 */
export function inboxPrefixOf(identity: Identity, tenant?: string): string {
  return tenant === undefined ? `_INBOX_${identity}` : `_INBOX_${identity}.${tenant}`;
}

/** What each service reads and writes in key-value buckets. */
const bucketUse: Record<
  ServiceName,
  {
    watch: readonly BucketName[];
    /** Read page by page, not followed. What is watched may be, too. */
    scan?: readonly BucketName[];
    read: readonly BucketName[];
    write: readonly BucketName[];
  }
> = {
  registry: {
    watch: ['integrations', 'latencies', 'policies'],
    read: ['integrations', 'latencies', 'policies', 'privacy_policies'],
    write: ['integrations', 'policies', 'privacy_policies'],
  },
  executor: {
    watch: ['integrations', 'dead_letters', 'policies', 'privacy_policies'],
    scan: ['approvals', 'executions', 'results'],
    read: [
      'integrations',
      'executions',
      'fences',
      'latencies',
      'results',
      'dead_letters',
      'policies',
      'privacy_policies',
      'approvals',
      'confirmations',
    ],
    write: ['executions', 'fences', 'latencies', 'results', 'dead_letters', 'approvals', 'confirmations'],
  },
  vault: {
    watch: ['connections', 'integrations', 'tenant_keys', 'oauth_clients', 'overlaps', 'vault_jobs'],
    scan: ['credentials'],
    read: [
      'overlaps',
      'connections',
      'credentials',
      'tenant_keys',
      'integrations',
      'oauth_clients',
      'connects',
      'refreshes',
      'vault_jobs',
    ],
    write: [
      'connections',
      'credentials',
      'tenant_keys',
      'oauth_clients',
      'connects',
      'refreshes',
      'overlaps',
      'vault_jobs',
    ],
  },
  audit: { watch: [], read: [], write: [] },
  'webhook-ingress': {
    watch: ['webhook_sources', 'privacy_policies'],
    scan: ['webhook_rejected'],
    read: ['webhook_sources', 'webhook_rejected', 'webhook_requests', 'privacy_policies'],
    write: ['webhook_sources', 'webhook_rejected', 'webhook_requests'],
  },
  'webhook-delivery': {
    watch: ['subscriptions', 'webhook_sources'],
    scan: ['deliveries', 'webhook_dead_letters'],
    read: ['subscriptions', 'webhook_sources', 'webhook_requests', 'deliveries', 'webhook_dead_letters'],
    write: ['subscriptions', 'deliveries', 'webhook_dead_letters', 'webhook_requests'],
  },
  gateway: { watch: ['identity'], read: ['identity', 'http_requests'], write: ['identity', 'http_requests'] },
};

/** What each service does with streams, beside audit events: the subjects it writes, and its durables. */
const streamUse: Partial<
  Record<
    ServiceName,
    {
      readonly write?: string;
      readonly durables?: readonly DurableDefinition[];
      /** Streams it reads on its own, from any place on: by consumers that it makes and that are gone with it. */
      readonly read?: readonly string[];
      /** Streams among these that it also reads by durables, which it makes and removes while it runs. */
      readonly follows?: readonly string[];
      /** Streams that it reads without being able to remove a reader: its own durable is among them. */
      readonly looks?: readonly string[];
      /** Subjects of streams that it hears as messages are published. */
      readonly hears?: readonly string[];
      /** Queues of its own: it makes and removes their durables, and what waits for one that is no more. */
      readonly owns?: readonly string[];
      /** Streams of which it takes single messages away, when a person is erased. */
      readonly erases?: readonly string[];
    }
  >
> = {
  audit: { durables: [auditConsumer], looks: [streams.audit.name] },
  executor: { write: submissionSubject, durables: [submissionConsumer], erases: [streams.submissions.name] },
  'webhook-ingress': { write: webhookSubject, read: [streams.webhooks.name] },
  'webhook-delivery': {
    write: deliverySubject,
    durables: [webhookConsumer],
    read: [streams.webhooks.name],
    follows: [streams.webhooks.name],
    owns: [streams.deliveries.name],
    erases: [streams.webhooks.name],
  },
  // For those who follow a tenant live.
  gateway: { hears: [webhookSubject, `audit.v1.{tenant}.${'execution' satisfies AuditClass}`] },
};

function streamSubjects(service: ServiceName): string[] {
  const {
    write,
    durables: own = [],
    read = [],
    looks = [],
    follows = [],
    owns = [],
    erases = [],
  } = streamUse[service] ?? {};
  return [
    ...(write === undefined ? [] : [wildcardSubject(write)]),
    ...own.flatMap(({ stream, durable }) => [
      `$JS.API.CONSUMER.MSG.NEXT.${stream}.${durable}`,
      `$JS.API.CONSUMER.INFO.${stream}.${durable}`,
      `$JS.ACK.${stream}.${durable}.>`,
    ]),
    ...[...read, ...looks, ...owns].flatMap((stream) => [
      `$JS.API.STREAM.INFO.${stream}`,
      `$JS.API.STREAM.MSG.GET.${stream}`,
      `$JS.API.CONSUMER.CREATE.${stream}.>`,
      `$JS.API.CONSUMER.INFO.${stream}.*`,
      `$JS.API.CONSUMER.MSG.NEXT.${stream}.*`,
    ]),
    ...[...read, ...owns].map((stream) => `$JS.API.CONSUMER.DELETE.${stream}.*`),
    ...[...follows, ...owns].flatMap((stream) => [
      `$JS.API.CONSUMER.DURABLE.CREATE.${stream}.*`,
      `$JS.API.CONSUMER.LIST.${stream}`,
      `$JS.API.CONSUMER.NAMES.${stream}`,
      `$JS.ACK.${stream}.>`,
    ]),
    ...owns.map((stream) => `$JS.API.STREAM.PURGE.${stream}`),
    ...erases.flatMap((stream) => [`$JS.API.STREAM.MSG.GET.${stream}`, `$JS.API.STREAM.MSG.DELETE.${stream}`]),
  ];
}

function bucketSubjects(service: ServiceName): string[] {
  const use = bucketUse[service];
  return [
    ...[...use.watch, ...(use.scan ?? [])].flatMap((bucket) => [
      `$JS.API.CONSUMER.CREATE.KV_${bucket}.>`,
      `$JS.API.CONSUMER.DELETE.KV_${bucket}.*`,
      `$JS.API.CONSUMER.INFO.KV_${bucket}.*`,
      `$JS.API.CONSUMER.MSG.NEXT.KV_${bucket}.*`,
    ]),
    ...use.watch.flatMap((bucket) => [`$JS.FC.KV_${bucket}.>`, `$JS.ACK.KV_${bucket}.>`]),
    ...use.read.flatMap((bucket) => [
      `$JS.API.STREAM.INFO.KV_${bucket}`,
      `$JS.API.STREAM.MSG.GET.KV_${bucket}`,
      `$JS.API.DIRECT.GET.KV_${bucket}`,
      `$JS.API.DIRECT.GET.KV_${bucket}.>`,
    ]),
    ...use.write.map((bucket) => `$KV.${bucket}.>`),
  ];
}

function servicePermissions(service: ServiceName): Permissions {
  const publish = new Set<string>(['$JS.API.INFO', ...bucketSubjects(service), ...streamSubjects(service)]);
  const subscribe = new Set<string>([
    `${inboxPrefixOf(service)}.>`,
    '$SRV.PING',
    '$SRV.PING.>',
    '$SRV.INFO',
    '$SRV.INFO.>',
    '$SRV.STATS',
    '$SRV.STATS.>',
  ]);
  for (const subject of streamUse[service]?.hears ?? []) subscribe.add(wildcardSubject(subject));
  publish.add(`${inboxPrefixOf('admin')}.>`); // $SRV answers
  for (const route of Object.values(routes)) {
    if ((route.callers as readonly Identity[]).includes(service))
      publish.add(wildcardSubject(route.subject.replace('{caller}', service)));
    if (route.owner !== service) continue;
    subscribe.add(`${wildcardSubject(route.subject)} ${queueGroupOf(service)}`);
    for (const caller of route.callers) publish.add(`${inboxPrefixOf(caller)}.>`);
  }
  for (const broadcast of Object.values(broadcasts)) {
    if ((broadcast.callers as readonly Identity[]).includes(service)) publish.add(broadcast.subject);
    if (broadcast.owner !== service) continue;
    subscribe.add(broadcast.subject);
    for (const caller of broadcast.callers) publish.add(`${inboxPrefixOf(caller)}.>`);
  }
  for (const event of Object.values(events)) {
    if (event.owner === service) publish.add(wildcardSubject(event.subject));
    if ((event.subscribers as readonly Identity[]).includes(service)) {
      subscribe.add(wildcardSubject(event.subject));
      if (event.owner === service) publish.add(`${inboxPrefixOf(service)}.>`);
    }
  }
  for (const signal of Object.values(signals)) {
    if (signal.owner === service) subscribe.add(wildcardSubject(signal.subject));
    if ((signal.callers as readonly Identity[]).includes(service)) publish.add(wildcardSubject(signal.subject));
  }
  for (const [auditClass, producer] of Object.entries(auditProducers)) {
    if (producer === service) publish.add(`audit.v1.*.${auditClass}`);
  }
  return { publish: [...publish].sort(), subscribe: [...subscribe].sort() };
}

function clientPermissions(identity: 'agent' | 'admin', tenant?: string): Permissions {
  const fill = (pattern: string) =>
    wildcardSubject(tenant === undefined ? pattern : pattern.replace('{tenant}', tenant));
  const publish = [...Object.values(routes), ...Object.values(broadcasts), ...Object.values(signals)]
    .filter((route) => (route.callers as readonly Identity[]).includes(identity))
    .map((route) => fill(route.subject));
  const subscribe = [`${inboxPrefixOf(identity, tenant)}.>`];
  for (const event of Object.values(events)) {
    if (!(event.subscribers as readonly Identity[]).includes(identity)) continue;
    subscribe.push(fill(event.subject));
    if (tenant !== undefined && event === events.registryChanged)
      subscribe.push(event.subject.replace('{tenant}', everyTenant));
  }
  subscribe.push(tenant === undefined ? wildcardSubject(webhookSubject) : `webhooks.v1.${tenant}.>`);
  if (identity === 'admin')
    publish.push('$SRV.PING', '$SRV.PING.>', '$SRV.INFO', '$SRV.INFO.>', '$SRV.STATS', '$SRV.STATS.>');
  return { publish: publish.sort(), subscribe: subscribe.sort() };
}

const streamNames = [
  ...Object.values(streams).map(({ name }) => name),
  ...Object.values(buckets).map(({ name }) => `KV_${name}`),
];

/** The permissions of an identity; `tenant` for those that belong to one. */
export function permissionsOf(identity: Identity, tenant?: string): Permissions {
  switch (identity) {
    case 'agent':
      if (tenant === undefined) throw new TypeError('an agent belongs to a tenant');
      return clientPermissions('agent', tenant);
    case 'auditor': {
      if (tenant === undefined) throw new TypeError('an auditor belongs to a tenant');
      // Reads the live stream of its tenant as it is published; for what was before it asks the audit service to have it sent. It may
      // ask JetStream for nothing: whoever may names any subject as the reply, and the server writes there (ADR 52).
      return {
        publish: Object.values(routes)
          .filter(({ callers }) => (callers as readonly Identity[]).includes('auditor'))
          .map(({ subject }) => subject.replace('{tenant}', tenant)),
        subscribe: [`${inboxPrefixOf('auditor', tenant)}.>`, `audit.v1.${tenant}.*`],
      };
    }
    case 'admin':
      return clientPermissions('admin');
    case 'backup':
      // Whoever copies streams out reads them all, and names where the server sends them (ADR 58): its key is kept as backups are.
      return {
        publish: [
          '$JS.API.INFO',
          `$JS.API.CONSUMER.DELETE.${auditConsumer.stream}.${auditConsumer.durable}`,
          ...streamNames.flatMap((name) => [
            `$JS.API.STREAM.INFO.${name}`,
            `$JS.API.STREAM.SNAPSHOT.${name}`,
            `$JS.SNAPSHOT.ACK.${name}.*`,
            `$JS.API.STREAM.RESTORE.${name}`,
            `$JS.SNAPSHOT.RESTORE.${name}.*`,
          ]),
          ...Object.values(routes)
            .filter(({ callers }) => (callers as readonly Identity[]).includes('backup'))
            .map(({ subject }) => subject),
        ],
        subscribe: [`${inboxPrefixOf('backup')}.>`],
      };
    case 'provisioner': {
      return {
        publish: [
          '$JS.API.INFO',
          ...durables.flatMap(({ stream, durable }) => [
            `$JS.API.CONSUMER.DURABLE.CREATE.${stream}.${durable}`,
            `$JS.API.CONSUMER.CREATE.${stream}.${durable}`,
            `$JS.API.CONSUMER.CREATE.${stream}.${durable}.>`,
            `$JS.API.CONSUMER.DELETE.${stream}.${durable}`,
            `$JS.API.CONSUMER.INFO.${stream}.${durable}`,
          ]),
          ...streamNames.flatMap((name) => [
            `$JS.API.STREAM.CREATE.${name}`,
            `$JS.API.STREAM.UPDATE.${name}`,
            `$JS.API.STREAM.INFO.${name}`,
          ]),
        ],
        subscribe: [`${inboxPrefixOf('provisioner')}.>`],
      };
    }
    default:
      return servicePermissions(identity);
  }
}
