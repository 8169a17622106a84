import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exportText, sampleLog, sampleOrigin, sampleRecord } from '../export-samples.fixture.ts';
import { localSigningKey } from '../note/note-signer.ts';
import { verifierKey } from '../note/verifier-key.ts';
import { verifyExport } from './verify-export.ts';

const key = localSigningKey(generateKeyPairSync('ed25519').privateKey);
const records = Array.from({ length: 120 }, (_, i) => sampleRecord(i));
const text = await exportText((await sampleLog(records, { every: 30, key })).source(17, 120));
const lines = text.trimEnd().split('\n');
const keys = { log: [verifierKey(sampleOrigin, key.publicKey)], witnesses: [] };

const place = fc.nat(lines.length - 1);
const position = fc.nat(Buffer.byteLength(text) - 1);
/** Whatever can be done to a file. */
const tampering = fc.oneof(
  fc.record({ kind: fc.constant('delete'), at: place, to: place }),
  fc.record({ kind: fc.constant('copy'), at: place, to: place }),
  fc.record({ kind: fc.constant('swap'), at: place, to: place }),
  fc.record({ kind: fc.constant('move'), at: place, to: place }),
  fc.record({ kind: fc.constant('replace'), at: place, to: place }),
  fc.record({ kind: fc.constant('byte'), at: position, to: fc.nat(255) }),
  fc.record({ kind: fc.constant('cut'), at: position, to: position }),
);

function tampered({ kind, at, to }: { kind: string; at: number; to: number }): Buffer {
  const [one, other] = [lines[at] as string, lines[to] as string];
  const bytes = Buffer.from(text);
  const joined = (of: readonly string[]) => Buffer.from(of.map((line) => `${line}\n`).join(''));
  switch (kind) {
    case 'delete':
      return joined(lines.toSpliced(Math.min(at, to), 1 + (Math.abs(at - to) % 40)));
    case 'copy':
      return joined(lines.toSpliced(to, 0, one));
    case 'swap':
      return joined(lines.with(at, other).with(to, one));
    case 'move':
      return joined(lines.toSpliced(at, 1).toSpliced(to, 0, one));
    case 'replace':
      return joined(lines.with(at, other));
    case 'byte':
      bytes[at] = to;
      return bytes;
    default:
      return Buffer.concat([bytes.subarray(0, Math.min(at, to)), bytes.subarray(Math.max(at, to))]);
  }
}

test('whatever is done to an export, it is not right any more, and it is said where', async () => {
  expect((await verifyExport([Buffer.from(text)], { keys })).ok).toBe(true);
  await fc.assert(
    fc.asyncProperty(tampering, async (change) => {
      const bytes = tampered(change);
      fc.pre(!bytes.equals(Buffer.from(text)));
      const verdict = await verifyExport([bytes], { keys });
      expect(verdict).toMatchObject({ ok: false, last_checkpoint: null });
      expect(verdict.first_bad).toMatchObject({ index: expect.any(Number), detail: expect.any(String) });
    }),
    { seed: 20_261_130, numRuns: Number(process.env.PATCHBAY_TEST_TAMPERINGS ?? 200) },
  );
}, 900_000);
