import { describe, expect, test } from 'vitest';
import { parseExportLine } from './export-format.ts';
import { exportText, sampleLog, sampleOrigin, sampleRecord } from './export-samples.fixture.ts';
import { leafHash } from './merkle/hashes.ts';
import { ExportInconsistent } from './write-export.ts';

const records = Array.from({ length: 2_500 }, (_, i) => sampleRecord(i));
const log = await sampleLog(records);
const kindsOf = (text: string) => {
  const runs: [kind: string, count: number][] = [];
  for (const line of text.trimEnd().split('\n')) {
    const { kind } = parseExportLine(Buffer.from(line));
    const last = runs.at(-1);
    if (last?.[0] === kind) last[1]++;
    else runs.push([kind, 1]);
  }
  return runs;
};

describe('an export', () => {
  test('is a header, the records byte for byte with their leaves, and checkpoints in their places', async () => {
    const text = await exportText(log.source());
    expect(kindsOf(text)).toEqual([
      ['header', 1],
      ...[1_000, 1_000, 500].flatMap((count) => [
        ['record', count],
        ['leaves', 1],
        ['checkpoint', 1],
      ]),
    ]);
    const lines = text.trimEnd().split('\n');
    expect(lines.filter((line) => !line.startsWith('{"$'))).toEqual(records);
    expect(JSON.parse(lines[0] as string)).toEqual({
      $header: {
        format: 'patchbay-audit-export/1',
        tenant: 'acme',
        origin: sampleOrigin,
        first: 0,
        size: 2_500,
        prefix: [],
      },
    });
    expect(JSON.parse(lines.at(-1) as string)).toEqual({ $checkpoint: log.checkpoints.at(-1)?.note });
  });

  test('of the same places is the same bytes', async () => {
    expect(await exportText(log.source(1_000, 2_000))).toBe(await exportText(log.source(1_000, 2_000)));
  });

  test('that does not begin at the log’s beginning has the hashes of what is before it', async () => {
    const [line = ''] = (await exportText(log.source(1_500))).split('\n', 1);
    expect(parseExportLine(Buffer.from(line))).toEqual({
      kind: 'header',
      header: {
        tenant: 'acme',
        origin: sampleOrigin,
        first: 1_500,
        size: 2_500,
        prefix: log.source(1_500).before.nodes,
      },
    });
  });

  test('has leaves after every 1,024 records where checkpoints are further apart', async () => {
    const rare = await sampleLog(records, { every: 10_000 });
    expect(kindsOf(await exportText(rare.source()))).toEqual([
      ['header', 1],
      ...[1_024, 1_024, 452].flatMap((count) => [
        ['record', count],
        ['leaves', 1],
      ]),
      ['checkpoint', 1],
    ]);
  });

  test('of no records is a header and the checkpoint where it begins', async () => {
    const source = { ...log.source(1_000, 1_000), checkpoints: [log.checkpoints[0]?.note as string] };
    expect(kindsOf(await exportText(source))).toEqual([
      ['header', 1],
      ['checkpoint', 1],
    ]);
  });

  test('has the leaf in the place of a record that is kept no longer, and tells of one that is not what its leaf says', async () => {
    const source = log.source(0, 1_000);
    const entries = [...(source.entries as { record: string; leaf: Buffer }[])];
    entries[3] = { record: null as never, leaf: leafHash(records[3] as string) };
    entries[5] = { record: sampleRecord(6), leaf: leafHash(records[5] as string) };
    const touched: number[] = [];
    const text = await exportText({ ...source, entries, onMismatch: (index) => touched.push(index) });
    const lines = text.split('\n');
    expect(parseExportLine(Buffer.from(lines[4] as string))).toEqual({ kind: 'withheld', leaf: entries[3].leaf });
    expect(lines[6]).toBe(sampleRecord(6));
    expect(touched).toEqual([5]);
  });

  test.each([
    ['a record is missing at its end', { size: 2_499, records: 2_400 }, 'no record 2400'],
    ['there are too many records', { size: 2_000, records: 2_001 }, 'records from 2000 on'],
    ['its last checkpoint is missing', { size: 1_500, records: 1_500 }, 'no checkpoint of size 1500'],
    ['checkpoints are out of order', { reverse: true }, 'does not come after'],
    ['a checkpoint is of other leaves', { change: true }, 'is not of these leaves'],
    ['a checkpoint is another log’s', { origin: 'patchbay/inst-1/rival' }, 'is none'],
  ])('is not written when %s', async (_what, wrong: Record<string, unknown>, message) => {
    const source = log.source();
    const entries = [...(source.entries as { record: string; leaf: Buffer }[])].slice(0, wrong.records as number);
    if (wrong.change) entries[10] = { record: sampleRecord(11), leaf: leafHash(sampleRecord(11)) };
    const size = (wrong.size as number) ?? source.size;
    const notes = log.checkpoints.filter((checkpoint) => checkpoint.size <= size).map(({ note }) => note);
    const checkpoints = wrong.reverse ? notes.toReversed() : notes;
    const text = exportText({
      ...source,
      size,
      entries,
      checkpoints,
      ...(wrong.origin !== undefined && { origin: String(wrong.origin) }),
    });
    const told = await text.then(
      () => 'nothing',
      (error: unknown) => (error as Error).message,
    );
    expect(told).toContain(message);
    await expect(text).rejects.toThrow(ExportInconsistent);
  });
});

describe('a line of an export', () => {
  test.each([
    ['of no kind that is known', '{"$other":1}'],
    ['with a field beside', '{"$checkpoint":"note","more":1}'],
    ['that is cut off', '{"$checkpoint":"no'],
    ['with a leaf of another length', '{"$withheld":"AAAA"}'],
    ['with leaves that are no whole number of them', '{"$leaves":{"first":0,"hashes":"AAAA"}}'],
    ['with leaves that begin nowhere', '{"$leaves":{"first":-1,"hashes":""}}'],
    ['with a header of another format', '{"$header":{"format":"other/1"}}'],
    [
      'with a header that begins after its end',
      '{"$header":{"format":"patchbay-audit-export/1","tenant":"t","origin":"o","first":1,"size":0,"prefix":[""]}}',
    ],
    [
      'with a header without the hashes before',
      '{"$header":{"format":"patchbay-audit-export/1","tenant":"t","origin":"o","first":1,"size":2,"prefix":[]}}',
    ],
    ['with nothing where something belongs', '{"$leaves":null}'],
    ['with a note that is no text', '{"$checkpoint":1}'],
  ])('%s is malformed', (_what, line) => expect(parseExportLine(Buffer.from(line)).kind).toBe('malformed'));

  test('that is not ours is a record, whatever it is', () => {
    for (const line of ['', '{', '{"data":{}}', 'junk']) expect(parseExportLine(Buffer.from(line)).kind).toBe('record');
  });
});
