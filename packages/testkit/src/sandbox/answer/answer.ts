import type { Example } from '@patchbay/contracts';

/** A whole answer, ready to be written. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** The body before it was serialised, where it is JSON. */
  readonly json?: unknown;
  /** The items of a streamed body, as they go out one by one. */
  readonly parts?: readonly Buffer[];
}

type Response = NonNullable<Example['response']>;
type Stream = 'none' | 'sse' | 'ndjson' | 'chunked';

const nothing = Buffer.alloc(0);
const framing = new Set(['content-length', 'transfer-encoding']);
const streamTypes = {
  none: 'application/json; charset=utf-8',
  sse: 'text/event-stream',
  ndjson: 'application/x-ndjson',
  chunked: 'application/octet-stream',
} as const;

/**
 * An example's response as bytes. No body is an empty one; text under a type that is not JSON goes out as it stands; a list
 * under a stream kind becomes its events or lines.
 */
export function answerOf(response: Response, stream: Stream = 'none'): Answer {
  const { status, body } = response;
  const headers: Record<string, string> = body === undefined ? {} : { 'content-type': streamTypes[stream] };
  for (const [name, value] of Object.entries(response.headers ?? {})) {
    if (!framing.has(name.toLowerCase())) headers[name.toLowerCase()] = value;
  }
  if (body === undefined) return { status, headers, body: nothing };
  if (Array.isArray(body) && stream !== 'none') {
    const parts = body.map((item) => Buffer.from(framed(item, stream)));
    return { status, headers, body: Buffer.concat(parts), parts };
  }
  if (typeof body === 'string' && !/json/i.test(headers['content-type'] ?? '')) {
    return { status, headers, body: Buffer.from(body) };
  }
  return { status, headers, body: Buffer.from(JSON.stringify(body)), json: body };
}

function framed(item: unknown, stream: Exclude<Stream, 'none'>): string {
  if (stream === 'sse') return eventOf(item);
  const text = typeof item === 'string' && stream === 'chunked' ? item : JSON.stringify(item);
  return stream === 'ndjson' ? `${text}\n` : text;
}

/** An event of `{ event, id, data }`, or of its data alone. */
function eventOf(item: unknown): string {
  const isEvent = typeof item === 'object' && item !== null && 'data' in item;
  const { event, id, data } = isEvent ? (item as { event?: string; id?: string; data: unknown }) : { data: item };
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  const lines = text.split('\n').map((line) => `data: ${line}\n`);
  return `${event === undefined ? '' : `event: ${event}\n`}${id === undefined ? '' : `id: ${id}\n`}${lines.join('')}\n`;
}

/** A generic answer of the sandbox itself. */
export function jsonAnswer(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: Buffer.from(JSON.stringify(body)),
    json: body,
  };
}
