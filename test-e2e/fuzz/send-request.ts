import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import type { FuzzRequest } from './fuzz-request.ts';

/** What came back. */
export type FuzzAnswer =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly type: string;
      readonly head: string;
      readonly body: string;
      readonly ms: number;
    }
  /** The connection ended without an answer. */
  | { readonly kind: 'dropped'; readonly why: string; readonly ms: number }
  /** Nothing, or no end of it, in time. */
  | { readonly kind: 'hang'; readonly ms: number };

/** Bytes of an answer that are looked at. */
const maxAnswerBytes = 16_777_216;

export interface Sender {
  send(request: FuzzRequest): Promise<FuzzAnswer>;
  close(): void;
}

/** Sends to one host; gives up on an answer after so many milliseconds. */
export function senderTo(
  url: string,
  { hangMs, sockets }: { readonly hangMs: number; readonly sockets: number },
): Sender {
  const { hostname, port } = new URL(url);
  const agent = new Agent({ keepAlive: true, maxSockets: sockets });
  const place = { host: hostname, port: Number(port) };
  return {
    send: (request) =>
      request.wild === undefined ? sendTame(place, agent, request, hangMs) : sendWild(place, request.wild, hangMs),
    close: () => agent.destroy(),
  };
}

interface Place {
  readonly host: string;
  readonly port: number;
}

function sendTame(
  place: Place,
  agent: Agent,
  { method, target, headers, body }: FuzzRequest,
  hangMs: number,
): Promise<FuzzAnswer> {
  const since = performance.now();
  return new Promise((resolve) => {
    const over = (answer: FuzzAnswer) => {
      clearTimeout(timer);
      resolve(answer);
    };
    const ms = () => performance.now() - since;
    const bytes = body === null ? null : Buffer.from(body);
    // Header values go out as latin1; what lies beyond would be refused here already.
    const sent = headers.flatMap(([name, value]) => [name, Buffer.from(value).toString('latin1')]);
    const request = httpRequest(
      {
        ...place,
        method,
        path: target,
        agent,
        headers: [
          'host',
          `${place.host}:${place.port}`,
          ...sent,
          ...(bytes === null ? [] : ['content-length', String(bytes.length)]),
        ],
      },
      (response) => {
        const pieces: Buffer[] = [];
        let length = 0;
        const answered = () =>
          over({
            kind: 'answer',
            status: response.statusCode ?? 0,
            type: String(response.headers['content-type'] ?? ''),
            head: response.rawHeaders.join('\n'),
            body: Buffer.concat(pieces).toString(),
            ms: ms(),
          });
        response.on('data', (piece: Buffer) => {
          length += piece.length;
          if (length <= maxAnswerBytes) pieces.push(piece);
        });
        response.on('end', answered);
        response.on('error', answered);
      },
    );
    const timer = setTimeout(() => {
      over({ kind: 'hang', ms: ms() });
      request.destroy();
    }, hangMs);
    request.on('error', (error: NodeJS.ErrnoException) =>
      over({ kind: 'dropped', why: error.code ?? error.message, ms: ms() }),
    );
    request.end(bytes ?? undefined);
  });
}

function sendWild(place: Place, wild: string, hangMs: number): Promise<FuzzAnswer> {
  const since = performance.now();
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    const ms = () => performance.now() - since;
    const socket = connect(place);
    const over = (answer: FuzzAnswer) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const ended = (why: string) => {
      // An interim answer is none yet.
      const text = Buffer.concat(pieces)
        .toString()
        .replace(/^(?:HTTP\/1\.1 1\d\d [\s\S]*?\r\n\r\n)+/, '');
      const [, status] = /^HTTP\/1\.[01] (\d{3})/.exec(text) ?? [];
      if (status === undefined) return over({ kind: 'dropped', why, ms: ms() });
      const [head = '', ...rest] = text.split('\r\n\r\n');
      const type = /^content-type: *(.*)$/im.exec(head)?.[1] ?? '';
      over({ kind: 'answer', status: Number(status), type, head, body: rest.join('\r\n\r\n'), ms: ms() });
    };
    const timer = setTimeout(() => (pieces.length > 0 ? ended('idle') : over({ kind: 'hang', ms: ms() })), hangMs);
    // Nothing more comes from here: whoever waits for the rest of a request need not.
    socket.on('connect', () => socket.end(Buffer.from(wild, 'latin1')));
    socket.on('data', (piece: Buffer) => pieces.push(piece));
    socket.on('end', () => ended('closed'));
    socket.on('error', (error: NodeJS.ErrnoException) => ended(error.code ?? error.message));
    socket.on('close', () => ended('closed'));
  });
}
