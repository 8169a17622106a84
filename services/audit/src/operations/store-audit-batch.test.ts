import { verifyAuditMac } from '@patchbay/audit-log';
import { describe, expect, it } from 'vitest';
import { auditEvent, auditMessage, testMacKeys } from '../../test/audit-event.fixture.ts';
import type { QuarantinedItem } from '../domain/quarantine.ts';
import {
  type AppendResult,
  type AuditStore,
  createStoreAuditBatch,
  type StoreAuditBatchPorts,
  type StoreReport,
} from './store-audit-batch.ts';

const committed = (stored = 0, reused: string[] = []): AppendResult => ({ kind: 'committed', stored, reused });
const refused: AppendResult = { kind: 'refused', code: '22007' };
const away: AppendResult = { kind: 'unavailable', cause: new Error('no connection') };

/** A store that answers as told, and remembers. */
function scripted(
  answers: {
    events?: (ids: string[]) => AppendResult;
    quarantine?: (items: readonly QuarantinedItem[]) => AppendResult;
  } = {},
) {
  const events: string[][] = [];
  const quarantine: QuarantinedItem[] = [];
  const reports: unknown[][] = [];
  const store: AuditStore = {
    async appendEvents(rows) {
      const ids = rows.map((row) => row.event_id);
      const result = answers.events?.(ids) ?? committed(ids.length);
      if (result.kind === 'committed') events.push(ids);
      return result;
    },
    async appendQuarantine(items) {
      const result = answers.quarantine?.(items) ?? committed();
      if (result.kind === 'committed') quarantine.push(...items);
      return result;
    },
  };
  const report: StoreReport = {
    stored: (...args) => reports.push(['stored', ...args]),
    quarantined: (items) => reports.push(['quarantined', items.map(({ reason }) => reason)]),
    unkept: (item) => reports.push(['unkept', item]),
    unavailable: (failures) => reports.push(['unavailable', failures]),
  };
  const ports: StoreAuditBatchPorts = { verify: (message) => verifyAuditMac(testMacKeys, message), store, report };
  return { run: createStoreAuditBatch(ports), ports, events, quarantine, reports };
}

describe('storing a batch', () => {
  it('stores all events of all messages in one append and acknowledges', async () => {
    const { run, events, reports } = scripted();
    const all = [auditEvent(), auditEvent(), auditEvent()];
    expect(await run([auditMessage(all.slice(0, 2)), auditMessage(all.slice(2))])).toEqual({ ack: true });
    expect(events).toEqual([all.map(({ id }) => id)]);
    expect(reports).toEqual([['stored', 3, 2]]);
  });

  it('keeps a poison message apart, stores the others and acknowledges both', async () => {
    const { run, events, quarantine, reports } = scripted();
    const good = auditEvent();
    expect(
      await run([
        auditMessage([], { payload: 'garbage' }),
        auditMessage([good]),
        auditMessage([auditEvent()], { mac: null }),
      ]),
    ).toEqual({ ack: true });
    expect(events).toEqual([[good.id]]);
    expect(quarantine.map(({ reason }) => reason)).toEqual(['not_json', 'mac_missing']);
    expect(reports).toContainEqual(['quarantined', ['not_json', 'mac_missing']]);
  });

  it('acknowledges nothing while the store is away, waits longer each time, and starts again after a success', async () => {
    let up = false;
    const { run, reports } = scripted({ events: () => (up ? committed(1) : away) });
    const batch = [auditMessage([auditEvent()])];
    expect(await run(batch)).toEqual({ ack: false, retryAfterMs: 500 });
    expect(await run(batch)).toEqual({ ack: false, retryAfterMs: 1_000 });
    up = true;
    expect(await run(batch)).toEqual({ ack: true });
    up = false;
    expect(await run(batch)).toEqual({ ack: false, retryAfterMs: 500 });
    expect(reports).toEqual([
      ['unavailable', 1],
      ['unavailable', 2],
      ['stored', 1, 1],
      ['unavailable', 1],
    ]);
  });

  it('acknowledges nothing when the rows are committed but the quarantine cannot be', async () => {
    const { run } = scripted({ quarantine: () => away });
    expect(await run([auditMessage([auditEvent()]), auditMessage([], { payload: '1' })])).toEqual({
      ack: false,
      retryAfterMs: 500,
    });
  });

  it('finds the events that the store refuses, keeps those apart and stores all others', async () => {
    const all = Array.from({ length: 7 }, () => auditEvent());
    const bad = [all[2]?.id, all[6]?.id];
    const { run, events, quarantine } = scripted({
      events: (ids) => (ids.some((id) => bad.includes(id)) ? refused : committed(ids.length)),
    });
    const message = auditMessage(all);
    expect(await run([message])).toEqual({ ack: true });
    expect(events.flat()).toEqual(all.map(({ id }) => id).filter((id) => !bad.includes(id)));
    expect(quarantine.map(({ reason, detail, position, sequence }) => [reason, detail, position, sequence])).toEqual(
      [2, 6].map((position) => ['refused_by_store', 'SQLSTATE 22007', position, message.sequence]),
    );
  });

  it('keeps an event apart whose id is stored with another content', async () => {
    const again = auditEvent();
    const { run, quarantine } = scripted({ events: () => committed(1, [again.id]) });
    expect(await run([auditMessage([auditEvent(), again])])).toEqual({ ack: true });
    expect(quarantine).toEqual([expect.objectContaining({ reason: 'event_id_reused', detail: again.id, position: 1 })]);
    expect(JSON.parse(new TextDecoder().decode(quarantine[0]?.payload))).toEqual(again);
  });

  it('does not loop on a quarantine entry that the store refuses: the others are kept, that one is reported', async () => {
    const poison = auditMessage([], { payload: 'poison' });
    const { run, quarantine, reports } = scripted({
      quarantine: (items) => (items.some(({ sequence }) => sequence === poison.sequence) ? refused : committed()),
    });
    expect(await run([poison, auditMessage([], { payload: '1' })])).toEqual({ ack: true });
    expect(quarantine.map(({ reason }) => reason)).toEqual(['not_a_batch']);
    expect(reports).toContainEqual(['unkept', { reason: 'not_json', sequence: poison.sequence, code: '22007' }]);
  });

  it('keeps a message apart that the check cannot cope with, and stores the others', async () => {
    const { events, quarantine, ports } = scripted();
    const strange = auditMessage([auditEvent()]);
    const good = auditEvent();
    const run = createStoreAuditBatch({
      ...ports,
      verify(message) {
        if (message.sequence === strange.sequence) throw new RangeError('value of a secret');
        return ports.verify(message);
      },
    });
    expect(await run([strange, auditMessage([good])])).toEqual({ ack: true });
    expect(events).toEqual([[good.id]]);
    expect(quarantine).toEqual([expect.objectContaining({ reason: 'check_failed', detail: 'RangeError' })]);
  });

  it('lets a defect through instead of taking it for a store that is away', async () => {
    const { run } = scripted({
      events: () => {
        throw new RangeError('defect');
      },
    });
    await expect(run([auditMessage([auditEvent()])])).rejects.toThrow('defect');
  });
});
