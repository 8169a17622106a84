import type { SinkSettings } from '@patchbay/contracts';

/** A record on its way to a sink. */
export interface SentRecord {
  readonly index: number;
  /** Canonical JSON: a CloudEvents envelope with its OCSF body in `data`. */
  readonly record: string;
}

export interface SinkRequest {
  readonly body: string;
  readonly contentType: string;
  /** Of the records given, from the first on, so many are in it. */
  readonly count: number;
}

type Writing = Pick<SinkSettings, 'format' | 'content' | 'max_records' | 'max_bytes'>;

/**
 * Writes as many records as one request may carry, in their order; at least one. A receiver knows a repeat by `metadata.uid` of
 * the OCSF body, or by `id` of the envelope: both are the event's id.
 */
export function sinkRequest(records: readonly SentRecord[], writing: Writing): SinkRequest {
  const items: string[] = [];
  let bytes = 2;
  for (const { record } of records.slice(0, writing.max_records)) {
    const item = itemOf(record, writing);
    bytes += Buffer.byteLength(item) + 1;
    if (items.length > 0 && bytes > writing.max_bytes) break;
    items.push(item);
  }
  const lines = writing.format !== 'json_array';
  return {
    body: lines ? `${items.join('\n')}\n` : `[${items.join(',')}]`,
    contentType: writing.format === 'ndjson' ? 'application/x-ndjson' : 'application/json',
    count: items.length,
  };
}

interface Envelope {
  readonly time: string;
  readonly source: string;
  readonly tenant?: string;
  readonly data: unknown;
}

function itemOf(record: string, { format, content }: Writing): string {
  if (content === 'cloudevents' && format !== 'splunk_hec') return record;
  const envelope = JSON.parse(record) as Envelope;
  if (format !== 'splunk_hec') return JSON.stringify(envelope.data);
  return JSON.stringify({
    // Seconds with three digits behind the point, as the collector reads them.
    time: Date.parse(envelope.time) / 1_000,
    source: envelope.source,
    sourcetype: content === 'ocsf' ? 'patchbay:ocsf' : 'patchbay:cloudevents',
    event: content === 'ocsf' ? envelope.data : envelope,
  });
}
