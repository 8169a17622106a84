import { createHmac, timingSafeEqual } from 'node:crypto';
import { PatchbayError } from '@patchbay/contracts';
import type { ExportRange } from './ports.ts';

const lifeMs = 86_400_000;

/** What a page of an export is asked for by: its range, and that the service recorded it. `key` is secret. */
export function sealTicket(key: Buffer, { tenant, first, size }: ExportRange, nowMs: number): string {
  const text = Buffer.from(JSON.stringify([tenant, first, size, nowMs + lifeMs])).toString('base64url');
  return `${text}.${macOf(key, text).toString('base64url')}`;
}

/** @throws PatchbayError `invalid_request` for one that this service did not give, or that is too old. */
export function openTicket(key: Buffer, ticket: string, nowMs: number): ExportRange {
  const [text = '', mac = ''] = ticket.split('.');
  const given = Buffer.from(mac, 'base64url');
  const own = macOf(key, text);
  if (given.length !== own.length || !timingSafeEqual(given, own)) throw wrong('is none of this service');
  const [tenant, first, size, until] = JSON.parse(Buffer.from(text, 'base64url').toString()) as [
    string,
    number,
    number,
    number,
  ];
  if (nowMs > until) throw wrong('is older than a day: begin the export again');
  return { tenant, first, size };
}

const macOf = (key: Buffer, text: string) => createHmac('sha256', key).update(`audit export ticket\n${text}`).digest();

function wrong(message: string): PatchbayError {
  return new PatchbayError('invalid_request', {
    message: `ticket: ${message}.`,
    details: { issues: [{ path: 'ticket', message }] },
  });
}
