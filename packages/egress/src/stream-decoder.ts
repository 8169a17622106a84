import type { Transform } from 'node:stream';
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib';
import { type Encoding, hasZlibHeader, zstdParams } from './decode-body.ts';
import type { Reason } from './reasons.ts';

export interface DecoderEvents {
  /** False: hold the rest back until `release` is called. */
  readonly onBytes: (bytes: Uint8Array) => boolean;
  readonly onEnd: () => void;
  readonly onFailed: (reason: Reason) => void;
  /** After `write` was false: there is room again. */
  readonly onRoom: () => void;
}

/**
 * Undoes content encodings as the bytes come, last applied first. No stage may give more than `maxBytes`, and each holds
 * back what the next has no room for: a bomb costs neither memory nor more work than the limit allows.
 */
export class StreamDecoder {
  private readonly encodings: readonly Encoding[];
  private readonly maxBytes: number;
  private readonly events: DecoderEvents;
  private stages: readonly Transform[] = [];
  private ended = false;

  constructor(encodings: readonly Encoding[], maxBytes: number, events: DecoderEvents) {
    this.encodings = encodings;
    this.maxBytes = maxBytes;
    this.events = events;
  }

  /** False when no more should come until `onRoom`. */
  write(bytes: Uint8Array): boolean {
    if (this.ended) return true;
    if (this.stages.length === 0) this.open(bytes);
    return this.stages[0]?.write(bytes) ?? true;
  }

  end(): void {
    // An empty body is no broken encoding.
    if (this.stages.length === 0) this.events.onEnd();
    else this.stages[0]?.end();
  }

  /** The reader has room again. */
  release(): void {
    this.stages.at(-1)?.resume();
  }

  close(): void {
    this.ended = true;
    for (const stage of this.stages) stage.destroy();
  }

  private open(first: Uint8Array): void {
    const stages = this.encodings
      .toReversed()
      .map((encoding, index) => transformOf(encoding, index === 0 ? first : null));
    for (const [index, stage] of stages.entries()) {
      let bytes = 0;
      const next = stages[index + 1];
      stage.on('error', () => this.fail('encoding_broken'));
      stage.on('data', (chunk: Uint8Array) => {
        bytes += chunk.byteLength;
        if (bytes > this.maxBytes) this.fail('response_too_large');
        else if (next === undefined && !this.ended && !this.events.onBytes(chunk)) stage.pause();
      });
      if (next !== undefined) stage.pipe(next);
    }
    stages[0]?.on('drain', () => this.ended || this.events.onRoom());
    stages.at(-1)?.on('end', () => this.ended || this.events.onEnd());
    this.stages = stages;
  }

  private fail(reason: Reason): void {
    if (this.ended) return;
    this.close();
    this.events.onFailed(reason);
  }
}

/** `first`: the beginning of the bytes, by which the two kinds of deflate are told apart; null where it is not known. */
function transformOf(encoding: Encoding, first: Uint8Array | null): Transform {
  // What has been sent is handed on at once, however little it is.
  const flush = { flush: constants.Z_SYNC_FLUSH };
  if (encoding === 'gzip') return createGunzip(flush);
  if (encoding === 'br') return createBrotliDecompress();
  if (encoding === 'zstd') return createZstdDecompress({ params: zstdParams });
  return first === null || hasZlibHeader(first) ? createInflate(flush) : createInflateRaw(flush);
}
