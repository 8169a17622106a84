import { PatchbayError } from '@patchbay/contracts';

/** One item of a streamed answer. */
export interface Chunk {
  /** Counts from 1 without a gap. */
  readonly sequence: number;
  readonly data: unknown;
}

/**
 * Chunks in order between the connection and whoever takes them. A chunk that comes twice or late is dropped; a number left
 * out is a loss, told after the chunks before it.
 */
export class ChunkSequence {
  private readonly ready: { readonly chunk: Chunk; readonly bytes: number }[] = [];
  /** The last one that arrived, and that was taken. */
  received = 0;
  taken = 0;
  takenBytes = 0;
  lost: PatchbayError | null = null;

  /** False when it was not the next one. */
  add(chunk: Chunk, bytes: number): boolean {
    if (this.lost !== null || chunk.sequence <= this.received) return false;
    if (chunk.sequence !== this.received + 1) {
      this.lose(chunk.sequence);
      return false;
    }
    this.received = chunk.sequence;
    this.ready.push({ chunk, bytes });
    return true;
  }

  /** The stream is over, and had so many chunks. */
  end(chunks: number): void {
    if (this.lost === null && chunks > this.received) this.lose(null);
  }

  take(): Chunk | null {
    const next = this.ready.shift();
    if (next === undefined) return null;
    this.taken = next.chunk.sequence;
    this.takenBytes += next.bytes;
    return next.chunk;
  }

  private lose(received: number | null): void {
    const expected = this.received + 1;
    const message =
      received === null
        ? `The stream ended, but chunk ${expected} never came.`
        : `Chunk ${expected} was lost: ${received} came after ${this.received}.`;
    this.lost = new PatchbayError('chunk_lost', { message, details: { expected, received } });
  }
}
