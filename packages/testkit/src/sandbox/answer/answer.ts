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

const streamTypes = {
  none: 'application/json',
  sse: 'text/event-stream',
  ndjson: 'application/x-ndjson',
  chunked: 'application/octet-stream',
} as const;

/** An example's response as bytes. Text goes out as it stands; a list under a stream kind becomes its events or lines. */
export function answerOf(response: Response, stream: Stream = 'none'): Answer {
  const { status, body } = response;
  const given = Object.fromEntries(
    Object.entries(response.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  delete given['content-length'];
  delete given['transfer-encoding'];
  if (body === undefined || (body === null && (status === 204 || status === 304)))
    return { status, headers: given, body: Buffer.alloc(0) };
  if (typeof body === 'string')
    return {
      status,
      headers: { 'content-type': stream === 'none' ? 'text/plain; charset=utf-8' : streamTypes[stream], ...given },
      body: Buffer.from(body),
    };
  if (Array.isArray(body) && stream !== 'none')
    return {
      status,
      headers: { 'content-type': streamTypes[stream], ...given },
      body: Buffer.from(body.map((item) => framed(item, stream)).join('')),
    };
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...given },
    body: Buffer.from(JSON.stringify(body)),
    json: body,
  };
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
