import { type AuditClass, auditProducers, inboxPrefixOf, routes } from '@patchbay/contracts';
import { seedFileOf } from '@patchbay/local-servers';
import { connectMessaging, type Messaging } from '@patchbay/messaging';
import { readSecretFile } from '@patchbay/service-kit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type System, startSystem } from './system.ts';

let system: System;
const opened: Messaging[] = [];
beforeAll(async () => {
  system = await startSystem({ seedCatalog: false });
});
afterAll(async () => {
  await Promise.all(opened.map((one) => one.close()));
  await system?.stop();
});

/** Connects as an identity, with the inbox of its choice, and gathers what the server refuses. */
async function connectAs(identity: 'agent' | 'executor', inbox?: string) {
  const { facts, keys } = system.patchbay;
  const refused: string[] = [];
  const tenant = identity === 'agent' ? 'acme' : undefined;
  const messaging = await connectMessaging({
    servers: [facts.nats_url],
    seed: readSecretFile(seedFileOf(keys, identity, tenant)),
    name: 'test',
    inboxPrefix: inbox ?? inboxPrefixOf(identity, tenant),
    onStatus: ({ type, detail }) => type === 'error' && refused.push(detail ?? ''),
  });
  opened.push(messaging);
  return { messaging, refused };
}

describe('a tenant’s agent', () => {
  test('cannot send a request in another tenant’s name', async () => {
    const { messaging } = await connectAs('agent');
    for (const route of [routes.executeTool, routes.cancelExecution, routes.listTools]) {
      await expect(
        messaging.request(
          route,
          { tenant: 'rival' },
          route === routes.cancelExecution ? { session: 's' } : ({ tool: 'x' } as never),
          { timeoutMs: 2_000 },
        ),
      ).rejects.toMatchObject({ code: 'not_permitted' });
    }
  });

  test('cannot reach the services’ own subjects or write audit events', async () => {
    const { messaging } = await connectAs('agent');
    await expect(
      messaging.request(routes.registerIntegration, {}, { document: {} }, { timeoutMs: 2_000 }),
    ).rejects.toMatchObject({ code: 'not_permitted' });
    await expect(
      messaging.request(routes.queryAudit, {}, { tenant: 'acme' }, { timeoutMs: 2_000 }),
    ).rejects.toMatchObject({ code: 'not_permitted' });
    await expect(messaging.publishDurable('audit.v1.acme.execution', '[]', { timeoutMs: 1_000 })).rejects.toThrow();
  });

  test('cannot listen to another tenant’s events, audit or answers', async () => {
    const { messaging, refused } = await connectAs('agent');
    const heard: unknown[] = [];
    const route = {
      kind: 'event',
      owner: 'executor',
      subscribers: [],
      body: { safeParse: (data: unknown) => ({ success: true, data }) },
    } as never as { subject: string };
    for (const subject of [
      'events.v1.rival.>',
      'audit.v1.acme.execution',
      '_INBOX_agent.rival.>',
      '_INBOX_executor.>',
      'tools.v1.acme.execute',
      '>',
      '$KV.credentials.>',
    ]) {
      messaging.subscribeEvent({ ...route, subject } as never, {}, (body) => heard.push(body));
    }
    await messaging.flush();
    await vi.waitFor(() => expect(refused.filter((text) => /permissions violation/i.test(text))).toHaveLength(7));
    const rival = await system.agentOf('rival');
    await rival.execute('nothing_here');
    await messaging.flush();
    expect(heard).toEqual([]);
  });
});

describe('an executor', () => {
  test('cannot write the vault’s audit subjects', async () => {
    const { messaging } = await connectAs('executor');
    for (const [auditClass, producer] of Object.entries(auditProducers) as [AuditClass, string][]) {
      if (producer === 'executor') continue;
      await expect(
        messaging.publishDurable(`audit.v1.acme.${auditClass}`, '[]', { timeoutMs: 1_000 }),
      ).rejects.toThrow();
    }
  });

  test('gains no audit record by naming an audit subject as a reply', async () => {
    // The server itself publishes an acknowledgement to the reply subject: the stream may take the message, but nobody
    // believes it, because it carries no producer's MAC.
    const { messaging } = await connectAs('executor', 'audit.v1.acme');
    const before = await system.admin.queryAudit({ class: 'credential', limit: 1_000 });
    await messaging.publishDurable('$KV.executions.acme.forged', '{}', { timeoutMs: 300 }).catch(() => {});
    await messaging
      .request(
        routes.leaseCredential,
        {},
        {
          tenant: 'acme',
          integration: 'x',
          execution_id: 'exe_01JD0000000000000000000000',
          recipient: `X${'A'.repeat(55)}`,
        },
        { timeoutMs: 300 },
      )
      .catch(() => {});
    const agent = await connectMessaging({
      servers: [system.patchbay.facts.nats_url],
      seed: readSecretFile(system.patchbay.facts.agent_credentials),
      name: 'test',
      inboxPrefix: 'audit.v1.acme',
    });
    opened.push(agent);
    await agent.request(routes.executeTool, { tenant: 'acme' }, { tool: 'x' }, { timeoutMs: 300 }).catch(() => {});
    // Something honest afterwards shows that everything before it was read.
    const result = await system.agent.execute('nothing_here');
    await vi.waitFor(
      async () => expect((await system.admin.queryAudit({ execution_id: result.execution_id })).events).toHaveLength(1),
      10_000,
    );
    const after = await system.admin.queryAudit({ class: 'credential', limit: 1_000 });
    expect(after.events.map(({ id }) => id)).toEqual(before.events.map(({ id }) => id));
  });
});
