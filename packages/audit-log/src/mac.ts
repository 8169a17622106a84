import { createHmac, timingSafeEqual } from 'node:crypto';
import { auditProducers } from '@patchbay/contracts';

export type AuditProducer = (typeof auditProducers)[keyof typeof auditProducers];

/** HMAC-SHA256 of the subject, a newline and the payload, base64url. */
export function auditMac(key: Buffer, subject: string, payload: string | Uint8Array): string {
  const mac = createHmac('sha256', key);
  // Each piece is a call into the library.
  if (typeof payload === 'string') mac.update(`${subject}\n${payload}`);
  else mac.update(`${subject}\n`).update(payload);
  return mac.digest('base64url');
}

export type MacVerdict =
  | { readonly ok: true; readonly producer: AuditProducer }
  | { readonly ok: false; readonly reason: string };

/**
 * Whether the message on an audit subject was written by the one service that may write that class. The subject alone
 * does not prove it: a server publishes acknowledgements to whatever reply subject a requester chose.
 */
export function verifyAuditMac(
  keys: ReadonlyMap<string, Buffer>,
  message: {
    readonly subject: string;
    readonly payload: Uint8Array;
    readonly producer: string | null;
    readonly mac: string | null;
  },
): MacVerdict {
  const auditClass = message.subject.split('.')[3] ?? '';
  const expected = Object.hasOwn(auditProducers, auditClass)
    ? auditProducers[auditClass as keyof typeof auditProducers]
    : null;
  if (expected === null) return { ok: false, reason: 'unknown_class' };
  if (message.producer === null || message.mac === null) return { ok: false, reason: 'mac_missing' };
  if (message.producer !== expected) return { ok: false, reason: 'wrong_producer' };
  const key = keys.get(expected);
  if (key === undefined) return { ok: false, reason: 'key_missing' };
  const computed = createHmac('sha256', key).update(message.subject).update('\n').update(message.payload).digest();
  const given = Buffer.from(message.mac, 'base64url');
  if (given.length !== computed.length || !timingSafeEqual(given, computed)) return { ok: false, reason: 'mac_wrong' };
  return { ok: true, producer: expected };
}
