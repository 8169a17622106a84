import { describe, expect, test } from 'vitest';
import { auditMac, verifyAuditMac } from './mac.ts';

const keys = new Map([
  ['executor', Buffer.alloc(32, 1)],
  ['vault', Buffer.alloc(32, 2)],
]);
const subject = 'audit.v1.acme.credential';
const payload = Buffer.from('[{"id":"aud_1"}]');
const good = { subject, payload, producer: 'vault', mac: auditMac(Buffer.alloc(32, 2), subject, payload) };

describe('the MAC of an audit message', () => {
  test('proves the producer of its class', () =>
    expect(verifyAuditMac(keys, good)).toEqual({ ok: true, producer: 'vault' }));

  test.each([
    ['none at all', { mac: null, producer: null }, 'mac_missing'],
    ['no MAC', { mac: null }, 'mac_missing'],
    [
      'another producer',
      { producer: 'executor', mac: auditMac(Buffer.alloc(32, 1), subject, payload) },
      'wrong_producer',
    ],
    ["another producer's key", { mac: auditMac(Buffer.alloc(32, 1), subject, payload) }, 'mac_wrong'],
    ['a changed payload', { payload: Buffer.from('[{"id":"aud_2"}]') }, 'mac_wrong'],
    ['another tenant', { subject: 'audit.v1.rival.credential' }, 'mac_wrong'],
    ['a class nobody writes', { subject: 'audit.v1.acme.toString' }, 'unknown_class'],
    ['a short MAC', { mac: 'AAAA' }, 'mac_wrong'],
    ['a subject without a class', { subject: 'audit.v1' }, 'unknown_class'],
  ])('refuses %s', (_what, change, reason) =>
    expect(verifyAuditMac(keys, { ...good, ...change })).toEqual({ ok: false, reason }),
  );

  test('refuses a producer whose key is not known', () => {
    expect(verifyAuditMac(new Map(), good)).toEqual({ ok: false, reason: 'key_missing' });
  });
});
