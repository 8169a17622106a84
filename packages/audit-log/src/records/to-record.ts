import { type AuditClass, type AuditEvent, auditEventEntry, auditProducers, canonicalJson } from '@patchbay/contracts';
import { recordV1 } from './v1.ts';

/** What the message that brought an event proves of it. */
export interface RecordOrigin {
  readonly class: AuditClass;
  /** The service whose MAC the message has. */
  readonly producer: string;
}

/** Version of the records that are written now. A stored event keeps the version that its leaf was made with. */
export const recordVersion = 1;

const writers: Readonly<Record<number, typeof recordV1>> = { 1: recordV1 };

/**
 * The record of an event: what the log keeps of it and hashes. RFC 8785 canonical JSON of a CloudEvents 1.0 envelope with an OCSF 1.8.0
 * body in `data`. The same event gives the same text for ever, in one version. Nothing that the event says is left out but
 * `sealed.ciphertext`, for which its SHA-256 stands; what OCSF has no place for is in `data.unmapped`.
 * `event` is one as `AuditEvent` reads it; text that is no Unicode (lone surrogates) is replaced as the audit service replaces it.
 * @throws RangeError for a version that there is not; PatchbayError `invalid_request` for a time that is none.
 */
export function toRecord(event: AuditEvent, origin: RecordOrigin, version: number = recordVersion): string {
  const write = writers[version];
  if (write === undefined) throw new RangeError(`There is no version ${version} of the record.`);
  const { record, ordered } = write(event, origin);
  const text = ordered ? JSON.stringify(record) : canonicalJson(record);
  // RFC 8785 has no text for a lone surrogate, which JSON escapes like this.
  return text.includes('\\ud') ? canonicalJson(wellFormed(JSON.parse(text))) : text;
}

/**
 * Where an event comes from, going by its type alone: for those who have an event without the message that brought it. Of a type that the
 * table does not have, nothing is known but that somebody executed something.
 */
export function originOf({ type }: Pick<AuditEvent, 'type'>): RecordOrigin {
  const auditClass = auditEventEntry(type, recordVersion)?.class ?? 'execution';
  return { class: auditClass, producer: auditProducers[auditClass] };
}

/** The OCSF body of an event's record, as a document. */
export function toOcsf(event: AuditEvent): Record<string, unknown> {
  return JSON.parse(toRecord(event, originOf(event))).data;
}

function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key.toWellFormed(), wellFormed(item)]));
}
