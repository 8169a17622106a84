import type { AuditClass, AuditEvent } from '@patchbay/contracts';

/** One audit event as a row of `audit_events`: the columns that queries select by, and the whole event. */
export interface AuditRow {
  readonly event_id: string;
  readonly tenant: string;
  readonly class: AuditClass;
  readonly type: string;
  /** RFC 3339 in UTC, whole milliseconds. */
  readonly time: string;
  /** Sequence of its message in stream `AUDIT`. */
  readonly stream_sequence: number;
  readonly producer: string;
  readonly execution_id: string | null;
  readonly tool: string | null;
  readonly session: string | null;
  readonly status: AuditEvent['data']['outcome'];
  readonly error_code: string | null;
  readonly duration_ms: number | null;
  readonly tokens: number | null;
  readonly replayed: boolean;
  /** Some characters could not be kept and were replaced; the stream holds the original. */
  readonly altered: boolean;
  /** The token of the person whom it is about. */
  readonly end_user: string | null;
  /** Without `data.sealed.ciphertext`: see `blob`. */
  readonly event: AuditEvent;
  /** What is kept of the person, apart from the event. */
  readonly blob: SealedBlob | null;
}

/** A ciphertext, base64, and under whose key it is. */
export interface SealedBlob {
  readonly subject: string;
  readonly key: string;
  readonly ciphertext: string;
}

/** Where an event came from. */
export interface EventOrigin {
  readonly class: AuditClass;
  readonly sequence: number;
  readonly producer: string;
  readonly altered: boolean;
}

/** What the column holds at most. */
const maxTokens = 2_147_483_647;
/** Longest text in an indexed column, in UTF-16 units: an index entry must fit a third of a database page. */
const maxIndexedText = 256;

/** The row of an event. `epochMs` is its time, already checked. */
export function toAuditRow(event: AuditEvent, epochMs: number, origin: EventOrigin): AuditRow {
  const { blob, rest } = withoutBlob(event);
  const { data } = rest;
  return {
    event_id: event.id,
    tenant: event.tenant,
    class: origin.class,
    type: event.type,
    time: new Date(epochMs).toISOString(),
    stream_sequence: origin.sequence,
    producer: origin.producer,
    execution_id: data.execution_id ?? null,
    tool: indexed(data.tool),
    session: indexed(data.actor.session),
    status: data.outcome,
    error_code: data.error_code ?? null,
    duration_ms: data.duration_ms ?? null,
    tokens: data.tokens === undefined ? null : Math.min(data.tokens, maxTokens),
    replayed: data.replayed === true,
    altered: origin.altered,
    end_user: indexed(data.actor.end_user),
    event: rest,
    blob,
  };
}

function withoutBlob(event: AuditEvent): { blob: SealedBlob | null; rest: AuditEvent } {
  const { sealed } = event.data;
  if (sealed?.ciphertext === undefined) return { blob: null, rest: event };
  const { ciphertext, ...kept } = sealed;
  return {
    blob: { subject: sealed.subject, key: sealed.key, ciphertext },
    rest: { ...event, data: { ...event.data, sealed: kept } },
  };
}

function indexed(text: string | undefined): string | null {
  if (text === undefined) return null;
  return text.length <= maxIndexedText ? text : text.slice(0, maxIndexedText).toWellFormed();
}
