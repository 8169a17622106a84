import { type AuditClass, AuditData, type AuditQuery, PatchbayError } from '@patchbay/contracts';
import { decodeCursor, type PagePosition } from './page-cursor.ts';

/** What to read, checked: newest first, at most `limit` events. Absent fields do not filter. */
export interface EventFilter {
  readonly tenant: string;
  readonly class?: AuditClass;
  readonly tool?: string;
  readonly session?: string;
  readonly endUser?: string;
  readonly status?: AuditData['outcome'];
  readonly executionId?: string;
  readonly eventId?: string;
  /** Unix milliseconds, inclusive. */
  readonly fromMs?: number;
  /** Unix milliseconds, exclusive. */
  readonly toMs?: number;
  readonly after?: PagePosition;
  readonly limit: number;
}

/** @throws PatchbayError `invalid_request` naming the field that cannot be used. */
export function toEventFilter(query: AuditQuery): EventFilter {
  const status = query.status === undefined ? undefined : AuditData.shape.outcome.safeParse(query.status);
  if (status?.success === false) throw wrong('status', `expected one of ${AuditData.shape.outcome.options.join(', ')}`);
  const fromMs = query.from === undefined ? undefined : Date.parse(query.from);
  const toMs = query.to === undefined ? undefined : Date.parse(query.to);
  if (fromMs !== undefined && toMs !== undefined && fromMs > toMs) throw wrong('from', "is after 'to'");
  return {
    tenant: query.tenant,
    limit: query.limit,
    ...(query.class !== undefined && { class: query.class }),
    ...(query.tool !== undefined && { tool: refuseNul('tool', query.tool) }),
    ...(query.session !== undefined && { session: refuseNul('session', query.session) }),
    ...(query.end_user !== undefined && { endUser: query.end_user }),
    ...(status !== undefined && { status: status.data }),
    ...(query.execution_id !== undefined && { executionId: query.execution_id }),
    ...(query.event_id !== undefined && { eventId: query.event_id }),
    ...(fromMs !== undefined && { fromMs: clamp(fromMs) }),
    ...(toMs !== undefined && { toMs: clamp(toMs) }),
    ...(query.cursor !== undefined && { after: decodeCursor(query.cursor) }),
  };
}

/** The filters a query used, for its own audit event. */
export function filterFacts(query: AuditQuery): Record<string, string | number> {
  const { tenant: _, cursor, ...filters } = query;
  return {
    ...Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined)),
    ...(cursor !== undefined && { continued: 'yes' }),
  };
}

/** PostgreSQL text cannot hold U+0000, so no stored value equals such a filter. */
function refuseNul(path: string, text: string): string {
  if (text.includes('\0')) throw wrong(path, 'holds the character U+0000');
  return text.toWellFormed();
}

/** Nothing before 1970 is stored, and PostgreSQL has no year 0. */
function clamp(ms: number): number {
  return Math.max(0, ms);
}

function wrong(path: string, message: string): PatchbayError {
  return new PatchbayError('invalid_request', {
    message: `${path}: ${message}.`,
    details: { issues: [{ path, message }] },
  });
}
