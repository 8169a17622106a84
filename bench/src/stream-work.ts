import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';

/** What an upstream is asked to stream: so many lines of JSON, each about so many bytes. */
export interface LinesAsked {
  readonly lines: number;
  readonly bytes: number;
}

/** What a driver of streams is told and answers. */
export interface StreamTask extends LinesAsked {
  /** Streams at once. */
  readonly streams: number;
}
export interface StreamResult {
  readonly seconds: number;
  /** Milliseconds from the call to its first item, one for each stream. */
  readonly firstMs: readonly number[];
}

export const streamCandidates = ['direct', 'bare', 'patchbay'] as const;
export type StreamCandidate = (typeof streamCandidates)[number];

/** Writes them, each by itself and as fast as the peer takes them. */
export async function writeLines(response: ServerResponse, { lines, bytes }: LinesAsked): Promise<void> {
  const text = 'x'.repeat(Math.max(0, bytes - '{"n":00000,"text":""}\n'.length));
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  let goOn = (): void => {};
  response.on('drain', () => goOn()).on('close', () => goOn());
  for (let n = 1; n <= lines && !response.destroyed; n++) {
    if (response.write(`${JSON.stringify({ n, text })}\n`)) continue;
    await new Promise<void>((resolve) => {
      goOn = resolve;
    });
  }
  response.end();
}

/** The lines of a body, as they come. */
export async function* readLines(body: Readable): AsyncGenerator<string> {
  let pending = '';
  body.setEncoding('utf8');
  for await (const piece of body) {
    const lines = (pending + piece).split('\n');
    pending = lines.pop() as string;
    yield* lines;
  }
  if (pending !== '') yield pending;
}
