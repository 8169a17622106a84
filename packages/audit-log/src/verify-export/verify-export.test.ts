import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { exportText, sampleLog, sampleOrigin, sampleRecord } from '../export-samples.fixture.ts';
import { emptyRoot, leafHash } from '../merkle/hashes.ts';
import { openCheckpoint, signCheckpoint, type TreeHead } from '../note/checkpoint.ts';
import { cosignText, localSigningKey } from '../note/note-signer.ts';
import { formatNote } from '../note/signed-note.ts';
import { verifierKey } from '../note/verifier-key.ts';
import type { ExportSource } from '../write-export.ts';
import { IdSet } from './id-set.ts';
import { eachLine } from './lines-of.ts';
import { type VerifyExportOptions, verifyExport } from './verify-export.ts';

const pair = generateKeyPairSync('ed25519');
const key = localSigningKey(pair.privateKey);
const records = Array.from({ length: 100 }, (_, i) => sampleRecord(i));
const log = await sampleLog(records, { every: 20, key });
const keys = { log: [verifierKey(sampleOrigin, key.publicKey)], witnesses: [] };
const headAt = (size: number) => {
  const note = log.checkpoints.find((checkpoint) => checkpoint.size === size)?.note ?? '';
  return openCheckpoint(note, [])?.checkpoint as TreeHead;
};
const verify = async (source: ExportSource, options: Partial<VerifyExportOptions> = {}) =>
  verifyExport([Buffer.from(await exportText(source))], { keys, ...options });
const verifyRecords = async (of: readonly string[], options: Partial<VerifyExportOptions> = {}) =>
  verify((await sampleLog(of, { every: 20, key })).source(), options);
const found = ({ problems }: Awaited<ReturnType<typeof verify>>) =>
  problems.map(({ what, index, before }) => [what, index, before]);

describe('an export of a part of the log', () => {
  test('is right by the checkpoint alone, with the hashes of what is before it', async () => {
    expect(await verify(log.source(33, 80))).toMatchObject({
      ok: true,
      first: 33,
      size: 80,
      records: 47,
      checkpoints: 3,
    });
    expect(await verify(log.source(40, 60))).toMatchObject({ ok: true, records: 20, checkpoints: 1 });
  });

  test('of no records is right, too', async () => {
    const at = (size: number) => log.checkpoints.filter((one) => one.size === size).map(({ note }) => note);
    expect(await verify({ ...log.source(40, 40), checkpoints: at(40) })).toMatchObject({ ok: true, records: 0 });
    const nothing = { size: 0, root: emptyRoot() };
    const empty = await signCheckpoint({ origin: sampleOrigin, ...nothing, previous: nothing }, key);
    expect(await verify({ ...log.source(0, 0), checkpoints: [empty] })).toMatchObject({ ok: true, size: 0 });
  });

  test('does not hold with other hashes before it', async () => {
    const text = await exportText(log.source(33, 80));
    const changed = text.replace(
      log.source(33).before.nodes[0]?.toString('base64') ?? '',
      leafHash('x').toString('base64'),
    );
    expect(found(await verifyExport([Buffer.from(changed)], { keys }))).toEqual([['root_differs', 33, 40]]);
  });

  test('is held against a checkpoint that was seen before, where it has what that one is about', async () => {
    const known = [headAt(40)];
    expect((await verify(log.source(40, 80), { known })).ok).toBe(true);
    expect((await verify(log.source(33, 80), { known })).ok).toBe(true);
    expect(found(await verify(log.source(41, 80), { known }))).toEqual([['not_comparable', 41, null]]);
    const other = { size: 40, root: leafHash('another log') };
    expect(found(await verify(log.source(40, 80), { known: [other] }))).toEqual([['forked', 40, 40]]);
    expect(found(await verify(log.source(33, 80), { known: [other] }))).toEqual([['forked', 33, 40]]);
    expect(found(await verify(log.source(33, 80), { known: [headAt(20), headAt(60), other] }))).toEqual([
      ['forked', 33, 40],
    ]);
  });

  test('ends where the one that was asked for names the last regular checkpoint', async () => {
    const asked = await signCheckpoint(
      { origin: sampleOrigin, size: 50, root: log.source(50).before.root(), previous: headAt(40) },
      key,
    );
    const source = log.source(0, 50);
    expect((await verify({ ...source, checkpoints: [...(source.checkpoints as string[]), asked] })).ok).toBe(true);
  });
});

describe('what the log itself says', () => {
  test('of another tenant', async () => {
    const of = records.with(42, sampleRecord(42, { tenant: 'rival' }));
    expect(found(await verifyRecords(of))).toEqual([['wrong_tenant', 42, null]]);
  });

  test('twice', async () => {
    const of = records.with(42, sampleRecord(42, { id: JSON.parse(records[7] as string).id }));
    const verdict = await verifyRecords(of);
    expect(found(verdict)).toEqual([['record_repeated', 42, null]]);
    expect(verdict.problems[0]).toMatchObject({ line: 48, detail: 'The record has the id of record 7.' });
  });

  test.each([
    ['without an id', '{"datacontenttype":"application/json","tenant":"acme","time":"2026-11-30T00:00:00Z"}'],
    ['without a time', '{"datacontenttype":"application/json","id":"aud_1","tenant":"acme"}'],
    ['with a time that is none', '{"id":"aud_1","tenant":"acme","time":"soon"}'],
    ['that is no JSON', 'junk'],
    ['that is nothing', 'null'],
  ])('in a line %s', async (_what, line) => {
    expect(found(await verifyRecords(records.with(42, line)))).toEqual([['malformed', 42, null]]);
  });

  test('in another order of fields, or within the data, is read right', async () => {
    const { tenant, time } = JSON.parse(records[42] as string);
    const inner = { datacontenttype: 'x', id: 'inner', tenant: 'rival', time: '1999-01-01T00:00:00Z' };
    for (const record of [
      { tenant, time, id: 'aud_1', data: { inner } },
      { data: { a: 1, ...inner }, datacontenttype: 'x', id: 'aud_2', tenant, time },
      { data: ',"datacontenttype":"x","id":"inner"}', id: 'aud_3', tenant, time },
    ])
      expect((await verifyRecords(records.with(42, JSON.stringify(record)))).ok).toBe(true);
  });

  test('of times further back than is allowed', async () => {
    const of = records.with(42, sampleRecord(42, { time: JSON.parse(records[2] as string).time }));
    expect((await verifyRecords(of, { toleranceMs: 10_000 })).ok).toBe(true);
    const verdict = await verifyRecords(of, { toleranceMs: 9_000 });
    expect(found(verdict)).toEqual([['time_backwards', 42, null]]);
    expect(verdict.problems[0]?.detail).toContain('10 s before that of record 41');
  });

  test('as leaves alone, which is right only where it is allowed', async () => {
    const source = log.source();
    const entries = [...(source.entries as { record: string; leaf: Buffer }[])].map((entry, i) =>
      i === 7 || i === 8 ? { ...entry, record: null } : entry,
    );
    expect(found(await verify({ ...source, entries }))).toEqual([
      ['record_withheld', 7, null],
      ['record_withheld', 8, null],
    ]);
    expect(await verify({ ...source, entries }, { allowWithheld: true })).toMatchObject({
      ok: true,
      records: 98,
      withheld: 2,
    });
  });
});

describe('witnesses', () => {
  const witness = localSigningKey(generateKeyPairSync('ed25519').privateKey);
  const witnessKey = verifierKey('witness.example', witness.publicKey, 4);
  const withWitness = { log: keys.log, witnesses: [witnessKey] };
  /** The export with a cosignature under each checkpoint of these sizes. */
  const cosigned = async (times: Record<number, number>) => {
    const source = log.source();
    const checkpoints = await Promise.all(
      log.checkpoints.map(async ({ size, note }) => {
        const opened = openCheckpoint(note, []);
        const time = times[size];
        if (opened === null || time === undefined) return note;
        const { text, signatures } = opened.note;
        return formatNote({
          text,
          signatures: [...signatures, await cosignText(text, time, 'witness.example', witness)],
        });
      }),
    );
    return { ...source, checkpoints };
  };
  const at = (index: number) => Math.floor(Date.parse(JSON.parse(records[index] as string).time) / 1_000);

  test('that are asked for must have signed the last checkpoint', async () => {
    expect(await verify(await cosigned({ 100: at(99) }), { keys: withWitness })).toMatchObject({
      ok: true,
      witnesses: ['witness.example'],
    });
    expect(found(await verify(await cosigned({ 80: at(79) }), { keys: withWitness }))).toEqual([
      ['witness_missing', 0, 100],
    ]);
    expect((await verify(await cosigned({}), { keys: withWitness, quorum: 0 })).ok).toBe(true);
    // Nobody asked for one: another's word is passed over.
    expect(await verify(await cosigned({ 100: 1 }))).toMatchObject({ ok: true, witnesses: [] });
  });

  test('show that a record was written later than it says, or earlier', async () => {
    const options = { keys: withWitness, toleranceMs: 1_000 };
    expect(found(await verify(await cosigned({ 40: at(39) + 3_600, 100: at(99) + 3_600 }), options))[0]).toEqual([
      'time_backwards',
      40,
      null,
    ]);
    expect(found(await verify(await cosigned({ 40: at(39) - 60, 100: at(99) }), options))).toEqual([
      ['time_ahead', 39, null],
    ]);
  });

  test('whose word is forged make the checkpoint worthless', async () => {
    const opened = openCheckpoint((await cosigned({ 100: at(99) })).checkpoints.at(-1) as string, []);
    if (opened?.note.signatures[1] === undefined) throw new Error('no cosignature');
    opened.note.signatures[1].bytes[7] = 1;
    const checkpoints = [...log.checkpoints.slice(0, -1).map(({ note }) => note), formatNote(opened.note)];
    const verdict = await verify({ ...log.source(), checkpoints }, { keys: withWitness });
    expect(found(verdict)[0]).toEqual(['checkpoint_signature_wrong', 80, 100]);
  });
});

describe('keys', () => {
  test('without a name count for the log that the file is of', async () => {
    const publicKey = createPublicKey(pair.privateKey);
    expect((await verify(log.source(), { keys: { log: [publicKey], witnesses: [] } })).ok).toBe(true);
  });

  test('of which one signed are enough, as after a change of keys', async () => {
    const other = verifierKey(sampleOrigin, localSigningKey(generateKeyPairSync('ed25519').privateKey).publicKey);
    expect((await verify(log.source(), { keys: { log: [other, ...keys.log], witnesses: [] } })).ok).toBe(true);
  });

  test('of another log, or as a witness, do not count', async () => {
    for (const name of ['patchbay/inst-1/rival', 'inst-1'])
      expect(
        found(await verify(log.source(), { keys: { log: [verifierKey(name, key.publicKey)], witnesses: [] } })),
      ).toContainEqual(['checkpoint_unsigned', 0, 20]);
    const asWitness = { log: [], witnesses: [verifierKey(sampleOrigin, key.publicKey)] };
    expect((await verify(log.source(), { keys: asWitness, quorum: 0 })).ok).toBe(false);
  });
});

const lines = (await exportText(log.source())).trimEnd().split('\n');

describe('a file that is no export, or not of one log', () => {
  const verdictOf = (of: readonly string[]) =>
    verifyExport([Buffer.from(of.map((line) => `${line}\n`).join(''))], { keys });

  test.each([
    ['nothing', [], 'truncated'],
    ['something else', ['{"hello":1}'], 'malformed'],
    ['no header', lines.slice(1), 'malformed'],
    ['two headers', [lines[0] as string, ...lines], 'malformed'],
    ['a line that is none', lines.toSpliced(5, 0, '{"$other":1}'), 'malformed'],
    ['another tenant in the header', lines.with(0, (lines[0] as string).replace('"acme"', '"acm"')), 'wrong_tenant'],
    ['no name of a log in the header', lines.with(0, (lines[0] as string).replace('inst-1', 'inst 1')), 'malformed'],
    ['another log in the header', lines.with(0, (lines[0] as string).replace('inst-1', 'inst-2')), 'wrong_origin'],
    ['no checkpoint where one is said to be', lines.with(-1, '{"$checkpoint":"none"}'), 'checkpoint_malformed'],
    ['records that are there once more', lines.toSpliced(22, 0, ...lines.slice(1, 22)), 'record_repeated'],
    ['a checkpoint that is there once more', lines.toSpliced(23, 0, lines[22] as string), 'checkpoint_misplaced'],
    ['a checkpoint that came early', lines.toSpliced(22, 1).toSpliced(11, 0, lines[22] as string), 'record_missing'],
  ])('has %s', async (_what, of, what) => {
    const verdict = await verdictOf(of);
    expect(verdict).toMatchObject({ ok: false, last_checkpoint: null });
    expect(verdict.problems.map((problem) => problem.what)).toContain(what);
  });

  test('has a checkpoint of our kind that names none before it', async () => {
    const $checkpoint = await signCheckpoint({ origin: sampleOrigin, ...headAt(20), previous: null }, key);
    expect(found(await verdictOf(lines.with(22, JSON.stringify({ $checkpoint }))))).toEqual([
      ['checkpoint_unchained', 0, null],
    ]);
  });

  test('has more problems than are listed, all of them counted', async () => {
    const verdict = await verifyRecords(Array.from({ length: 300 }, (_, i) => sampleRecord(i, { tenant: 'rival' })));
    expect([verdict.problems.length, verdict.problem_count, verdict.first_bad?.index]).toEqual([100, 300, 0]);
  });

  test('has no leaves for tens of thousands of records', async () => {
    function* many() {
      yield Buffer.from(`${lines[0]}\n`);
      for (let i = 0; i < 65_540; i++) yield Buffer.from('x\n');
    }
    expect((await verifyExport(many(), { keys })).problems[0]).toMatchObject({
      what: 'leaves_missing',
      before: 65_536,
    });
  });

  test('has a line that does not end', async () => {
    function* endless() {
      yield Buffer.from(`${lines[0]}\n`);
      for (let i = 0; i < 70; i++) yield Buffer.alloc(1_048_576, 'x');
    }
    expect((await verifyExport(endless(), { keys })).problems).toMatchObject([
      { what: 'malformed', detail: 'The line is too long to be one.' },
    ]);
  });
});

test('bytes may come in any pieces, and it tells how far it is', async () => {
  const bytes = Buffer.from(await exportText(log.source()));
  const told: [number, number][] = [];
  function* pieces() {
    for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
  }
  expect((await verifyExport(pieces(), { keys, onProgress: (...at) => told.push(at) })).ok).toBe(true);
  expect(told.at(-1)).toEqual([bytes.length, 100]);
});

test('lines are told until somebody has enough', async () => {
  const seen: string[] = [];
  const rest = await eachLine(
    [Buffer.from('a\n\nb'), Buffer.from('c\nd\ne')],
    (line) => seen.push(line.toString()) < 3,
  );
  expect([seen, rest]).toEqual([['a', '', 'bc'], 0]);
  expect(await eachLine([Buffer.from('a\nbc')], () => true)).toBe(2);
});

test('a hundred thousand ids are told apart, and each is known again', () => {
  const ids = new IdSet();
  let known = 0;
  for (let i = 0; i < 100_000; i++) if (ids.add(`aud_${i}`, i) !== null) known++;
  expect(known).toBe(0);
  for (const i of [0, 1, 65_536, 99_999]) expect(ids.add(`aud_${i}`, 1)).toBe(i);
});
