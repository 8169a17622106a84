import type { ResponseShape } from '@patchbay/contracts';
import type { DataPath } from '../paths/data-path.ts';
import { parseDataPath } from '../paths/data-path.ts';
import type { Report } from '../prepare/report.ts';

export type StreamKind = 'sse' | 'ndjson' | 'chunked';

/** How a streamed answer is read and what its final result is. */
export interface StreamPlan {
  readonly kind: StreamKind;
  readonly data: 'auto' | 'json' | 'text' | 'base64';
  /** Data of the SSE event that ends the stream. */
  readonly end: string | null;
  readonly result: 'items' | 'last' | 'text' | 'count';
  /** Where the text of an item is; `null`: the item is one. */
  readonly text: DataPath | null;
  readonly maxItems: number;
  readonly maxBytes: number;
  /** `null`: as long as one attempt may take. */
  readonly idleMs: number | null;
}

/** What a request says it takes, by kind. */
export const acceptedTypes: Readonly<Record<StreamKind, string>> = {
  sse: 'text/event-stream',
  ndjson: 'application/x-ndjson, application/jsonl, application/json;q=0.5, */*;q=0.1',
  chunked: '*/*',
};

const dataByKind: Readonly<Record<StreamKind, readonly StreamPlan['data'][]>> = {
  sse: ['auto', 'json', 'text'],
  ndjson: ['auto', 'json'],
  chunked: ['auto', 'text', 'base64'],
};

/** Compiles the streaming of a response; `null` when it does not stream. `at` is the path of the response in the document. */
export function compileStream(response: ResponseShape, report: Report, at: string): StreamPlan | null {
  const { stream: kind, streaming } = response;
  if (kind === undefined || kind === 'none') {
    if (streaming !== undefined) report(`${at}.streaming`, 'has no meaning without stream: sse, ndjson or chunked');
    return null;
  }
  const data = streaming?.data ?? 'auto';
  if (!dataByKind[kind].includes(data)) report(`${at}.streaming.data`, `cannot be ${data} with stream: ${kind}`);
  if (streaming?.end !== undefined && kind !== 'sse') report(`${at}.streaming.end`, 'is for stream: sse alone');
  if (kind === 'chunked' && response.pick !== undefined)
    report(`${at}.pick`, 'cannot pick from pieces of text or bytes');
  if (response.transform !== undefined) report(`${at}.transform`, 'takes an answer that is read whole');
  if (response.pagination !== undefined && response.pagination.kind !== 'none')
    report(`${at}.pagination`, 'goes on from an answer that is read whole');
  const result = streaming?.result ?? (kind === 'chunked' ? 'text' : 'items');
  const text = streaming?.text === undefined ? null : parseDataPath(streaming.text);
  if (typeof text === 'string') report(`${at}.streaming.text`, text);
  else if (text !== null && result !== 'text') report(`${at}.streaming.text`, 'is for result: text alone');
  else if (text === null && result === 'text' && kind !== 'chunked')
    report(`${at}.streaming.text`, 'says where the text of an item is: result: text needs it');
  return {
    kind,
    data,
    end: streaming?.end ?? null,
    result,
    text: typeof text === 'string' ? null : text,
    maxItems: streaming?.max_items ?? 100_000,
    maxBytes: streaming?.max_bytes ?? 16_777_216,
    idleMs: streaming?.idle_ms ?? null,
  };
}
