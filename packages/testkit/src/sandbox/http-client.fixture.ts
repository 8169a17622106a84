import { Agent, type OutgoingHttpHeaders, request } from 'node:http';
import type { Sandbox } from './types.ts';

export interface Call {
  readonly method?: string;
  readonly host: string;
  /** Path and query, encoded. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | string[]>> | readonly string[];
  readonly body?: string | Uint8Array;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** The body as JSON; null when it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever came back
  readonly json: any;
}

/** One HTTP request to the sandbox under another Host, written by hand: it knows nothing of documents. */
export function call(
  sandbox: Pick<Sandbox, 'port'>,
  { method = 'GET', host, path, headers = {}, body }: Call,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent: unknown = Array.isArray(headers)
      ? ['host', host, ...(body === undefined ? [] : ['content-length', String(Buffer.byteLength(body))]), ...headers]
      : { host, ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }), ...headers };
    const outgoing = request(
      { agent: new Agent(), host: '127.0.0.1', port: sandbox.port, method, path, headers: sent as OutgoingHttpHeaders },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parsed(text) });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A call with a JSON body. */
export function json(
  method: string,
  host: string,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Call {
  return {
    method,
    host,
    path,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
}
