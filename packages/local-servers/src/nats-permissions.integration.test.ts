import { readFileSync } from 'node:fs';
import { buckets, buildSubject, inboxPrefixOf, routes, streams } from '@patchbay/contracts';
import { connectMessaging, endpoint, type Messaging } from '@patchbay/messaging';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ensureIdentityKeys, type KeyOwner, type LocalKeys, seedFileOf } from './identity-keys.ts';
import { type NatsServer, startNatsServer } from './nats-server.ts';
import { RawNatsClient } from './raw-nats-client.test-support.ts';
import { natsBinary, openWorkspace } from './workspace.test-support.ts';

// The server's own verdicts on who may say and hear what, against the table in contracts.

const workspace = openWorkspace();
const clients: RawNatsClient[] = [];
let keys: LocalKeys;
let server: NatsServer;

beforeAll(async () => {
  keys = ensureIdentityKeys(workspace.path('keys'), ['acme', 'globex']);
  server = workspace.keep(await startNatsServer({ dir: workspace.path('nats'), binary: natsBinary(), keys, port: 0 }));
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});
afterAll(() => workspace.close());

const seedOf = (identity: KeyOwner, tenant?: string) => readFileSync(seedFileOf(keys, identity, tenant), 'utf8');

async function as(identity: KeyOwner, tenant?: string): Promise<RawNatsClient> {
  const client = await RawNatsClient.connect(server.port, seedOf(identity, tenant));
  clients.push(client);
  return client;
}

/** `executor` or `agent.acme` → a connection. */
function asNamed(name: string): Promise<RawNatsClient> {
  const [identity, tenant] = name.split('.') as [KeyOwner, string?];
  return as(identity, tenant);
}

const allowedToPublish: [string, string][] = [
  ['agent.acme', 'tools.v1.acme.execute'],
  ['agent.acme', 'tools.v1.acme.cancel'],
  ['admin', 'tools.v1.acme.execute'],
  ['admin', 'svc.registry.v1.register'],
  ['executor', 'svc.vault.v1.lease'],
  ['executor', 'audit.v1.acme.execution'],
  ['executor', 'events.v1.acme.execution.exe_1.finished'],
  ['executor', '_INBOX_agent.acme.x'],
  ['vault', 'audit.v1.acme.credential'],
  ['vault', '_INBOX_executor.x'],
  ['vault', '$KV.credentials.acme.con_1'],
  ['registry', 'audit.v1.acme.registry'],
  ['webhook-ingress', 'webhooks.v1.acme.src_1.invoice_paid'],
  ['webhook-ingress', 'svc.vault.v1.secrets.webhook-ingress.lend'],
  ['webhook-delivery', 'deliveries.v1.acme.sub_1.0'],
  ['webhook-delivery', '$JS.API.CONSUMER.DURABLE.CREATE.DELIVERIES.sub_1'],
  ['webhook-delivery', 'tools.v1.acme.execute'],
  ['audit', '$JS.API.CONSUMER.MSG.NEXT.AUDIT.audit-store'],
  ['provisioner', '$JS.API.STREAM.CREATE.AUDIT'],
  ['auditor.acme', 'svc.audit.v1.replay.acme'],
];

const deniedToPublish: [string, string][] = [
  ['agent.acme', 'tools.v1.globex.execute'],
  ['agent.acme', 'svc.vault.v1.lease'],
  ['agent.acme', 'audit.v1.acme.execution'],
  ['agent.acme', '_INBOX_executor.x'],
  ['agent.acme', '_INBOX_agent.globex.x'],
  ['agent.acme', '$JS.API.STREAM.INFO.AUDIT'],
  ['agent.acme', '$KV.credentials.acme.con_1'],
  ['auditor.acme', 'audit.v1.acme.execution'],
  ['auditor.acme', 'tools.v1.acme.execute'],
  ['auditor.acme', '_INBOX_auditor.acme.x'],
  ['auditor.acme', 'anything'],
  ['auditor.acme', 'svc.audit.v1.replay.globex'],
  ['auditor.acme', 'svc.audit.v1.query'],
  ...[
    'STREAM.PURGE.AUDIT',
    'STREAM.DELETE.AUDIT',
    'STREAM.MSG.DELETE.AUDIT',
    'STREAM.MSG.GET.AUDIT',
    'STREAM.INFO.AUDIT',
    'DIRECT.GET.AUDIT',
    'CONSUMER.CREATE.AUDIT.mine.audit.v1.acme.*',
    'CONSUMER.MSG.NEXT.AUDIT.audit-store',
  ].map((api): [string, string] => ['auditor.acme', `$JS.API.${api}`]),
  ['admin', 'audit.v1.acme.execution'],
  ['admin', 'svc.vault.v1.lease'],
  ['executor', 'audit.v1.acme.credential'],
  ['executor', '$KV.credentials.acme.con_1'],
  ['executor', '$JS.API.STREAM.MSG.GET.KV_credentials'],
  ['executor', '_INBOX_vault.x'],
  ['vault', 'audit.v1.acme.execution'],
  ['vault', '_INBOX_agent.acme.x'],
  ['vault', '$KV.executions.acme.key'],
  ['registry', 'svc.vault.v1.lease'],
  ['registry', '$KV.connections.acme.con_1'],
  ['audit', 'audit.v1.acme.execution'],
  ['audit', '$JS.API.CONSUMER.DELETE.AUDIT.audit-store'],
  ['agent.acme', 'webhooks.v1.acme.src_1.invoice_paid'],
  ['admin', 'svc.vault.v1.secrets.webhook-ingress.lend'],
  ['webhook-delivery', 'svc.vault.v1.secrets.webhook-ingress.lend'],
  ['webhook-ingress', 'deliveries.v1.acme.sub_1.0'],
  ['webhook-ingress', 'tools.v1.acme.execute'],
  ['webhook-ingress', '$KV.subscriptions.acme.sub_1'],
  ['webhook-ingress', '$JS.ACK.WEBHOOKS.webhook-delivery.1.1.1.1.1'],
  ['webhook-delivery', 'webhooks.v1.acme.src_1.invoice_paid'],
  ['webhook-delivery', '$JS.API.STREAM.PURGE.WEBHOOKS'],
  ['provisioner', 'audit.v1.acme.execution'],
  ['provisioner', '$KV.credentials.acme.con_1'],
];

const allowedToSubscribe: [string, string, string][] = [
  ['executor', 'tools.v1.*.execute', 'executor'],
  ['vault', 'svc.vault.v1.lease', 'vault'],
  ['executor', '_INBOX_executor.>', ''],
  ['agent.acme', '_INBOX_agent.acme.>', ''],
  ['agent.acme', 'events.v1.acme.execution.*.finished', ''],
  ['agent.acme', 'events.v1.all.registry.changed', ''],
  ['agent.acme', 'webhooks.v1.acme.>', ''],
  ['auditor.acme', 'audit.v1.acme.*', ''],
];

const deniedToSubscribe: [string, string, string][] = [
  ['executor', 'tools.v1.*.execute', ''],
  ['executor', 'tools.v1.*.execute', 'mine'],
  ['executor', 'svc.vault.v1.lease', 'executor'],
  ['executor', '_INBOX_vault.>', ''],
  ['vault', 'audit.v1.>', ''],
  ['vault', '_INBOX_executor.>', ''],
  ['registry', '$KV.credentials.>', ''],
  ['audit', 'audit.v1.*.*', ''],
  ['agent.acme', '_INBOX_agent.globex.>', ''],
  ['agent.acme', '_INBOX_agent.>', ''],
  ['agent.acme', 'events.v1.*.execution.*.finished', ''],
  ['agent.acme', 'events.v1.globex.execution.*.finished', ''],
  ['agent.acme', 'tools.v1.acme.execute', 'executor'],
  ['agent.acme', 'audit.v1.acme.*', ''],
  ['agent.acme', 'webhooks.v1.*.src_1.*', ''],
  ['agent.acme', 'deliveries.v1.acme.>', ''],
  ['auditor.acme', 'audit.v1.globex.*', ''],
  ['auditor.acme', 'audit.v1.*.*', ''],
  ['auditor.acme', 'tools.v1.acme.*', ''],
];

describe('the permission matrix', () => {
  it.each(allowedToPublish)('lets %s publish %s', async (name, subject) => {
    const client = await asNamed(name);
    client.publish(subject);
    await client.flush();
    expect(client.errors).toEqual([]);
  });

  it.each(deniedToPublish)('stops %s from publishing %s', async (name, subject) => {
    const client = await asNamed(name);
    client.publish(subject);
    await client.flush();
    expect(client.errors).toEqual([`'Permissions Violation for Publish to "${subject}"'`]);
  });

  it.each(allowedToSubscribe)('lets %s subscribe to %s in queue %j', async (name, subject, queue) => {
    const client = await asNamed(name);
    client.subscribe(subject, queue);
    await client.flush();
    expect(client.errors).toEqual([]);
  });

  it.each(deniedToSubscribe)('stops %s from subscribing to %s in queue %j', async (name, subject, queue) => {
    const client = await asNamed(name);
    client.subscribe(subject, queue);
    await client.flush();
    expect(client.errors.join()).toContain(`Permissions Violation for Subscription to "${subject}"`);
  });

  it('lets nobody of the product listen to everything', async () => {
    for (const { identity, tenant } of keys.identities.filter((key) => key.identity !== 'system')) {
      const client = await as(identity, tenant);
      for (const subject of ['>', '*', '$SYS.>', '$JS.>', '_INBOX.>']) client.subscribe(subject);
      await client.flush();
      expect([identity, client.errors.length]).toEqual([identity, 5]);
    }
  });

  it('lets nobody delete, purge or restore a stream, but its own queue be emptied, who erases persons take single messages, and backups be made and come back', async () => {
    const names = [
      ...Object.values(streams).map((stream) => stream.name),
      ...Object.values(buckets).map((bucket) => `KV_${bucket.name}`),
    ];
    const may: Readonly<Record<string, readonly string[]>> = {
      executor: ['$JS.API.STREAM.MSG.DELETE.SUBMISSIONS'],
      'webhook-delivery': ['$JS.API.STREAM.PURGE.DELIVERIES', '$JS.API.STREAM.MSG.DELETE.WEBHOOKS'],
    };
    for (const { identity, tenant } of keys.identities.filter((key) => key.identity !== 'system')) {
      const client = await as(identity, tenant);
      const verbs = ['STREAM.DELETE', 'STREAM.PURGE', 'STREAM.RESTORE', 'STREAM.MSG.DELETE', 'STREAM.SNAPSHOT'];
      const subjects = names.flatMap((name) => verbs.map((verb) => `$JS.API.${verb}.${name}`));
      for (const subject of subjects) client.publish(subject);
      await client.flush();
      const ofBackups = /^\$JS\.API\.STREAM\.(SNAPSHOT|RESTORE)\./;
      const refused = subjects.filter(
        (subject) => may[identity]?.includes(subject) !== true && !(identity === 'backup' && ofBackups.test(subject)),
      );
      expect([identity, client.errors.length]).toEqual([identity, refused.length]);
    }
  });

  it('keeps the system account apart from the subjects of the product', async () => {
    const [system, agent, executor] = [await as('system'), await as('agent', 'acme'), await as('executor')];
    system.subscribe('>');
    executor.subscribe('tools.v1.*.execute', 'executor');
    await Promise.all([system.flush(), executor.flush()]);
    system.publish('tools.v1.acme.execute', 'forged');
    agent.publish('tools.v1.acme.execute', 'real');
    await Promise.all([agent.flush(), system.flush()]);
    await expect
      .poll(async () => {
        await executor.flush();
        return executor.messages.map(({ payload }) => payload);
      })
      .toEqual(['real']);
    await system.flush();
    expect(system.messages.map(({ payload }) => payload)).not.toContain('real');
  });
});

describe('a forged reply subject', () => {
  const connections: Messaging[] = [];
  const messagingAs = async (identity: Exclude<KeyOwner, 'system'>, tenant?: string) => {
    const messaging = await connectMessaging({
      servers: [server.url],
      seed: seedOf(identity, tenant),
      name: identity,
      inboxPrefix: inboxPrefixOf(identity, tenant),
    });
    connections.push(messaging);
    return messaging;
  };
  afterAll(() => Promise.all(connections.map((connection) => connection.close())));

  it('makes no service write to the audit stream, to another service or into a foreign inbox', async () => {
    const provisioner = await messagingAs('provisioner');
    await provisioner.provision({
      streams: [streams.audit],
      buckets: [],
      durables: [],
      replicas: 1,
      storage: 'memory',
    });
    const executor = await messagingAs('executor');
    const refused: unknown[] = [];
    const served = await executor.serve(
      { name: 'executor', version: '0.1.0', description: 'test', onError: (error) => refused.push(error) },
      [
        endpoint(
          'list-tools',
          { ...routes.cancelExecution, owner: 'executor' },
          async () => ({ cancelled: [] }) as never,
        ),
      ],
    );
    await executor.flush();
    const [rival, vault, admin] = [await as('agent', 'globex'), await as('vault'), await as('admin')];
    rival.subscribe('_INBOX_agent.globex.>');
    admin.subscribe('_INBOX_admin.>');
    vault.subscribe('svc.vault.v1.lease', 'vault');
    await Promise.all([rival.flush(), vault.flush(), admin.flush()]);

    const agent = await as('agent', 'acme');
    const subject = buildSubject(routes.cancelExecution.subject, { tenant: 'acme' });
    const forged = [
      'audit.v1.acme.execution',
      'svc.vault.v1.lease',
      '_INBOX_agent.globex.x',
      '_INBOX_vault.x',
      'tools.v1.acme.execute',
      '',
    ];
    for (const reply of forged) agent.publish(subject, '{}', reply);
    // Its own inbox is answered, and after all those before it.
    await agent.request(subject, '{}', '_INBOX_agent.acme');
    expect(refused).toHaveLength(forged.length);
    await executor.flush();
    await Promise.all([rival.flush(), vault.flush()]);
    expect([...rival.messages, ...vault.messages]).toEqual([]);
    const stream = await as('provisioner');
    expect(JSON.parse(await stream.request('$JS.API.STREAM.INFO.AUDIT', '', '_INBOX_provisioner')).state.messages).toBe(
      0,
    );
    await served.stop();
  });

  it('cannot reach a stream that refuses deletion by itself, whatever the permissions', async () => {
    const client = await as('provisioner');
    const { config } = JSON.parse(await client.request('$JS.API.STREAM.INFO.AUDIT', '', '_INBOX_provisioner'));
    expect(config).toMatchObject({ deny_delete: true, deny_purge: true });
  });
});
