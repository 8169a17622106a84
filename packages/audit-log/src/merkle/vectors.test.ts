import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  verifyConsistency,
  verifyInclusion,
  verifySubtreeConsistency,
  verifySubtreeInclusion,
} from './verify-proof.ts';

interface Vector {
  readonly wantErr: boolean;
  readonly proof: readonly string[] | null;
  readonly [field: string]: unknown;
}

const vectors = Object.entries(
  JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures/merkle-proofs.json'), 'utf8')) as Record<string, Vector>,
);

const bytes = (text: unknown) => Buffer.from(text as string, 'base64');
const count = (value: unknown) => value as number;

const verifiers: Record<string, (vector: Vector, proof: Buffer[]) => boolean> = {
  inclusion: ({ leafIdx, treeSize, leafHash, root }, proof) =>
    verifyInclusion({ index: count(leafIdx), size: count(treeSize), leaf: bytes(leafHash), root: bytes(root), proof }),
  consistency: ({ size1, size2, root1, root2 }, proof) =>
    verifyConsistency({
      oldSize: count(size1),
      size: count(size2),
      oldRoot: bytes(root1),
      root: bytes(root2),
      proof,
    }),
  subtreeinclusion: ({ leafIdx, start, end, leafHash, root }, proof) =>
    verifySubtreeInclusion({
      index: count(leafIdx),
      begin: count(start),
      end: count(end),
      leaf: bytes(leafHash),
      root: bytes(root),
      proof,
    }),
  subtreeconsistency: ({ start, end, size, root1, root2 }, proof) =>
    verifySubtreeConsistency({
      begin: count(start),
      end: count(end),
      size: count(size),
      subtree: bytes(root1),
      root: bytes(root2),
      proof,
    }),
};

test.each([
  ['inclusion', 98],
  ['consistency', 98],
  ['subtreeinclusion', 204],
  ['subtreeconsistency', 118],
])('every verdict on %s of transparency-dev/merkle is right', (kind, expected) => {
  const verify = verifiers[kind] as (typeof verifiers)[string];
  const ours = vectors.filter(([path]) => path.startsWith(`${kind}/`));
  const wrong = ours.filter(([, vector]) => verify(vector, (vector.proof ?? []).map(bytes)) === vector.wantErr);
  expect(wrong.map(([path]) => path)).toEqual([]);
  expect(ours).toHaveLength(expected);
});
