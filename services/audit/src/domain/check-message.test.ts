import { verifyAuditMac } from '@patchbay/audit-log';
import { describe, expect, it } from 'vitest';
import { auditEvent, auditMessage, testMacKeys } from '../../test/audit-event.fixture.ts';
import { checkMessage, type ReceivedMessage, type VerifyMac } from './check-message.ts';
import { wholeMessage } from './quarantine.ts';

const verify: VerifyMac = (message) => verifyAuditMac(testMacKeys, message);
const check = (message: ReceivedMessage) => checkMessage(message, verify);

describe('checking a message', () => {
  it('makes a row of each event of an authentic batch', () => {
    const events = [auditEvent(), auditEvent()];
    const message = auditMessage(events, { sequence: 4 });
    const { rows, quarantined } = check(message);
    expect(quarantined).toEqual([]);
    expect(rows.map(({ row, position }) => [row.event_id, row.stream_sequence, row.producer, position])).toEqual(
      events.map((event, index) => [event.id, 4, 'executor', index]),
    );
  });

  it('makes rows of what concerns every tenant', () => {
    const message = auditMessage([auditEvent({ tenant: 'all' })], { subject: 'audit.v1.all.execution' });
    expect(check(message)).toMatchObject({ rows: [{ row: { tenant: 'all' } }], quarantined: [] });
  });

  it.each([
    ['mac_missing', auditMessage([auditEvent()], { mac: null })],
    ['mac_missing', auditMessage([auditEvent()], { producer: null })],
    ['mac_wrong', auditMessage([auditEvent()], { key: Buffer.alloc(32, 99) })],
    ['mac_wrong', auditMessage([auditEvent()], { mac: '' })],
    ['wrong_producer', auditMessage([auditEvent()], { class: 'credential', producer: 'executor' })],
    ['unknown_class', auditMessage([auditEvent()], { class: 'payroll' })],
    ['unknown_class', auditMessage([auditEvent()], { class: 'constructor' })],
    ['subject_malformed', auditMessage([auditEvent()], { subject: 'audit.v1.Acme!.execution' })],
    ['not_json', auditMessage([], { payload: '{"half":' })],
    ['not_json', auditMessage([], { payload: new Uint8Array([0x22, 0xff, 0x22]) })],
    ['not_a_batch', auditMessage([], { payload: '{}' })],
    ['not_a_batch', auditMessage([])],
    ['not_a_batch', auditMessage(Array.from({ length: 1_001 }, () => 1))],
    ['tenant_mismatch', auditMessage([auditEvent(), auditEvent({ tenant: 'globex' })])],
  ] as const)('keeps the whole message apart: %s', (reason, message) => {
    const { rows, quarantined } = check(message);
    expect(rows).toEqual([]);
    expect(quarantined).toEqual([
      expect.objectContaining({ reason, position: wholeMessage, sequence: message.sequence, payload: message.payload }),
    ]);
  });

  it('does not believe a MAC that was made for another subject', () => {
    const authentic = auditMessage([auditEvent({ tenant: 'globex' })], { tenant: 'globex' });
    expect(check({ ...authentic, subject: 'audit.v1.acme.execution' }).quarantined[0]?.reason).toBe('mac_wrong');
  });

  it('takes an unknown reason of the MAC check for a wrong MAC', () => {
    expect(
      checkMessage(auditMessage([auditEvent()]), () => ({ ok: false, reason: 'new_reason' })).quarantined[0]?.reason,
    ).toBe('mac_wrong');
  });

  it.each([
    ['a malformed event', { ...auditEvent(), id: 'nope' }, /^\[1\]\.id: expected an id/],
    ['an event of no tenant', { ...auditEvent(), tenant: undefined }, /^\[1\]\.tenant: /],
    ['an impossible time', auditEvent({ time: 'soon' }), /^\[1\]\.time: /],
    ['no object at all', 7, /^\[1\]: /],
  ])('keeps %s apart and stores its neighbours', (_, bad, detail) => {
    const neighbours = [auditEvent(), auditEvent()];
    const { rows, quarantined } = check(auditMessage([neighbours[0], bad, neighbours[1]]));
    expect(rows.map(({ row }) => row.event_id)).toEqual(neighbours.map(({ id }) => id));
    expect(quarantined).toEqual([
      expect.objectContaining({ reason: 'event_malformed', position: 1, detail: expect.stringMatching(detail) }),
    ]);
  });

  it('stores no field that the contract does not know', () => {
    const { rows } = check(
      auditMessage([{ ...auditEvent(), secret: 'x', data: { ...auditEvent().data, arguments: { card: '4111' } } }]),
    );
    expect(JSON.stringify(rows[0]?.row.event)).not.toMatch(/secret|4111/);
  });

  it('survives an event nested as deep as a message is long', () => {
    const deep = `{"id":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    const [item] = check(auditMessage([], { payload: `[${deep}]` })).quarantined;
    expect([item?.reason, item?.payload.byteLength]).toEqual(['event_malformed', deep.length]);
  });

  it('keeps an event whose text the database cannot hold, marked as altered', () => {
    const { rows } = check(auditMessage([auditEvent({ data: { tool: 'a\0b' } }), auditEvent()]));
    expect(rows.map(({ row }) => [row.tool, row.event.data.tool, row.altered])).toEqual([
      ['a\uFFFDb', 'a\uFFFDb', true],
      ['slack_post_message', 'slack_post_message', false],
    ]);
  });
});
