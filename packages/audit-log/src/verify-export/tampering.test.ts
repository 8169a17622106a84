import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { compareExports } from '../compare-exports.ts';
import { parseExportLine } from '../export-format.ts';
import { exportText, type SampleLog, sampleLog, sampleOrigin, sampleRecord } from '../export-samples.fixture.ts';
import { leafHash } from '../merkle/hashes.ts';
import { openCheckpoint, signCheckpoint, type TreeHead } from '../note/checkpoint.ts';
import { localSigningKey } from '../note/note-signer.ts';
import { verifierKey } from '../note/verifier-key.ts';
import { verifyExport } from './verify-export.ts';

/** Ten kinds of tampering with a log of 10,000 records that has a checkpoint at every 1,000. Each must be found, and placed. */
const count = 10_000;
const records = Array.from({ length: count }, (_, index) => sampleRecord(index));
const log = await sampleLog(records);
const text = await exportText(log.source());
const lines = text.trimEnd().split('\n');
const keys = { log: [verifierKey(sampleOrigin, log.key.publicKey)], witnesses: [] };

const headAt = (of: SampleLog, size: number): TreeHead =>
  openCheckpoint(of.checkpoints.find((checkpoint) => checkpoint.size === size)?.note as string, [])
    ?.checkpoint as TreeHead;
const joined = (of: readonly string[]) => `${of.join('\n')}\n`;
const lineOf = (index: number) => lines.indexOf(records[index] as string);
const verify = (changed: string, known: TreeHead | null = null) =>
  verifyExport([Buffer.from(changed)], { keys, known: known === null ? [] : [known] });

/** What the verifier says first, by index. */
async function firstBad(changed: string, known: TreeHead | null = null) {
  const { ok, first_bad: bad } = await verify(changed, known);
  expect(ok).toBe(false);
  return [bad?.what, bad?.index, bad?.before];
}

/** Leaves as somebody without the key would write them over, to fit the records. */
function withFittingLeaves(of: readonly string[]): string[] {
  let first = 0;
  let leaves: Buffer[] = [];
  return of.map((line) => {
    const { kind } = parseExportLine(Buffer.from(line));
    if (kind === 'record') leaves.push(leafHash(line));
    if (kind !== 'leaves') return line;
    const $leaves = { first, hashes: Buffer.concat(leaves).toString('base64') };
    first += leaves.length;
    leaves = [];
    return JSON.stringify({ $leaves });
  });
}

test('what nobody touched is right', async () => {
  expect(await verify(text)).toMatchObject({
    ok: true,
    tenant: 'acme',
    origin: sampleOrigin,
    first: 0,
    size: count,
    records: count,
    checkpoints: 10,
    last_checkpoint: log.checkpoints.at(-1)?.note,
    problems: [],
  });
  expect((await verify(text, headAt(log, 4_000))).ok).toBe(true);
});

describe('one bit', () => {
  test.each([0, 4_321, count - 1])('of record %i', async (index) => {
    const bytes = Buffer.from(text);
    const at = bytes.indexOf(records[index] as string) + 30;
    bytes[at] = (bytes[at] as number) ^ 1;
    const verdict = await verifyExport([bytes], { keys });
    expect(verdict.problems).toMatchObject([{ what: 'record_changed', index, before: null }]);
  });

  test('with its leaf written over is between two checkpoints', async () => {
    const changed = lines.with(lineOf(4_321), sampleRecord(4_321).replace('6003', '6002'));
    expect(await firstBad(joined(withFittingLeaves(changed)))).toEqual(['root_differs', 4_000, 5_000]);
  });

  test('of a leaf', async () => {
    const at = lines.findIndex((line) => line.startsWith('{"$leaves":{"first":4000'));
    const { $leaves } = JSON.parse(lines[at] as string);
    const hashes = Buffer.from($leaves.hashes, 'base64');
    hashes[321 * 32] = (hashes[321 * 32] as number) ^ 1;
    const changed = JSON.stringify({ $leaves: { ...$leaves, hashes: hashes.toString('base64') } });
    expect(await firstBad(joined(lines.with(at, changed)))).toEqual(['root_differs', 4_000, 5_000]);
  });

  test('anywhere', async () => {
    const bytes = Buffer.from(
      await exportText((await sampleLog(records.slice(0, 500), { every: 100, key: log.key })).source()),
    );
    // A prime stride meets records, leaves, checkpoints, the header and line ends alike.
    for (let at = 0; at < bytes.length; at += 3_539) {
      bytes[at] = (bytes[at] as number) ^ 4;
      expect((await verifyExport([bytes], { keys })).ok).toBe(false);
      bytes[at] = (bytes[at] as number) ^ 4;
    }
  });
});

describe('a record that was taken out', () => {
  test.each([0, 4_321, 4_999, count - 1])('at %i', async (index) =>
    expect(await firstBad(joined(lines.toSpliced(lineOf(index), 1)))).toEqual(['record_missing', index, null]),
  );

  test('with its leaf', async () => {
    const changed = withFittingLeaves(lines.toSpliced(lineOf(4_321), 1));
    expect(await firstBad(joined(changed))).toEqual(['record_missing', 4_999, null]);
    // The checkpoint's own size shows that one is missing; which, it cannot show.
  });

  test('as a thousand with their leaves and their checkpoint', async () => {
    const changed = lines.toSpliced(lineOf(4_000), 1_002);
    expect(await firstBad(joined(changed))).toEqual(['record_missing', 4_000, null]);
    expect((await verify(joined(changed))).problems).toContainEqual(
      expect.objectContaining({ what: 'checkpoint_dropped', index: 4_000, before: 5_000 }),
    );
  });
});

describe('two records that changed places', () => {
  test.each([
    [4_321, 4_322],
    [4_321, 4_900],
    [1_234, 8_765],
  ])('%i and %i', async (one, other) => {
    const changed = lines.with(lineOf(one), records[other] as string).with(lineOf(other), records[one] as string);
    const { first_bad, problems } = await verify(joined(changed));
    expect(first_bad?.index).toBe(one);
    expect(problems.map(({ index }) => index)).toEqual([one, other]);
  });

  test('with their leaves', async () => {
    const changed = lines.with(lineOf(4_321), records[4_400] as string).with(lineOf(4_400), records[4_321] as string);
    expect(await firstBad(joined(withFittingLeaves(changed)))).toEqual(['root_differs', 4_000, 5_000]);
  });
});

describe('a record that was put in', () => {
  test.each([0, 4_321, 5_000])('before %i', async (index) => {
    const changed = lines.toSpliced(lineOf(index), 0, sampleRecord(index, { id: `aud_01K${'9'.repeat(23)}` }));
    expect(await firstBad(joined(changed))).toEqual(['record_added', index, null]);
  });

  test('after the last one', async () => {
    expect(await firstBad(joined([...lines, sampleRecord(count)]))).toEqual(['truncated', count, null]);
  });

  test('as a copy of another', async () => {
    const { problems } = await verify(joined(lines.toSpliced(lineOf(4_321), 0, records[4_000] as string)));
    expect(problems).toMatchObject([
      { what: 'record_moved', index: 4_321, detail: expect.stringContaining('321 places back') },
    ]);
  });
});

describe('an end that was cut off', () => {
  test.each([
    ['after a record', 9_500],
    ['before a record', 9_001],
  ])('%s', async (_what, index) =>
    expect(await firstBad(joined(lines.slice(0, lineOf(index))))).toEqual(['truncated', index, null]),
  );

  test('in the middle of a record', async () => {
    const half = `${joined(lines.slice(0, lineOf(9_500)))}${records[9_500]?.slice(0, 40)}`;
    expect(await firstBad(half)).toEqual(['truncated', 9_500, null]);
  });

  test('with all after the last checkpoint but one', async () => {
    expect(await firstBad(joined(lines.slice(0, lineOf(9_000))))).toEqual(['truncated', 9_000, null]);
  });

  test('but for the last checkpoint', async () => {
    const changed = [...lines.slice(0, lineOf(9_500)), lines.at(-1) as string];
    expect(await firstBad(joined(changed))).toEqual(['leaves_missing', 9_000, 9_500]);
    expect((await verify(joined(changed))).problems).toContainEqual(
      expect.objectContaining({ what: 'record_missing', index: 9_500 }),
    );
  });

  test('and a header that says so: only who saw the log before knows', async () => {
    const header = (lines[0] as string).replace('10000', '9000');
    const changed = joined([header, ...lines.slice(1, lineOf(9_000))]);
    expect((await verify(changed)).ok).toBe(true);
    expect(await firstBad(changed, headAt(log, count))).toEqual(['older_than_known', 9_000, null]);
  });
});

test('an old export in the place of a new one is told from it by the checkpoint that was seen before', async () => {
  const old = await exportText(log.source(0, 8_000));
  expect((await verify(old)).ok).toBe(true);
  expect((await verify(old, headAt(log, 8_000))).ok).toBe(true);
  expect(await firstBad(old, headAt(log, 9_000))).toEqual(['older_than_known', 8_000, null]);
});

describe('checkpoints that another key signed', () => {
  const thief = localSigningKey(generateKeyPairSync('ed25519').privateKey);

  test('all of them, over a log that was written anew', async () => {
    const changed = records.with(4_321, sampleRecord(4_321).replace('6003', '6002'));
    const forged = await exportText((await sampleLog(changed, { key: thief })).source());
    expect(await firstBad(forged)).toEqual(['checkpoint_unsigned', 0, 1_000]);
  });

  test('the last one', async () => {
    const opened = openCheckpoint(log.checkpoints.at(-1)?.note as string, []);
    const $checkpoint = await signCheckpoint(opened?.checkpoint as never, thief);
    const changed = lines.with(-1, JSON.stringify({ $checkpoint }));
    expect(await firstBad(joined(changed))).toEqual(['checkpoint_unsigned', 9_000, 10_000]);
  });

  test('with the right key’s signature below another text', async () => {
    const changed = (lines.at(-1) as string).replace('\\n10000\\n', '\\n10001\\n');
    expect(await firstBad(joined(lines.with(-1, changed)))).toEqual(['checkpoint_signature_wrong', 9_000, 10_001]);
  });
});

describe('two histories under one key', async () => {
  const forked = records.map((record, i) => (i < 4_321 ? record : sampleRecord(i, { id: `aud_01J${i}` })));
  const other = await sampleLog(forked, { key: log.key });
  const otherText = await exportText(other.source());

  test('each verifies, and together they do not: the record where they part is named', async () => {
    expect((await verify(otherText)).ok).toBe(true);
    expect(await compareExports([Buffer.from(text)], [Buffer.from(otherText)])).toEqual({
      verdict: 'forked',
      first: 0,
      end: count,
      index: 4_321,
    });
  });

  test('one is not the log that was seen before', async () => {
    expect(await firstBad(otherText, headAt(log, 5_000))).toEqual(['forked', 4_000, 5_000]);
    expect((await verify(otherText, headAt(log, 4_000))).ok).toBe(true);
  });

  test('glued together at a checkpoint', async () => {
    const otherLines = otherText.trimEnd().split('\n');
    const at = otherLines.indexOf(forked[5_000] as string);
    const glued = [...lines.slice(0, at), ...otherLines.slice(at)];
    expect((await verify(joined(glued))).first_bad).toMatchObject({ what: 'forked', index: 5_000 });
  });
});

describe('a record with an earlier time', () => {
  const backdated = sampleRecord(4_321, { time: '2026-11-20T00:00:00.000Z' });

  test('in the export', async () => {
    const { problems } = await verify(joined(lines.with(lineOf(4_321), backdated)));
    expect(problems).toMatchObject([{ what: 'record_changed', index: 4_321, before: null }]);
  });

  test('in the log itself, signed by whoever keeps it', async () => {
    const of = await sampleLog(records.with(4_321, backdated), { key: log.key });
    const { problems } = await verify(await exportText(of.source()));
    expect(problems).toMatchObject([{ what: 'time_backwards', index: 4_321, before: null }]);
  });

  test('by less than clocks differ is right', async () => {
    const late = sampleRecord(4_321, { time: JSON.parse(records[1_000] as string).time });
    const of = await sampleLog(records.with(4_321, late), { key: log.key });
    expect((await verify(await exportText(of.source()))).ok).toBe(true);
  });
});

describe('a checkpoint that was taken out', () => {
  test.each([
    ['the first', 1_000],
    ['one in the middle', 5_000],
    ['the last but one', 9_000],
  ])('%s', async (_what, size) => {
    const at = lines.indexOf(
      JSON.stringify({ $checkpoint: log.checkpoints.find((checkpoint) => checkpoint.size === size)?.note }),
    );
    const { problems } = await verify(joined(lines.toSpliced(at, 1)));
    expect(problems).toMatchObject([{ what: 'checkpoint_dropped', index: size - 1_000, before: size }]);
  });

  test('the last', async () => expect(await firstBad(joined(lines.slice(0, -1)))).toEqual(['truncated', count, null]));
});
