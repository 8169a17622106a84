import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { ObjectStore } from '../operations/exports/ports.ts';

export interface S3ObjectsOptions {
  /** `s3://bucket` or `s3://bucket/prefix`. */
  readonly location: string;
  /** Of another storage than AWS: `https://minio.example:9000`. Its buckets are addressed by path. */
  readonly endpoint: string | null;
  /** Bytes of a part. At least 5 MiB, but for the last; at most 10,000 parts make an object. */
  readonly partBytes?: number;
}

export interface S3Objects extends ObjectStore {
  close(): void;
}

const defaultPartBytes = 16 * 1_048_576;

/**
 * Objects in S3 or a storage that speaks like it. Region and credentials come from the usual AWS sources. What is small goes in one
 * request, the rest part by part; an upload that breaks off is aborted, so that its parts do not stay.
 */
export function createS3Objects({ location, endpoint, partBytes = defaultPartBytes }: S3ObjectsOptions): S3Objects {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/?(.*?)\/?$/.exec(location) ?? [];
  const client = new S3Client({
    // Others than AWS do not all know its newer checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...(endpoint !== null && { endpoint, forcePathStyle: true }),
  });
  const nameOf = (key: string) => (prefix === '' ? key : `${prefix}/${key}`);
  const ContentType = 'application/jsonl';

  async function putParts(Key: string, parts: AsyncIterable<Buffer>, onPart: () => Promise<void>): Promise<void> {
    const object = { Bucket: bucket, Key };
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...object, ContentType }));
    try {
      const done: { ETag: string | undefined; PartNumber: number }[] = [];
      for await (const Body of parts) {
        const PartNumber = done.length + 1;
        const { ETag } = await client.send(new UploadPartCommand({ ...object, UploadId, PartNumber, Body }));
        done.push({ ETag, PartNumber });
        await onPart();
      }
      await client.send(new CompleteMultipartUploadCommand({ ...object, UploadId, MultipartUpload: { Parts: done } }));
    } catch (error) {
      await client.send(new AbortMultipartUploadCommand({ ...object, UploadId })).catch(() => {});
      throw error;
    }
  }

  return {
    locationOf: (key) => `s3://${bucket}/${nameOf(key)}`,
    async put(key, pieces, onPart) {
      const parts = partsOf(pieces, partBytes);
      const first = await parts.next();
      const Key = nameOf(key);
      const Body = first.done ? Buffer.alloc(0) : first.value;
      if (Body.byteLength >= partBytes) return putParts(Key, startingWith(Body, parts), onPart);
      await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body, ContentType }));
      await onPart();
    },
    close: () => client.destroy(),
  };
}

/** Bytes in parts of one size; the last may be smaller. */
async function* partsOf(pieces: AsyncIterable<Uint8Array>, partBytes: number): AsyncGenerator<Buffer, void> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of pieces) {
    waiting.push(piece);
    bytes += piece.byteLength;
    if (bytes < partBytes) continue;
    let whole = Buffer.concat(waiting);
    for (; whole.byteLength >= partBytes; whole = whole.subarray(partBytes)) yield whole.subarray(0, partBytes);
    waiting = [whole];
    bytes = whole.byteLength;
  }
  if (bytes > 0) yield Buffer.concat(waiting);
}

async function* startingWith<Item>(first: Item, rest: AsyncIterable<Item>): AsyncGenerator<Item> {
  yield first;
  yield* rest;
}
