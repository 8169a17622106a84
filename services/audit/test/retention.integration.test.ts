import { leafHash } from '@patchbay/audit-log/proofs';
import { type AuditClass, type AuditEvent, AuditQuery, hipaaFloorDays } from '@patchbay/contracts';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { createPostgresEventPages } from '../src/adapters/postgres-event-pages.ts';
import { createPostgresHolds } from '../src/adapters/postgres-holds.ts';
import { createPostgresLogRecords } from '../src/adapters/postgres-log-records.ts';
import { createPostgresPurge } from '../src/adapters/postgres-purge.ts';
import { createPostgresRetention } from '../src/adapters/postgres-retention.ts';
import { createPlaceHold } from '../src/operations/holds/place-hold.ts';
import { createReleaseHold } from '../src/operations/holds/release-hold.ts';
import { createQueryAudit } from '../src/operations/query-audit.ts';
import { createListRetention } from '../src/operations/retention/list-retention.ts';
import { createPurgeAll } from '../src/operations/retention/purge-all.ts';
import { createPurgeExpired } from '../src/operations/retention/purge-expired.ts';
import { createRemoveRetention } from '../src/operations/retention/remove-retention.ts';
import { createSetRegime } from '../src/operations/retention/set-regime.ts';
import { createSetRetention } from '../src/operations/retention/set-retention.ts';
import { auditEvent, auditMessage, type EventChanges } from './audit-event.fixture.ts';
import { storeKinds } from './stores.ts';
import { storeInto, useDatabase } from './use-database.test-support.ts';

const now = Date.UTC(2026, 10, 30);
const dayMs = 86_400_000;
const daysAgo = (days: number) => new Date(now - days * dayMs).toISOString();
const untraced = { traceId: null };

for (const kind of storeKinds) {
  describe.skipIf(!kind.available)(`retention on ${kind.title}`, () => {
    const audit = useDatabase(kind);

    /** A tenant with events, and everything that can be done about how they are kept. */
    async function setup(changes: readonly EventChanges[], auditClass: AuditClass = 'execution') {
      const tenant = audit.newTenant();
      const acts: { type: string; data: AuditEvent['data'] }[] = [];
      let records = true;
      const act = {
        record: async (entry: { type: string; data: AuditEvent['data'] }) => {
          if (!records) throw new Error('the log is away');
          acts.push(entry);
        },
        onUnrecorded: () => {},
        now: () => now,
      };
      const apart: object[] = [];
      const store = async (some: readonly EventChanges[], as: AuditClass) => {
        const events = some.map((change) => auditEvent({ tenant, ...change }));
        const message = auditMessage(events, { tenant, class: as });
        const again = () => storeInto(audit.database, [message], { quarantined: (items) => void apart.push(...items) });
        expect(await again()).toEqual({ ack: true });
        return { events, again };
      };
      const { events, again } = await store(changes, auditClass);
      const retention = createPostgresRetention(audit.database);
      const holds = createPostgresHolds(audit.database);
      const purge = createPostgresPurge(audit.database);
      const set = createSetRetention({ ...act, ...retention });
      return {
        ...{ tenant, events, again, store, acts, apart, holds, act, ...purge },
        stopRecording: () => (records = false),
        set: (days: number | null, of: AuditClass | null = null, whose: string | null = tenant) =>
          set({ tenant: whose, class: of, days }, untraced),
        remove: (of: AuditClass | null, whose: string | null = tenant) =>
          createRemoveRetention({ ...act, ...retention })({ tenant: whose, class: of }, untraced),
        regime: (regime: 'hipaa' | null) => createSetRegime({ ...act, ...retention })({ tenant, regime }, untraced),
        told: () => createListRetention(retention)({ tenant }),
        purge: (dryRun = false) =>
          createPurgeExpired({ ...act, ...retention, ...purge })({ tenant, dry_run: dryRun }, untraced),
        hold: (what: object) => createPlaceHold({ ...act, ...holds })({ tenant, reason: 'Case 1', ...what }, untraced),
        release: (hold: string) =>
          createReleaseHold({ ...act, ...holds, onReleased: () => {} })({ tenant, hold, reason: 'Settled' }, untraced),
        ids: async () =>
          (
            await createQueryAudit({ readPage: createPostgresEventPages(audit.database), record: async () => {} })(
              AuditQuery.parse({ tenant }),
              untraced,
            )
          ).events.map(({ id }) => id),
        places: () => createPostgresLogRecords(audit.database)({ tenant, from: 0, to: 1_000 }),
      };
    }

    it('takes bodies past their time by class, and leaves leaves that prove what stood there', async () => {
      const one = await setup([{ time: daysAgo(40) }, { time: daysAgo(31) }, { time: daysAgo(29) }]);
      await one.store([{ time: daysAgo(40), type: 'dev.patchbay.registry.registered' }], 'registry');
      const before = await one.places();
      await one.set(30, 'execution');
      expect(await one.purge(true)).toMatchObject({ purged: { execution: 2 }, held: 0 });
      expect(await one.purge()).toMatchObject({ purged: { execution: 2 }, held: 0, more: false });
      expect(await one.purge()).toMatchObject({ purged: {} });

      const after = await one.places();
      expect(after.map(({ record }) => record === null)).toEqual([true, true, false, false]);
      expect(after.map(({ leaf }) => leaf)).toEqual(before.map(({ record }) => leafHash(record as string)));
      expect(await one.ids()).toEqual([one.events[2]?.id, expect.any(String)]);
      const { rows } = await audit.database.use((db) =>
        sql<object>`select event, execution_id, tool, session, end_user from audit_events
          where tenant = ${one.tenant} and purged_at is not null`.execute(db),
      );
      expect(rows).toEqual(
        Array(2).fill({ event: '{}', execution_id: null, tool: null, session: null, end_user: null }),
      );
      expect(one.acts.map(({ type, data }) => [type.split('.').at(-1), data.outcome, data.facts?.execution])).toEqual([
        ['retention_set', 'intent', undefined],
        ['retention_set', 'succeeded', undefined],
        ['purged', 'intent', undefined],
        ['purged', 'succeeded', 2],
      ]);
    });

    it('stores an event whose body is gone no second time, and quarantines no copy of it', async () => {
      const one = await setup([{ time: daysAgo(40) }]);
      await one.set(30);
      await one.purge();
      expect(await one.again()).toEqual({ ack: true });
      expect([(await one.places()).length, await one.ids(), one.apart]).toEqual([1, [], []]);
    });

    it('does not begin without a record of it', async () => {
      const one = await setup([{ time: daysAgo(40) }]);
      await one.set(30);
      one.stopRecording();
      await expect(one.purge()).rejects.toThrow('the log is away');
      expect(await one.ids()).toHaveLength(1);
    });

    it('keeps what no rule limits, and tells rules and what follows from them', async () => {
      const one = await setup([{ time: daysAgo(9_000) }]);
      expect(await one.purge()).toMatchObject({ purged: {} });
      expect((await one.set(365)).replaced).toBeNull();
      expect((await one.set(400)).replaced).toMatchObject({ days: 365 });
      await one.set(null, 'execution');
      expect(await one.purge()).toMatchObject({ purged: {} });
      const { effective, rules } = await one.told();
      expect(rules.filter(({ tenant }) => tenant === one.tenant)).toHaveLength(2);
      expect(effective.find((each) => each.class === 'execution')).toMatchObject({ days: null, by: 'tenant_class' });
      expect(effective.find((each) => each.class === 'egress')).toMatchObject({ days: 400, by: 'tenant' });
      expect((await one.remove('execution')).removed.days).toBeNull();
      await expect(one.remove('execution')).rejects.toMatchObject({ code: 'not_found' });
      expect(await one.purge()).toMatchObject({ purged: { execution: 1 } });
    });

    it('never goes below six years for a HIPAA tenant, whatever a rule says', async () => {
      const one = await setup([{ time: daysAgo(hipaaFloorDays - 1) }, { time: daysAgo(hipaaFloorDays + 1) }]);
      await one.set(30);
      await expect(one.regime('hipaa')).rejects.toMatchObject({ code: 'invalid_request' });
      await one.remove(null);
      expect(await one.regime('hipaa')).toMatchObject({ regime: 'hipaa', before: null });
      await expect(one.set(hipaaFloorDays - 1)).rejects.toMatchObject({
        code: 'invalid_request',
        message: `The log of '${one.tenant}' is kept for at least 2192 days (HIPAA), not 2191.`,
      });
      // The installation's rule is for everybody else.
      await one.set(30, null, null);
      expect((await one.told()).effective.every(({ days, by }) => days === hipaaFloorDays && by === 'floor')).toBe(
        true,
      );
      expect(await one.purge()).toMatchObject({ purged: { execution: 1 } });
      expect(await one.ids()).toEqual([one.events[0]?.id]);
      await one.remove(null, null);
      expect(one.acts.filter(({ data }) => data.outcome === 'refused')).toHaveLength(2);
    });

    it.each([
      ['a class', { class: 'execution' as const }, 4],
      ['another class', { class: 'egress' as const }, 0],
      ['an end user', { subject: 'tok_ada' }, 1],
      ['a session', { subject: 'call-9' }, 1],
      ['an actor', { subject: 'receptionist' }, 4],
      ['what it is about', { subject: 'con_1' }, 1],
      ['a time', { from: daysAgo(45), to: daysAgo(40) }, 1],
      ['everything', {}, 4],
    ])('is stopped by a hold on %s until it is released', async (_what, hold, held) => {
      const actor = { kind: 'agent', id: 'receptionist' } as const;
      const one = await setup([
        { time: daysAgo(50) },
        { time: daysAgo(45), data: { actor: { ...actor, session: 'call-9' } } },
        { time: daysAgo(40), data: { actor: { ...actor, end_user: 'tok_ada' } } },
        { time: daysAgo(35), subject: 'con_1' },
      ]);
      await one.set(30);
      const placed = await one.hold(hold);
      expect(await one.purge(true)).toMatchObject({ held });
      expect(await one.purge()).toMatchObject({ held });
      expect(await one.ids()).toHaveLength(held);
      expect(await one.holds.list(one.tenant, false)).toEqual([placed.hold]);
      const released = await one.release(placed.hold.id);
      expect(released.hold).toMatchObject({ released_at: new Date(now).toISOString(), release_reason: 'Settled' });
      await expect(one.release('hld_01JD0000000000000000000000')).rejects.toMatchObject({ code: 'not_found' });
      expect([await one.holds.list(one.tenant, false), (await one.holds.list(one.tenant, true)).length]).toEqual([
        [],
        1,
      ]);
      await one.purge();
      expect(await one.ids()).toEqual([]);
    });

    it('refuses a hold on no time at all', async () => {
      const one = await setup([{}]);
      await expect(one.hold({ from: daysAgo(1), to: daysAgo(1) })).rejects.toMatchObject({ code: 'invalid_request' });
    });

    it('goes through every log by itself, late events and released ones included', async () => {
      const one = await setup([{ time: daysAgo(40) }]);
      await one.set(30);
      const { hold } = await one.hold({});
      const gone: object[] = [];
      const all = createPurgeAll({
        now: () => now,
        tenants: async () => [one.tenant],
        purgeExpired: createPurgeExpired({
          ...one.act,
          ...createPostgresRetention(audit.database),
          ...createPostgresPurge(audit.database),
        }),
        onPurged: (_tenant, purged) => void gone.push(purged),
        stopping: () => false,
      });
      await all.run();
      await one.release(hold.id);
      await one.store([{ time: daysAgo(31) }], 'execution');
      await all.run();
      // What was gone through before is for the next day, unless somebody says that it may go now.
      expect([gone, await one.ids()]).toEqual([[{ execution: 1 }], [one.events[0]?.id]]);
      all.lookAgain(one.tenant);
      await all.run();
      expect(await one.ids()).toEqual([]);
      expect(one.acts.filter(({ data }) => data.actor.kind === 'service')).toHaveLength(6);
      expect(await one.tenants()).toContain(one.tenant);
    });
  });
}
