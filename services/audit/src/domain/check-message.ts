import { AuditClass, AuditEvent, issuesOf, parseSubject, TenantToken } from '@patchbay/contracts';
import { type AuditRow, toAuditRow } from './audit-row.ts';
import { epochMsOf } from './event-time.ts';
import { isReason, type QuarantinedItem, type QuarantineReason, wholeMessage } from './quarantine.ts';
import { mayHoldUnstorable, replaceUnstorable } from './storable-text.ts';

/** A message of stream `AUDIT` as it was received. Nothing of it is proven yet. */
export interface ReceivedMessage {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly sequence: number;
  /** Header `Patchbay-Producer`. */
  readonly producer: string | null;
  /** Header `Patchbay-Mac`. */
  readonly mac: string | null;
}

/** Whether the one producer of the subject's class wrote the message. */
export type VerifyMac = (
  message: ReceivedMessage,
) => { readonly ok: true; readonly producer: string } | { readonly ok: false; readonly reason: string };

/** A row and its position in its message, so that it can be quarantined if the store refuses it. */
export interface PlacedRow {
  readonly row: AuditRow;
  readonly position: number;
  readonly message: ReceivedMessage;
}

export interface CheckedMessage {
  readonly rows: readonly PlacedRow[];
  readonly quarantined: readonly QuarantinedItem[];
}

const decoder = new TextDecoder('utf-8', { fatal: true });
const encoder = new TextEncoder();
/** Largest number of events in one message, as the contract says. */
const maxEvents = 1_000;

/**
 * Sorts what a message holds into rows to store and things to keep apart. A message is believed only if its MAC is that
 * of its class's producer; an authentic message with one malformed event still yields the others, so that a producer's
 * defect cannot hide its neighbours.
 */
export function checkMessage(message: ReceivedMessage, verify: VerifyMac): CheckedMessage {
  const verdict = verify(message);
  if (!verdict.ok) return apart(message, isReason(verdict.reason) ? verdict.reason : 'mac_wrong', '');
  const place = placeOf(message.subject);
  if (place === null) return apart(message, 'subject_malformed', '');
  const text = decode(message.payload);
  const batch = text === null ? undefined : parseJson(text);
  if (text === null || batch === undefined) return apart(message, 'not_json', '');
  if (!Array.isArray(batch) || batch.length === 0 || batch.length > maxEvents) {
    return apart(message, 'not_a_batch', `expected an array of 1 to ${maxEvents} events`);
  }
  const stranger = batch.findIndex((event) => isTenantOf(event) && event.tenant !== place.tenant);
  if (stranger !== -1)
    return apart(message, 'tenant_mismatch', `[${stranger}].tenant is not the tenant of the subject`);

  const suspicious = mayHoldUnstorable(text);
  const rows: PlacedRow[] = [];
  const quarantined: QuarantinedItem[] = [];
  batch.forEach((candidate, position) => {
    const parsed = AuditEvent.safeParse(candidate);
    const epochMs = parsed.success ? epochMsOf(parsed.data.time) : null;
    if (!parsed.success || epochMs === null) {
      const detail = parsed.success
        ? `[${position}].time: expected an RFC 3339 time`
        : issueText(issuesOf(parsed.error, `[${position}]`));
      quarantined.push(itemOf(message, 'event_malformed', detail, position, candidate));
      return;
    }
    const event = suspicious ? (replaceUnstorable(parsed.data) as AuditEvent) : parsed.data;
    const altered = suspicious && JSON.stringify(event) !== JSON.stringify(parsed.data);
    const row = toAuditRow(event, epochMs, {
      class: place.class,
      sequence: message.sequence,
      producer: verdict.producer,
      altered,
    });
    rows.push({ row, position, message });
  });
  return { rows, quarantined };
}

/** The quarantine entry of a whole message or, with `position` and `event`, of one event of it. */
export function itemOf(
  message: ReceivedMessage,
  reason: QuarantineReason,
  detail: string,
  position = wholeMessage,
  event?: unknown,
): QuarantinedItem {
  const payload = position === wholeMessage ? message.payload : encoder.encode(JSON.stringify(event));
  return {
    sequence: message.sequence,
    position,
    subject: message.subject,
    producer: message.producer,
    reason,
    detail,
    payload,
  };
}

function apart(message: ReceivedMessage, reason: QuarantineReason, detail: string): CheckedMessage {
  return { rows: [], quarantined: [itemOf(message, reason, detail)] };
}

function placeOf(subject: string): { tenant: string; class: AuditClass } | null {
  const values = parseSubject('audit.v1.{tenant}.{class}', subject);
  const auditClass = AuditClass.safeParse(values?.class);
  const tenant = TenantToken.safeParse(values?.tenant);
  return auditClass.success && tenant.success ? { tenant: tenant.data, class: auditClass.data } : null;
}

function isTenantOf(event: unknown): event is { tenant: unknown } {
  return typeof event === 'object' && event !== null && 'tenant' in event;
}

function decode(payload: Uint8Array): string | null {
  try {
    return decoder.decode(payload);
  } catch {
    return null;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function issueText(issues: readonly { path: string; message: string }[]): string {
  return issues
    .slice(0, 5)
    .map((issue) => `${issue.path}: ${issue.message}`)
    .join('; ');
}
