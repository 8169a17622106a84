import { newId } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { createPostgresOpenIntents } from '../src/adapters/postgres-open-intents.ts';
import { createPostgresReconciliation } from '../src/adapters/postgres-reconciliation.ts';
import type { EventChanges } from './audit-event.fixture.ts';
import { storeKinds } from './stores.ts';
import { useDatabase } from './use-database.test-support.ts';

const minute = (n: number) => new Date(Date.UTC(2026, 4, 1, 10, n)).toISOString();

for (const kind of storeKinds) {
  describe.skipIf(!kind.available)(`executions without an end, on ${kind.title}`, () => {
    const audit = useDatabase(kind);

    const { storeEvents } = audit;

    it('finds executions that were begun and never finished, oldest first', async () => {
      const tenant = audit.newTenant();
      const [open, finished, unknown, fresh] = Array.from({ length: 4 }, () => newId('execution'));
      const intent = (executionId: string | undefined, time: string): EventChanges => ({
        time,
        data: { outcome: 'intent', execution_id: executionId },
      });
      const events = await storeEvents(tenant, [
        intent(finished, minute(0)),
        intent(open, minute(2)),
        intent(unknown, minute(1)),
        intent(fresh, minute(9)),
        { time: minute(3), data: { execution_id: finished } },
        { time: minute(3), data: { outcome: 'outcome_unknown', execution_id: unknown } },
        { time: minute(3), data: { outcome: 'succeeded', execution_id: newId('execution') } },
      ]);
      await storeEvents(tenant, [{ time: minute(3), data: { execution_id: open } }], 'credential'); // a lease is no outcome
      await storeEvents(audit.newTenant(), [{ time: minute(3), data: { execution_id: open } }]); // nor is another tenant's

      const read = createPostgresOpenIntents(audit.database);
      const ofTenant = async (olderThanMs: number) =>
        (await read({ sinceMs: 0, beforeMs: Date.parse(minute(10)) - olderThanMs, limit: 10_000 })).filter(
          (intent) => intent.tenant === tenant,
        );
      expect(await ofTenant(5 * 60_000)).toEqual([
        {
          tenant,
          executionId: open,
          tool: 'slack_post_message',
          session: 'call-77',
          eventId: events[1]?.id,
          recordedAtMs: Date.parse(minute(2)),
        },
      ]);
      expect((await ofTenant(0)).map(({ executionId }) => executionId)).toEqual([open, fresh]);
      const newest = await read({
        sinceMs: 0,
        beforeMs: Date.parse(minute(10)),
        limit: 10,
        tenant,
        newestFirst: true,
      });
      expect(newest.map(({ executionId }) => executionId)).toEqual([fresh, open]);
    });

    it('finds what was neither ended nor declared, and outcomes that came after a declaration', async () => {
      const tenant = audit.newTenant();
      const [open, twice, declared, late, settled] = Array.from({ length: 5 }, () => newId('execution'));
      const at = (executionId: string | undefined, n: number, data: EventChanges['data'] = { outcome: 'intent' }) => ({
        time: minute(n),
        data: { ...data, execution_id: executionId },
      });
      const intents = await storeEvents(tenant, [
        at(open, 1),
        at(twice, 3),
        at(twice, 2), // a submission that was tried again
        at(declared, 1),
        at(late, 1),
        at(settled, 1),
        at(late, 8, { outcome: 'succeeded' }),
        at(settled, 8, { outcome: 'failed' }),
      ]);
      const said = (type: string, executionId: string | undefined, n: number) => ({
        ...at(executionId, n, { outcome: 'outcome_unknown' }),
        type: `dev.patchbay.reconciliation.${type}`,
      });
      const declarations = await storeEvents(
        tenant,
        [
          said('outcome_unknown', declared, 4),
          said('outcome_unknown', late, 5),
          said('outcome_unknown', settled, 5),
          said('superseded', settled, 8),
        ],
        'reconciliation',
      );
      const { readUnended, readUnendedByPlace, readSuperseded } = createPostgresReconciliation(audit.database);
      const range = { sinceMs: Date.parse(minute(0)), beforeMs: Date.parse(minute(10)), limit: 1_000 };
      const ofTenant = (await readUnended(range)).filter(({ intent }) => intent.tenant === tenant);
      const sequence = expect.any(Number);
      const expected = [
        { executionId: open, intendedAtMs: Date.parse(minute(1)), sequence, intent: intents[0] },
        { executionId: twice, intendedAtMs: Date.parse(minute(2)), sequence, intent: intents[2] },
      ];
      expect(ofTenant).toEqual(expected);
      expect((await readUnended({ ...range, limit: 1 })).length).toBe(1);

      const place = ofTenant[0]?.sequence ?? 0;
      const inMessage = { after: { sequence: place, eventId: '' }, upTo: place, sinceMs: 0, limit: 1 };
      const [first] = await readUnendedByPlace(inMessage);
      const second = await readUnendedByPlace({
        ...inMessage,
        after: { sequence: place, eventId: first?.intent.id ?? '' },
      });
      expect([first, ...second].toSorted((a, b) => (a?.intendedAtMs ?? 0) - (b?.intendedAtMs ?? 0))).toEqual(expected);
      expect(await readUnendedByPlace({ ...inMessage, limit: 10, upTo: place - 1 })).toEqual([]);
      expect(
        await readUnendedByPlace({ ...inMessage, after: { sequence: place + 1, eventId: '' }, upTo: place + 5 }),
      ).toEqual([]);
      expect(await readUnendedByPlace({ ...inMessage, sinceMs: Date.parse(minute(2)) })).toEqual(expected.slice(1));
      expect((await readSuperseded(range)).filter(({ outcome }) => outcome.tenant === tenant)).toEqual([
        {
          executionId: late,
          endedAtMs: Date.parse(minute(8)),
          declaration: declarations[1],
          outcome: intents[6],
        },
      ]);
      // A declaration is no outcome: the execution stays among those of unknown effect until there is one.
      const unknown = await createPostgresOpenIntents(audit.database)({ ...range, tenant });
      expect(new Set(unknown.map(({ executionId }) => executionId))).toEqual(new Set([open, twice, declared]));
    });
  });
}
