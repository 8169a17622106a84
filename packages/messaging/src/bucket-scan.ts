import type { NatsConnection } from '@nats-io/transport-node';
import { readStream } from './stream-read.ts';
import type { BucketPage } from './types.ts';

/** On the markers of deletions, and only there (NATS ADR-8). */
const operationHeader = 'KV-Operation';

/** Goes through a bucket in the order of its revisions. A key that changes meanwhile moves to the end and is met again there. */
export async function* scanBucket(
  connection: NatsConnection,
  bucket: string,
  pattern: string,
  { after, pageRows }: { readonly after: number; readonly pageRows: number },
): AsyncGenerator<BucketPage, void, undefined> {
  const prefix = `$KV.${bucket}.`;
  const pages = readStream(connection, `KV_${bucket}`, { filter: `${prefix}${pattern}`, after, pageRows });
  for await (const { messages, upTo, left } of pages) {
    yield {
      entries: messages
        .filter(({ header }) => header(operationHeader) === null)
        .map(({ subject, payload, sequence }) => ({
          key: subject.slice(prefix.length),
          value: payload,
          revision: sequence,
        })),
      upTo,
      left,
    };
  }
}
