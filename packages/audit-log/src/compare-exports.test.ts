import { expect, test } from 'vitest';
import { compareExports } from './compare-exports.ts';
import { exportText, sampleLog, sampleRecord } from './export-samples.fixture.ts';

const log = await sampleLog(
  Array.from({ length: 3_000 }, (_, i) => sampleRecord(i)),
  { every: 500 },
);
const bytesOf = async (from = 0, to = 0) => Buffer.from(await exportText(log.source(from, to)));
/** As a file is read. */
function* pieces(bytes: Buffer) {
  for (let at = 0; at < bytes.length; at += 10_007) yield bytes.subarray(at, at + 10_007);
}

test.each([
  ['the same', [0, 3_000], [0, 3_000], { verdict: 'same', first: 0, end: 3_000 }],
  ['a shorter one', [0, 2_000], [0, 3_000], { verdict: 'continues', first: 0, end: 2_000 }],
  ['a later one', [0, 2_000], [1_500, 3_000], { verdict: 'continues', first: 1_500, end: 2_000 }],
  ['one that begins where it ends', [0, 1_500], [1_500, 3_000], { verdict: 'apart', first: null, end: null }],
] satisfies [string, [number, number], [number, number], object][])(
  'an export goes together with %s',
  async (_what, one, other, expected) =>
    expect(await compareExports(pieces(await bytesOf(...one)), pieces(await bytesOf(...other)))).toEqual({
      ...expected,
      index: null,
    }),
);

test('a leaf stands for its record', async () => {
  const source = log.source(0, 1_000);
  const entries = [...(source.entries as { record: string; leaf: Buffer }[])].map((entry, i) =>
    i === 7 ? { ...entry, record: null } : entry,
  );
  const withheld = Buffer.from(await exportText({ ...source, entries }));
  expect((await compareExports([withheld], [await bytesOf(0, 1_000)])).verdict).toBe('same');
});

test('records that one lacks are where they part', async () => {
  const whole = await bytesOf(0, 1_000);
  const cut = whole.subarray(0, whole.indexOf(sampleRecord(700)));
  expect(await compareExports([whole], [cut])).toMatchObject({ verdict: 'forked', index: 700 });
});

test('exports of two logs are not compared, nor what is no export', async () => {
  const rival = await sampleLog([sampleRecord(0)], { origin: 'patchbay/inst-1/rival' });
  const [ours, theirs] = [await bytesOf(0, 500), Buffer.from(await exportText(rival.source()))];
  expect((await compareExports([ours], [theirs])).verdict).toBe('other_log');
  expect((await compareExports([ours], [Buffer.from('junk\n')])).verdict).toBe('malformed');
  expect((await compareExports([], [ours])).verdict).toBe('malformed');
});
