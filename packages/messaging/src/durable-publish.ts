import { headers } from '@nats-io/transport-node';
import type { AckInbox } from './ack-inbox.ts';
import { decodeJson } from './json.ts';
import type { DurablePublishOptions, PublishAck } from './types.ts';

/** JetStream's error codes that callers act on. Source: nats-server `errors.json`. */
export const wrongLastSequence = 10_071;

/** JetStream refused a write. `code` is its `err_code`. */
export class StreamRefusal extends Error {
  readonly code: number;
  constructor(code: number, description: string) {
    super(`JetStream refused the write: ${description} (${code})`);
    this.name = 'StreamRefusal';
    this.code = code;
  }
}

/**
 * Publishes to a stream and waits for its acknowledgement. One request without the client's own retries: the caller
 * has a deadline and a spool, and a message id makes its own retry safe.
 * @throws StreamRefusal, or the client's timeout, no-responders (JetStream away) or closed error.
 */
export async function publishDurable(
  acks: AckInbox,
  subject: string,
  payload: Uint8Array | string,
  options: DurablePublishOptions & { expectedLastSubjectSequence?: number } = {},
): Promise<PublishAck> {
  const head = headers();
  if (options.messageId !== undefined) head.set('Nats-Msg-Id', options.messageId);
  if (options.expectedLastSubjectSequence !== undefined)
    head.set('Nats-Expected-Last-Subject-Sequence', String(options.expectedLastSubjectSequence));
  for (const name in options.headers) head.set(name, options.headers[name] as string);
  const answer = await acks.request(subject, payload, head, options.timeoutMs ?? 2_000);
  const ack = decodeJson(answer.data) as
    | { seq?: number; duplicate?: boolean; error?: { err_code?: number; description?: string } }
    | undefined;
  if (ack?.error) throw new StreamRefusal(ack.error.err_code ?? 0, ack.error.description ?? 'unknown');
  if (typeof ack?.seq !== 'number') throw new StreamRefusal(0, 'the acknowledgement could not be read');
  return { sequence: ack.seq, duplicate: ack.duplicate === true };
}
