import type { StreamInfo } from '@nats-io/jetstream';
import { createInbox, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { PatchbayError } from '@patchbay/contracts';

/** A stream as JetStream backs it up: what it is, and what it held. Its archive comes in chunks. */
export interface StreamSnapshot {
  readonly config: { readonly name: string };
  readonly state: {
    readonly messages: number;
    readonly bytes: number;
    readonly first_seq: number;
    readonly last_seq: number;
  };
}

export interface BackUpStreamOptions {
  /** Leaves the durables behind: whoever restores it reads the stream from its beginning. Default false. */
  readonly withoutDurables?: boolean;
  /** Takes the archive piece by piece; the next one is sent when this one was taken. */
  readonly onChunk: (chunk: Uint8Array) => Promise<void> | void;
}

/** Bytes of a piece; the server's limit for a message must have room for it. */
const chunkBytes = 131_072;
/** Milliseconds in which the next piece, or an answer, must come. A large stream is read from a slow disk. */
const silenceMs = 30_000;

/**
 * Copies a stream out while it is written to, as it is at one moment after the request. Subjects: NATS JetStream API, Snapshot
 * Stream.
 * @throws PatchbayError `overloaded` when the server falls silent or gives up.
 */
export async function backUpStream(
  connection: NatsConnection,
  inboxPrefix: string,
  stream: string,
  { withoutDurables = false, onChunk }: BackUpStreamOptions,
): Promise<StreamSnapshot> {
  const deliver = createInbox(inboxPrefix);
  const pieces = connection.subscribe(deliver);
  const timer = setTimeout(() => pieces.unsubscribe(), silenceMs);
  try {
    const request = { deliver_subject: deliver, chunk_size: chunkBytes, no_consumers: withoutDurables, jsck: true };
    const { config, state } = await askApi<StreamInfo>(connection, `$JS.API.STREAM.SNAPSHOT.${stream}`, request);
    for await (const piece of pieces) {
      timer.refresh();
      if (piece.data.length === 0) {
        refuseBadEnd(stream, piece);
        const { messages, bytes, first_seq, last_seq } = state;
        return { config, state: { ...state, messages, bytes, first_seq, last_seq } };
      }
      await onChunk(piece.data);
      piece.respond();
    }
    throw failure(`The server stopped sending the backup of stream ${stream}.`);
  } finally {
    clearTimeout(timer);
    pieces.unsubscribe();
  }
}

/**
 * Makes a stream again that is missing, with what it held, from `backUpStream`. One that is there is left alone, and refused.
 * @throws PatchbayError `invalid_request` when the server does not take it, `overloaded` when it is silent.
 */
export async function restoreStream(
  connection: NatsConnection,
  { config, state }: StreamSnapshot,
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  const { deliver_subject: to } = await askApi<{ deliver_subject: string }>(
    connection,
    `$JS.API.STREAM.RESTORE.${config.name}`,
    { config, state },
  );
  for await (const chunk of chunks) {
    const answer = await ask(connection, to, chunk);
    if (answer.data.length > 0) refuseError(to, answer);
  }
  refuseError(to, await ask(connection, to, new Uint8Array()));
}

async function askApi<Answer>(connection: NatsConnection, subject: string, body: unknown): Promise<Answer> {
  return refuseError(subject, await ask(connection, subject, JSON.stringify(body))) as Answer;
}

async function ask(connection: NatsConnection, subject: string, payload: Uint8Array | string): Promise<Msg> {
  try {
    return await connection.request(subject, payload, { timeout: silenceMs });
  } catch (cause) {
    throw new PatchbayError('overloaded', { message: `NATS JetStream did not answer at ${subject}.`, cause });
  }
}

/** The answer, parsed. @throws PatchbayError when it is an error. */
function refuseError(subject: string, answer: Msg): unknown {
  const parsed = answer.json<{ error?: { description?: string } }>();
  if (parsed.error === undefined) return parsed;
  throw new PatchbayError('invalid_request', {
    message: `NATS JetStream refused ${subject}: ${parsed.error.description ?? 'without a reason'}.`,
  });
}

/** The last message says in its header when it is not the end but a failure. */
function refuseBadEnd(stream: string, { headers }: Msg): void {
  if (headers === undefined || headers.code === 0 || headers.code === 204) return;
  throw failure(`The backup of stream ${stream} was given up by the server: ${headers.description}.`);
}

function failure(message: string): PatchbayError {
  return new PatchbayError('overloaded', { message });
}
