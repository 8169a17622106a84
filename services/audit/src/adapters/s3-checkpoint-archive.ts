import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { CheckpointArchive } from '../operations/log/ports.ts';
import { placeOf, saysTheSame } from './kept-checkpoint.ts';

export interface S3ArchiveOptions {
  readonly bucket: string;
  /** Empty, or in front of each name without a slash at its end. */
  readonly prefix: string;
  /** Of another storage than AWS; its buckets are addressed by path. */
  readonly endpoint: string | null;
}

/** Milliseconds for one request. */
const timeoutMs = 10_000;
const sizeDigits = 16;

/**
 * Checkpoints in S3 or a storage that speaks like it: an object for each, named by log and size, written only where there is none
 * (`If-None-Match`). A bucket whose objects cannot be deleted keeps them from whoever has the service's own rights too. Region and
 * credentials come from the usual AWS sources.
 */
export function createS3CheckpointArchive({ bucket, prefix, endpoint }: S3ArchiveOptions): CheckpointArchive & {
  close(): void;
} {
  const client = new S3Client({
    // Others than AWS do not all know its newer checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...(endpoint !== null && { endpoint, forcePathStyle: true }),
  });
  const folderOf = (origin: string) => [...(prefix === '' ? [] : [prefix]), ...placeOf(origin), ''].join('/');
  const nameOf = (origin: string, size: number) =>
    `${folderOf(origin)}${String(size).padStart(sizeDigits, '0')}.checkpoint`;
  const within = () => ({ abortSignal: AbortSignal.timeout(timeoutMs) });

  async function read(key: string): Promise<string | null> {
    try {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), within());
      return (await Body?.transformToString()) ?? null;
    } catch (error) {
      if (error instanceof Error && error.name === 'NoSuchKey') return null;
      throw error;
    }
  }

  return {
    async newest(origin, from) {
      // Names sort as their sizes do, so what is new stands behind the last that is known.
      let after = nameOf(origin, Math.max(0, from - 1));
      let last: string | null = null;
      for (;;) {
        const { Contents = [], IsTruncated } = await client.send(
          new ListObjectsV2Command({ Bucket: bucket, Prefix: folderOf(origin), StartAfter: after }),
          within(),
        );
        last = Contents.at(-1)?.Key ?? last;
        if (IsTruncated !== true || last === null) return last === null ? null : read(last);
        after = last;
      }
    },
    async keep(origin, size, note) {
      const key = nameOf(origin, size);
      // Asked first, for storages that pass the condition over.
      const known = await read(key);
      if (known !== null) return saysTheSame(known, note) ? 'kept' : 'other';
      try {
        const object = { Bucket: bucket, Key: key, Body: note, ContentType: 'text/plain; charset=utf-8' };
        await client.send(new PutObjectCommand({ ...object, IfNoneMatch: '*' }), within());
        return 'kept';
      } catch (error) {
        if (!(error instanceof Error && error.name === 'PreconditionFailed')) throw error;
        return saysTheSame((await read(key)) ?? '', note) ? 'kept' : 'other';
      }
    },
    close: () => client.destroy(),
  };
}
