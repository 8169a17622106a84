import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type AuditEvent, newId, PatchbayError, SinkSettings } from '@patchbay/contracts';
import { createEgress } from '@patchbay/egress';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createHttpSink } from '../src/adapters/http-sink.ts';
import { createPostgresLogRecords } from '../src/adapters/postgres-log-records.ts';
import { createPostgresSinks, createPostgresSinkWork } from '../src/adapters/postgres-sinks.ts';
import { createListSinks } from '../src/operations/sinks/list-sinks.ts';
import { createPauseSink } from '../src/operations/sinks/pause-sink.ts';
import { createRemoveSink } from '../src/operations/sinks/remove-sink.ts';
import { createSendToSinks } from '../src/operations/sinks/send-to-sinks.ts';
import { createSetSink } from '../src/operations/sinks/set-sink.ts';
import { type SinkTarget, startSinkTarget } from './sink-target.ts';
import { storeKinds } from './stores.ts';
import { useDatabase } from './use-database.test-support.ts';

const untraced = { traceId: null };

for (const kind of storeKinds) {
  describe.skipIf(!kind.available)(`sinks on ${kind.title}`, () => {
    const audit = useDatabase(kind);
    let target: SinkTarget;
    beforeAll(async () => {
      target = await startSinkTarget();
    }, 120_000);
    afterAll(async () => {
      await target?.stop();
    });

    const storeEvents = (tenant: string, count: number, data: object = {}) =>
      audit.storeEvents(tenant, Array<{ data: object }>(count).fill({ data }));

    async function setup(settings: object = {}, pauseRule = { failures: 3, failingForMs: 0 }) {
      const tenant = audit.newTenant();
      const acts: { type: string; data: AuditEvent['data'] }[] = [];
      const act = {
        record: async (entry: { type: string; data: AuditEvent['data'] }) => void acts.push(entry),
        onUnrecorded: () => {},
      };
      const store = createPostgresSinks(audit.database);
      const kept = new Map<string, string>();
      const paused: string[] = [];
      const altered: number[] = [];
      const id = newId('auditSink');
      const egress = createEgress({ trustedOrigins: [target.origin] });
      const sender = (over: object = {}) =>
        createSendToSinks({
          ...act,
          ...createPostgresSinkWork(audit.database, {
            readPlaces: createPostgresLogRecords(audit.database),
            known: [id],
            onAltered: (_tenant, index) => void altered.push(index),
          }),
          setState: store.setState,
          owner: newId('job'),
          leaseMs: 60_000,
          now: Date.now,
          random: () => 0,
          send: createHttpSink({
            egress,
            tokenOf: async () => 'canary-token',
            now: Date.now,
            signal: new AbortController().signal,
          }),
          pauseRule,
          onPaused: (_sink, problem) => void paused.push(problem),
          onFailed: () => {},
          stopping: () => false,
          ...over,
        });
      const sink = (more: object = {}) => ({
        id,
        tenant,
        name: 'siem',
        settings: SinkSettings.parse({ url: `${target.origin}/in`, ...settings }),
        secretId: null,
        ...more,
      });
      const ports = {
        ...{ ...act, ...store, configured: new Map([['siem', { hasToken: true }]]) },
        refuseUrl: (_tenant: string, url: string) => (url.includes('10.0.0.1') ? 'No request may go there.' : null),
        keepToken: async (_tenant: string, owner: string, { secret_id }: { secret_id: string }) =>
          void kept.set(secret_id, owner),
        dropToken: async (_tenant: string, _owner: string, secretId: string) => void kept.delete(secretId),
      };
      return { tenant, id, store, acts, kept, paused, altered, sender, sink, ports, close: () => egress.close() };
    }

    const idsOf = (tenant: string) =>
      target.taken.flatMap(({ body }) => {
        const all = body.startsWith('[')
          ? JSON.parse(body)
          : body
              .trimEnd()
              .split('\n')
              .map((line) => JSON.parse(line));
        return (all as { metadata: { uid: string; tenant_uid: string } }[])
          .filter(({ metadata }) => metadata.tenant_uid === tenant)
          .map(({ metadata }) => metadata.uid);
      });
    const drain = async (send: () => Promise<number>) => {
      while ((await send()) > 0);
    };

    it('get every record in the order of the log, in requests that know themselves again', async () => {
      target.answer = () => 200;
      const { tenant, store, sink, sender, close } = await setup({ max_records: 40 });
      const before = await storeEvents(tenant, 5);
      await store.put(sink(), 'end');
      const events = await storeEvents(tenant, 100);
      expect((await store.find(tenant, 'siem'))?.waiting).toBe(100);
      await drain(sender());
      expect(idsOf(tenant)).toEqual(events.map(({ id }) => id));
      const requests = target.taken.slice(-3);
      expect(requests.map(({ headers }) => headers['patchbay-batch'])).toEqual(
        ['5-44', '45-84', '85-104'].map((range) => `${tenant}:${range}`),
      );
      expect(requests[0]?.headers).toMatchObject({
        'content-type': 'application/json',
        authorization: 'Bearer canary-token',
      });
      expect(await store.find(tenant, 'siem')).toMatchObject({ delivered: 100, waiting: 0, failures: 0 });
      // From the beginning again, when somebody says so.
      await store.put(sink(), 0);
      await drain(sender());
      expect(new Set(idsOf(tenant))).toEqual(new Set([...before, ...events].map(({ id }) => id)));
      await close();
    });

    it('come again from where they were after any failure, and halve what a target refuses', async () => {
      const { tenant, store, sink, sender, close } = await setup({ format: 'ndjson', max_records: 16 });
      await storeEvents(tenant, 0 + 40);
      await store.put(sink(), 0);
      const send = sender();
      target.answer = () => ({ status: 503, retryAfter: '1' });
      expect(await send()).toBe(0);
      expect(await store.find(tenant, 'siem')).toMatchObject({
        failures: 1,
        problem: 'The target answered 503.',
        nextTryMs: expect.any(Number),
      });
      target.answer = ({ body }) => (body.trimEnd().split('\n').length > 4 ? 413 : 200);
      expect(await send()).toBe(0); // not before the target wants it
      await vi.waitFor(async () => expect(await send()).toBeGreaterThan(0), { timeout: 15_000 });
      await drain(send);
      expect(idsOf(tenant)).toHaveLength(40);
      expect(await store.find(tenant, 'siem')).toMatchObject({ failures: 0, problem: null, waiting: 0 });
      await close();
    });

    it('are paused with an alert when their target is dead, and go on where they were', async () => {
      const { tenant, store, sink, sender, paused, acts, ports, close } = await setup();
      const events = await storeEvents(tenant, 3);
      await store.put(sink(), 0);
      const send = sender();
      target.answer = () => 500;
      for (let i = 0; i < 3; i++) await send();
      expect(paused).toEqual([expect.stringMatching(/^The target answered 500\. It failed 3 times since /)]);
      expect(await store.find(tenant, 'siem')).toMatchObject({ state: 'paused', problem: paused[0] });
      expect(acts.map(({ type, data }) => [type, data.outcome])).toEqual([
        ['dev.patchbay.audit.sink_paused', 'intent'],
        ['dev.patchbay.audit.sink_paused', 'succeeded'],
      ]);
      target.answer = () => 200;
      expect(await send()).toBe(0);
      const pause = createPauseSink(ports);
      await pause({ tenant, name: 'siem', paused: false }, untraced);
      await drain(send);
      expect(idsOf(tenant)).toEqual(events.map(({ id }) => id));
      await pause({ tenant, name: 'siem', paused: true }, untraced);
      await storeEvents(tenant, 1);
      expect([await send(), (await store.find(tenant, 'siem'))?.waiting]).toEqual([0, 1]);
      await expect(pause({ tenant, name: 'other', paused: true }, untraced)).rejects.toMatchObject({
        code: 'not_found',
      });
      await close();
    });

    it('never skip a record that is refused alone, nor send one that was altered', async () => {
      const { tenant, store, sink, sender, altered, close } = await setup({ format: 'ndjson' });
      const events = await storeEvents(tenant, 6);
      await store.put(sink(), 0);
      const poison = events[2]?.id as string;
      target.answer = ({ body }) => (body.includes(poison) ? 400 : 200);
      await drain(sender());
      expect(idsOf(tenant)).toEqual(events.slice(0, 2).map(({ id }) => id));
      expect((await store.find(tenant, 'siem'))?.problem).toBe(
        `The target answered 400. Record 2 of '${tenant}' alone is refused.`,
      );
      await audit.database.use((db) =>
        sql`update audit_events set event = replace(event, 'receptionist', 'somebody') where event_id = ${poison}`.execute(
          db,
        ),
      );
      await drain(sender());
      expect([idsOf(tenant).length, altered.at(-1)]).toEqual([5, 2]);
      await close();
    });

    it('of the installation get the records of every tenant, those of classes alone that they want', async () => {
      target.answer = () => 200;
      const { id, tenant, store, sink, sender, ports, close } = await setup({ classes: ['registry'] });
      await store.put(sink({ tenant: null }), 'end');
      await storeEvents(tenant, 3);
      await storeEvents(`${tenant}-b`, 3);
      await drain(sender());
      expect([idsOf(tenant), (await store.find(null, 'siem'))?.waiting]).toEqual([[], 0]);
      await store.put(sink({ tenant: null, settings: { ...sink().settings, classes: [] } }));
      const later = [...(await storeEvents(tenant, 2)), ...(await storeEvents(`${tenant}-b`, 2))];
      await drain(sender());
      expect([...idsOf(tenant), ...idsOf(`${tenant}-b`)]).toEqual(later.map((event) => event.id));
      expect((await createListSinks(ports)({ tenant: null })).sinks).toMatchObject([{ name: 'siem', has_token: true }]);
      expect((await createListSinks({ ...ports, configured: new Map() })({ tenant: null })).sinks).toEqual([]);
      await store.remove(id);
      await close();
    });

    it('are one process’s at a time, and another’s once its lease has ended', async () => {
      target.answer = () => 200;
      const { tenant, store, sink, sender, close } = await setup({ max_records: 1 });
      const events = await storeEvents(tenant, 20);
      await store.put(sink(), 0);
      const dying = sender({
        leaseMs: 300,
        advance: async () => {
          throw new PatchbayError('audit_unavailable');
        },
        release: async () => {},
      });
      await expect(dying()).rejects.toMatchObject({ code: 'audit_unavailable' });
      const others = [sender(), sender()];
      expect(await Promise.all(others.map((send) => send()))).toEqual([0, 0]);
      await vi.waitFor(
        async () => {
          await Promise.all(others.map((send) => send()));
          expect((await store.find(tenant, 'siem'))?.waiting).toBe(0);
        },
        { timeout: 20_000 },
      );
      // The one that was taken and not noted came twice; the receiver tells by its id.
      expect(idsOf(tenant)).toEqual([events[0]?.id, ...events.map(({ id }) => id)]);
      await close();
    });

    it('are set, changed and removed between their audit events, their tokens in the vault', async () => {
      const { tenant, kept, acts, ports, close } = await setup();
      const set = createSetSink(ports);
      const settings = SinkSettings.parse({ url: 'https://siem.example/in?x=canary' });
      const token = (n: number) => ({
        secret_id: newId('webhookSecret', n),
        sealed: 'x',
        public_key: `X${'A'.repeat(55)}`,
      });
      const made = await set({ tenant, name: 'siem', settings, token: token(1) }, untraced);
      expect(made).toMatchObject({ created: true, sink: { has_token: true, state: 'active', waiting: 0 } });
      const changed = await set({ tenant, name: 'siem', settings, token: token(2) }, untraced);
      expect([changed.created, kept.size]).toEqual([false, 1]);
      expect(await set({ tenant, name: 'siem', settings, from_index: 0 }, untraced)).toMatchObject({ created: false });
      const inside = { ...settings, url: 'http://10.0.0.1/' };
      await expect(set({ tenant, name: 'in', settings: inside }, untraced)).rejects.toMatchObject({
        code: 'invalid_request',
      });
      const remove = createRemoveSink(ports);
      expect(await remove({ tenant, name: 'siem' }, untraced)).toMatchObject({ sink: { name: 'siem' } });
      expect([kept.size, (await createListSinks(ports)({ tenant })).sinks]).toEqual([0, []]);
      await expect(remove({ tenant, name: 'siem' }, untraced)).rejects.toMatchObject({ code: 'not_found' });
      expect(JSON.stringify(acts)).not.toContain('canary');
      expect(acts.map(({ data }) => data.outcome)).toEqual([
        ...['intent', 'succeeded', 'intent', 'succeeded', 'intent', 'succeeded'],
        ...['intent', 'refused', 'intent', 'succeeded', 'intent', 'refused'],
      ]);
      await close();
    });

    // PGlite's directory is one process's, and this one has it.
    it.skipIf(kind.title === 'PGlite')(
      'lose nothing to processes that are killed between two requests',
      async () => {
        const { tenant, id, store, sink, close } = await setup({ max_records: 7 });
        const events = await storeEvents(tenant, 300);
        await store.put(sink(), 0);
        const begin = (): ChildProcess =>
          spawn(
            process.execPath,
            [
              fileURLToPath(new URL('send-to-sinks.ts', import.meta.url)),
              JSON.stringify({ databaseUrl: audit.url, id, origin: target.origin }),
            ],
            {
              stdio: 'inherit',
            },
          );
        let left = 10;
        let killed = Promise.resolve();
        target.answer = () => {
          left -= 1;
          if (left === 0) {
            child.kill('SIGKILL');
            killed = once(child, 'exit').then(() => {});
          }
          return 200;
        };
        let child = begin();
        for (const requests of [13, 1_000]) {
          await vi.waitFor(() => expect(left).toBeLessThanOrEqual(0), { timeout: 60_000 });
          await killed;
          left = requests;
          child = begin();
        }
        await vi.waitFor(async () => expect((await store.find(tenant, 'siem'))?.waiting).toBe(0), { timeout: 60_000 });
        child.kill('SIGKILL');
        await once(child, 'exit');
        const got = idsOf(tenant);
        expect([...new Set(got)]).toEqual(events.map((event) => event.id));
        // Each kill repeats one request at most.
        expect(got.length - events.length).toBeLessThanOrEqual(14);
        await close();
      },
      120_000,
    );
  });
}
