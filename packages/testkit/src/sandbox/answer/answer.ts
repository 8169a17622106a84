import type { Example } from '@patchbay/contracts';

/** A whole answer, ready to be written. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** The body before it was serialised, where it is JSON. */
  readonly json?: unknown;
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
    return { status, headers, body: Buffer.from(body.map((item) => framed(item, stream)).join('')) };
  }
  if (typeof body === 'string' && !/json/i.test(headers['content-type'] ?? '')) {
    return { status, headers, body: Buffer.from(body) };
  }
  return { status, headers, body: Buffer.from(JSON.stringify(body)), json: body };
}

function framed(item: unknown, stream: Exclude<Stream, 'none'>): string {
  const text = typeof item === 'string' ? item : JSON.stringify(item);
  if (stream === 'sse') return `data: ${text}\n\n`;
  return stream === 'ndjson' ? `${text}\n` : text;
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
