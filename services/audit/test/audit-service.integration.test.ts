import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createAuditRecorder } from '@patchbay/audit-log';
import { type AuditClass, type AuditEvent, auditHeaders, routes } from '@patchbay/contracts';
import { seedFileOf } from '@patchbay/local-servers';
import type { Messaging } from '@patchbay/messaging';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openAuditDatabase } from '../src/adapters/audit-database.ts';
import type { AuditService } from '../src/main.ts';
import { auditEvent, auditMessage, auditMessageHeaders } from './audit-event.fixture.ts';
import { type AuditStack, startAuditStack } from './audit-stack.ts';
import { type StartedStore, storeKinds } from './stores.ts';

// Limits for a busy machine, on which PGlite may hold this process's only thread for a while. No verdict leans on them.
const soon = { timeout: 40_000, interval: 50 };
const patient = { timeoutMs: 30_000 };

for (const kind of storeKinds) {
  describe.skipIf(!kind.available)(`the audit service on ${kind.title}`, { timeout: 90_000 }, () => {
    let store: StartedStore;
    let stack: AuditStack;
    let service: AuditService;
    let admin: Messaging;
    let executor: Messaging;
    let url: string;
    let tenants = 0;
    beforeAll(async () => {
      store = await kind.start();
      stack = await startAuditStack(['acme']);
      url = store.server === null ? `pglite:${join(stack.dir, 'db')}` : store.url;
      [admin, executor, service] = await Promise.all([
        stack.connect('admin'),
        stack.connect('executor'),
        stack.startService(url),
      ]);
    }, 120_000);
    afterAll(async () => {
      await stack?.stop();
      await store?.stop();
    }, 30_000);

    const newTenant = () => `tenant-${++tenants}`;
    const query = (fields: { tenant: string; class?: AuditClass; limit?: number }) =>
      admin.request(routes.queryAudit, {}, { class: 'execution', ...fields }, patient);
    const publish = (events: readonly AuditEvent[], tenant: string) => {
      const message = auditMessage(events, { tenant, key: stack.macKeyOf('executor') });
      return executor.publishDurable(message.subject, message.payload, {
        ...patient,
        headers: auditMessageHeaders(message),
      });
    };
    const storedIds = async (tenant: string) =>
      (await query({ tenant, limit: 1_000 })).events.map(({ id }) => id).sort();
    const quarantined = async () => {
      const before = service.counters.quarantined;
      return { grewBy: (n: number) => expect.poll(() => service.counters.quarantined - before, soon).toBe(n) };
    };

    it('stores what services record, and answers the operator', async () => {
      const tenant = newTenant();
      const vault = await stack.connect('vault');
      const recorders = [
        createAuditRecorder({
          messaging: executor,
          producer: 'executor',
          instance: 'executor-1',
          macKey: stack.macKeyOf('executor'),
          ...patient,
        }),
        createAuditRecorder({
          messaging: vault,
          producer: 'vault',
          instance: 'vault-1',
          macKey: stack.macKeyOf('vault'),
          ...patient,
        }),
      ] as const;
      await Promise.all([
        recorders[0].record({
          tenant,
          class: 'execution',
          type: 'dev.patchbay.execution.intent',
          data: auditEvent({ data: { outcome: 'intent' } }).data,
        }),
        recorders[1].record({
          tenant,
          class: 'credential',
          type: 'dev.patchbay.credential.leased',
          data: auditEvent().data,
        }),
      ]);
      await expect
        .poll(async () => (await query({ tenant })).events.map(({ type }) => type), soon)
        .toEqual(['dev.patchbay.execution.intent']);
      await expect
        .poll(async () => (await query({ tenant, class: 'credential' })).events.map(({ type }) => type), soon)
        .toEqual(['dev.patchbay.credential.leased']);
    });

    it('records each query before it answers', async () => {
      const tenant = newTenant();
      await admin.request(
        routes.queryAudit,
        {},
        { tenant, tool: 'crm_find' },
        { ...patient, traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` },
      );
      await expect
        .poll(async () => (await query({ tenant, class: 'query' })).events.at(-1), soon)
        .toMatchObject({
          type: 'dev.patchbay.audit.queried',
          tenant,
          data: {
            actor: { kind: 'admin' },
            outcome: 'succeeded',
            trace_id: 'a'.repeat(32),
            facts: { tool: 'crm_find', limit: 100, events: 0 },
          },
        });
    });

    it('refuses a bad query by the name of its field', async () => {
      await expect(
        admin.request(routes.queryAudit, {}, { tenant: newTenant(), cursor: 'x' }, patient),
      ).rejects.toMatchObject({ code: 'invalid_request', body: { details: { issues: [{ path: 'cursor' }] } } });
    });

    it("quarantines a server's own acknowledgement that a requester sent to an audit subject", async () => {
      const quarantine = await quarantined();
      // The executor may write its bucket, not the vault's audit subject; the server answers wherever the message says.
      await stack.publishWithReply('executor', '$KV.executions.forged', 'audit.v1.acme.credential', '{}');
      await quarantine.grewBy(1);
      expect((await query({ tenant: 'acme', class: 'credential' })).events).toEqual([]);
    });

    it('quarantines forged and foreign messages and goes on', async () => {
      const tenant = newTenant();
      const quarantine = await quarantined();
      const send = (message: ReturnType<typeof auditMessage>) =>
        executor.publishDurable(message.subject, message.payload, {
          ...patient,
          headers: auditMessageHeaders(message),
        });
      const key = stack.macKeyOf('executor');
      await send(auditMessage([auditEvent({ tenant })], { tenant, key: Buffer.alloc(32) }));
      await send(auditMessage([auditEvent({ tenant })], { tenant, key, producer: 'vault' }));
      await send(auditMessage([auditEvent({ tenant: 'globex' })], { tenant, key }));
      await send(auditMessage([], { tenant, key, payload: 'not json' }));
      await executor.publishDurable(`audit.v1.${tenant}.execution`, new Uint8Array(0), {
        ...patient,
        headers: { [auditHeaders.producer]: 'executor' },
      });
      const good = auditEvent({ tenant });
      await publish([good], tenant);
      await expect.poll(() => storedIds(tenant), soon).toEqual([good.id]);
      await quarantine.grewBy(5);
    });

    it('stores a burst of 10,000 events, each once, though every message comes twice', async () => {
      const tenant = newTenant();
      const before = service.counters.events;
      const batches = Array.from({ length: 100 }, () => Array.from({ length: 100 }, () => auditEvent({ tenant })));
      for (const batch of batches) await Promise.all([publish(batch, tenant), publish(batch, tenant)]);
      await expect
        .poll(() => service.counters.events - before, { timeout: 60_000, interval: 50 })
        .toBeGreaterThanOrEqual(10_000);
      const seen: string[] = [];
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const asked = { tenant, class: 'execution', limit: 1_000, ...(cursor !== undefined && { cursor }) } as const;
        // PGlite, the service and this test share one thread. Held for more than five seconds it answers no ping, so the
        // server lets its connections go, and an answer on its way with them. A page is read only: ask again.
        const page = await vi.waitFor(() => admin.request(routes.queryAudit, {}, asked, { timeoutMs: 10_000 }), soon);
        seen.push(...page.events.map(({ id }) => id));
        cursor = page.next_cursor;
      }
      expect(seen.sort()).toEqual(
        batches
          .flat()
          .map(({ id }) => id)
          .sort(),
      );
    });

    it('has no duplicates and no gaps when a writer is killed between commit and acknowledgement', async () => {
      const tenant = newTenant();
      await service.stop();
      const events = Array.from({ length: 50 }, () => auditEvent({ tenant }));
      for (const event of events) await publish([event], tenant);

      const writer = spawn(
        process.execPath,
        [
          fileURLToPath(new URL('./die-after-commit.ts', import.meta.url)),
          JSON.stringify({
            databaseUrl: url,
            natsUrl: stack.natsUrl,
            seedFile: seedFileOf(stack.keys, 'audit'),
            executorKeyFile: stack.keys.auditMacKeyFiles.executor,
          }),
        ],
        { stdio: 'inherit' },
      );
      expect((await once(writer, 'exit'))[1]).toBe('SIGKILL');
      const database = await openAuditDatabase(url);
      const { rows } = await database.use((db) =>
        sql<{ n: number }>`select count(*)::int as n from audit_events where tenant = ${tenant}`.execute(db),
      );
      expect(rows[0]?.n).toBeGreaterThan(0); // committed, and never acknowledged
      await database.close();

      // On a server two replicas go on from there, each with what the other may have, too.
      service = await stack.startService(url);
      const replica = store.server === null ? null : await stack.startService(url);
      const more = Array.from({ length: 60 }, () => auditEvent({ tenant }));
      await Promise.all(more.map((event) => publish([event], tenant)));
      await expect.poll(() => storedIds(tenant), soon).toEqual([...events, ...more].map(({ id }) => id).sort());
      await replica?.stop();
      const { problem_count, log } = await admin.request(routes.verifyAudit, {}, { tenant }, patient);
      expect([problem_count, log?.problems, log?.next]).toEqual([0, [], null]);
      expect(log?.records).toBeGreaterThanOrEqual(110);
    });

    it('loses nothing over a stop and a start', async () => {
      const tenant = newTenant();
      const events = Array.from({ length: 300 }, () => auditEvent({ tenant }));
      const sending = Promise.all(events.map((event) => publish([event], tenant)));
      await expect.poll(() => storedIds(tenant).then((ids) => ids.length), soon).toBeGreaterThan(0);
      await service.stop();
      await service.stop();
      await sending;
      service = await stack.startService(url);
      await expect.poll(() => storedIds(tenant), soon).toEqual(events.map(({ id }) => id).sort());
    });

    it('declares an execution unknown once, with two replicas, and says so when its outcome comes after all', async () => {
      const tenant = newTenant();
      await service.stop();
      const start = (n: number) => stack.startService(url, { instance: `audit-${n}`, reconcileAfterMs: 1_500 });
      // Only a server has room for two.
      const replicas = await Promise.all(store.server === null ? [start(1)] : [start(1), start(2)]);
      // Half of them of an executor whose clock is ahead.
      const intents = Array.from({ length: 20 }, (_, n) =>
        auditEvent({
          tenant,
          time: new Date(Date.now() + (n % 2) * 1_800_000).toISOString(),
          data: { outcome: 'intent' },
        }),
      );
      await Promise.all(intents.map((intent) => publish([intent], tenant)));
      const said = async (type: string) =>
        (await query({ tenant, class: 'reconciliation', limit: 1_000 })).events
          .filter((event) => event.type === `dev.patchbay.reconciliation.${type}`)
          .map(({ data }) => data.execution_id)
          .sort();
      const executions = intents.map(({ data }) => data.execution_id).sort();
      await expect.poll(() => said('outcome_unknown'), soon).toEqual(executions);
      const { executions: unknown } = await admin.request(
        routes.listUnknown,
        {},
        { tenant, older_than_ms: 0 },
        patient,
      );
      const past = intents.filter(({ time }) => Date.parse(time) <= Date.now());
      expect(past).toHaveLength(10);
      expect(unknown.map(({ execution_id }) => execution_id).sort()).toEqual(
        past.map(({ data }) => data.execution_id).sort(),
      );

      const late = auditEvent({ tenant, data: { execution_id: executions[0] } });
      await publish([late], tenant);
      await expect.poll(() => said('superseded'), soon).toEqual([executions[0]]);
      expect(await said('outcome_unknown')).toEqual(executions);
      expect(replicas.map(({ counters }) => counters.quarantined)).toEqual(replicas.map(() => 0));
      await Promise.all(replicas.map((replica) => replica.stop()));
      service = await stack.startService(url);
    });

    it('does not start with an identity that NATS refuses, and lets go of the database', async () => {
      await service.stop();
      await expect(
        stack.startService(url, { nkeySeed: 'SUAJWIKSUKIOEFZG7YXUMLKDQPZYB42FVTB5J5XMKYGXXGAJ4WMDLGJSTA' }),
      ).rejects.toMatchObject({ name: 'PatchbayError' });
      service = await stack.startService(url);
      expect((await query({ tenant: newTenant() })).events).toEqual([]);
    });
  });
}
