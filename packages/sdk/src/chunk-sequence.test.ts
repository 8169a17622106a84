import { describe, expect, it } from 'vitest';
import { ChunkSequence } from './chunk-sequence.ts';

const chunk = (sequence: number) => ({ sequence, data: `item ${sequence}` });

/** Adds chunks of these sequences, 10 bytes each. */
function sequenceOf(...sequences: number[]): ChunkSequence {
  const chunks = new ChunkSequence();
  for (const sequence of sequences) chunks.add(chunk(sequence), 10);
  return chunks;
}

function takeAll(chunks: ChunkSequence): number[] {
  const taken: number[] = [];
  for (let next = chunks.take(); next !== null; next = chunks.take()) taken.push(next.sequence);
  return taken;
}

describe('a chunk sequence', () => {
  it('gives the chunks in order, and counts what was taken', () => {
    const chunks = sequenceOf(1, 2, 3);
    expect(chunks.take()).toEqual({ sequence: 1, data: 'item 1' });
    expect(chunks).toMatchObject({ received: 3, taken: 1, takenBytes: 10, lost: null });
    expect(takeAll(chunks)).toEqual([2, 3]);
    expect(chunks).toMatchObject({ taken: 3, takenBytes: 30 });
  });

  it('drops a chunk that comes twice, or late', () => {
    const chunks = sequenceOf(1, 2, 2, 1, 3);
    expect(chunks.add(chunk(3), 10)).toBe(false);
    expect(takeAll(chunks)).toEqual([1, 2, 3]);
    expect(chunks.lost).toBeNull();
  });

  it('tells of a chunk left out, and where, and takes none after it', () => {
    const chunks = sequenceOf(1, 2, 4, 3, 5);
    expect(takeAll(chunks)).toEqual([1, 2]);
    expect(chunks.lost).toMatchObject({
      code: 'chunk_lost',
      message: 'Chunk 3 was lost: 4 came after 2.',
      body: { details: { expected: 3, received: 4 } },
    });
  });

  it('tells of a first chunk that never came', () => {
    expect(sequenceOf(2).lost).toMatchObject({ body: { details: { expected: 1, received: 2 } } });
  });

  it('tells of the last chunks when the stream had more than came', () => {
    const chunks = sequenceOf(1, 2);
    chunks.end(4);
    expect(chunks.lost).toMatchObject({
      code: 'chunk_lost',
      message: 'The stream ended, but chunk 3 never came.',
      body: { details: { expected: 3, received: null } },
    });
  });

  it('is whole when the stream had as many as came', () => {
    const chunks = sequenceOf(1, 2);
    chunks.end(2);
    expect(chunks.lost).toBeNull();
  });

  it('keeps the first loss', () => {
    const chunks = sequenceOf(1, 3);
    chunks.end(9);
    expect(chunks.lost).toMatchObject({ body: { details: { expected: 2, received: 3 } } });
  });
});
