import type { EgressBodyPart, EgressFailure } from './types.ts';

/**
 * Bytes between a socket and a reader that may be slower. From `maxBytes` on the socket is told to pause, until they are
 * read; what was on its way at that moment still comes in, so it holds one read of the socket more at most.
 */
export class BodyBuffer {
  private readonly maxBytes: number;
  private readonly onRoom: () => void;
  private chunks: Uint8Array[] = [];
  private end: EgressBodyPart | null = null;
  private waiting: ((part: EgressBodyPart) => void) | null = null;
  private full = false;
  /** Bytes held now, and the most ever held. */
  bytes = 0;
  peakBytes = 0;

  constructor(maxBytes: number, onRoom: () => void) {
    this.maxBytes = maxBytes;
    this.onRoom = onRoom;
  }

  /** False when no more should come until `onRoom`. */
  push(chunk: Uint8Array): boolean {
    if (this.end !== null || chunk.byteLength === 0) return true;
    if (this.waiting !== null) {
      this.hand({ kind: 'bytes', bytes: chunk });
      return true;
    }
    this.chunks.push(chunk);
    this.bytes += chunk.byteLength;
    this.peakBytes = Math.max(this.peakBytes, this.bytes);
    this.full ||= this.bytes >= this.maxBytes;
    return !this.full;
  }

  finish(): void {
    this.close({ kind: 'end' });
  }

  /** `keep`: what came before the failure is still handed out. */
  fail(failure: EgressFailure, keep: boolean): void {
    if (!keep) this.drop();
    this.close({ kind: 'failed', failure });
  }

  /** The next bytes, all that are there; after the last of them the end, as often as asked. One read at a time. */
  read(): Promise<EgressBodyPart> {
    const [first] = this.chunks;
    if (first === undefined) {
      if (this.end !== null) return Promise.resolve(this.end);
      return new Promise((resolve) => {
        this.waiting = resolve;
      });
    }
    const bytes = this.chunks.length === 1 ? first : Buffer.concat(this.chunks);
    this.drop();
    if (this.full) {
      this.full = false;
      this.onRoom();
    }
    return Promise.resolve({ kind: 'bytes', bytes });
  }

  private drop(): void {
    this.chunks = [];
    this.bytes = 0;
  }

  private close(part: EgressBodyPart): void {
    this.end ??= part;
    if (this.waiting !== null) this.hand(this.end);
  }

  private hand(part: EgressBodyPart): void {
    const { waiting } = this;
    this.waiting = null;
    waiting?.(part);
  }
}
