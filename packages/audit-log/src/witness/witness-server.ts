import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Witness, WitnessAnswer } from './witness.ts';

export interface WitnessServerOptions {
  readonly witness: Witness;
  /** Where the witness's store keeps its files. */
  readonly directory: string;
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Told of each request to sign, once it is answered. */
  readonly onAnswer?: (answer: WitnessAnswer) => void;
  /** Told when a request could not be carried out at all; its answer is 500. */
  readonly onFailure?: (error: unknown) => void;
}

export interface WitnessServer {
  readonly url: string;
  close(): Promise<void>;
}

/** A note has 64 KiB at most, and 63 lines of proof are less than 3. */
const maxBodyBytes = 131_072;
const text = 'text/plain; charset=utf-8';

/** Serves a witness over HTTP: `POST /add-checkpoint` and `GET /<origin hash>/checkpoint` (C2SP tlog-witness). */
export async function startWitnessServer(options: WitnessServerOptions): Promise<WitnessServer> {
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, (request, response) => {
    answer(options, request, response).catch((error: unknown) => {
      options.onFailure?.(error);
      if (!response.headersSent) send(response, 500, 'failed\n');
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port, family, address } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      await closed;
    },
  };
}

async function answer(
  { witness, directory, onAnswer }: WitnessServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = request.url ?? '';
  const [, log] = /^\/([0-9a-f]{64})\/checkpoint$/.exec(path) ?? [];
  if (path === '/add-checkpoint') {
    if (request.method !== 'POST') return send(response, 405, 'POST\n', text, { allow: 'POST' });
    const body = await bodyOf(request);
    const answered: WitnessAnswer =
      body === null
        ? { status: 400, body: 'malformed\n', refused: { origin: null, why: 'malformed' } }
        : await witness.addCheckpoint(body);
    onAnswer?.(answered);
    return send(response, answered.status, answered.body, answered.status === 409 ? 'text/x.tlog.size' : text);
  }
  if (log === undefined) return send(response, 404, 'not_found\n');
  if (request.method !== 'GET') return send(response, 405, 'GET\n', text, { allow: 'GET' });
  let note: string;
  try {
    note = await readFile(join(directory, `${log}.checkpoint`), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return send(response, 404, 'not_found\n');
  }
  send(response, 200, note);
}

/** Null when it is too long or no UTF-8. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    // The rest is read and let go, so that the answer reaches the client.
    if (bytes <= maxBodyBytes) pieces.push(piece);
  }
  if (bytes > maxBodyBytes) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(pieces));
  } catch {
    return null;
  }
}

function send(
  response: ServerResponse,
  status: number,
  body: string,
  type: string = text,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body), ...headers });
  response.end(body);
}
