import {
  type AuditClass,
  type AuditData,
  type AuditEvent,
  type AuditEventType,
  type AuditQuery,
  type AuditQueryResult,
  PatchbayError,
} from '@patchbay/contracts';
import { encodeCursor, type PagePosition } from '../domain/page-cursor.ts';
import { type EventFilter, filterFacts, toEventFilter } from '../domain/query-filter.ts';

/** Events newest first, at most `filter.limit`; `more` when older ones match too. */
export interface EventPage {
  readonly entries: readonly { readonly position: PagePosition; readonly event: AuditEvent }[];
  readonly more: boolean;
}

/** Settles when the event is durable. @throws PatchbayError `audit_unavailable`. */
export type RecordAudit = (entry: {
  tenant: string;
  class: AuditClass;
  type: AuditEventType;
  data: AuditData;
}) => Promise<void>;

export interface QueryAuditPorts {
  /** @throws PatchbayError `audit_unavailable` when the store is away. */
  readonly readPage: (filter: EventFilter) => Promise<EventPage>;
  readonly record: RecordAudit;
}

/** Bytes of events in one answer: a message carries 1 MiB, of which the envelope needs little. */
const maxAnswerBytes = 900_000;
const encoder = new TextEncoder();

/**
 * Answers who did what, newest first. The query is itself recorded before anything of the answer leaves, and refused
 * when it cannot be. An answer may hold fewer events than asked for; `next_cursor` is null only at the end.
 * @throws PatchbayError `invalid_request` naming the field, `audit_unavailable`.
 */
export function createQueryAudit({
  readPage,
  record,
}: QueryAuditPorts): (query: AuditQuery, context: { traceId: string | null }) => Promise<AuditQueryResult> {
  return async (query, { traceId }) => {
    const recordQuery = (outcome: 'succeeded' | 'failed' | 'refused', extra: Partial<AuditData>) =>
      record({
        tenant: query.tenant,
        class: 'query',
        type: 'dev.patchbay.audit.queried',
        data: {
          actor: { kind: 'admin', id: 'admin' },
          target: { kind: 'audit_log', id: query.tenant },
          outcome,
          ...(traceId !== null && { trace_id: traceId }),
          ...extra,
        },
      });
    const facts = filterFacts(query);

    // 1. Check and read.
    let page: EventPage;
    try {
      page = await readPage(toEventFilter(query));
    } catch (error) {
      const code = error instanceof PatchbayError ? error.code : 'internal';
      // The failure is what the caller hears, whether or not it could be recorded: nothing was revealed.
      await recordQuery(code === 'invalid_request' ? 'refused' : 'failed', { error_code: code, facts }).catch(() => {});
      throw error;
    }
    // 2. Cut to what one message can carry.
    const fitting = cutToSize(page);
    // 3. Record, then answer.
    await recordQuery('succeeded', { facts: { ...facts, events: fitting.entries.length } });
    const last = fitting.entries.at(-1);
    return {
      events: fitting.entries.map(({ event }) => event),
      next_cursor: fitting.more && last !== undefined ? encodeCursor(last.position) : null,
    };
  };
}

function cutToSize(page: EventPage): EventPage {
  let bytes = 0;
  const fits = page.entries.findIndex(({ event }) => {
    bytes += encoder.encode(JSON.stringify(event)).byteLength + 1;
    return bytes > maxAnswerBytes;
  });
  if (fits === -1) return page;
  // At least one, so that the reader gets on; an event alone is never larger than the message that brought it.
  return { entries: page.entries.slice(0, Math.max(1, fits)), more: true };
}
