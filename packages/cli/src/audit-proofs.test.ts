import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CompactRange,
  consistencyRanges,
  type ExportVerdict,
  emptyRoot,
  formatAddCheckpoint,
  formatVerifierKey,
  leafHash,
  localSigningKey,
  logOrigin,
  openCheckpoint,
  parseVerifierKey,
  signCheckpoint,
  subtreeHash,
  type TreeHead,
  verifierKey,
  writeExport,
} from '@patchbay/audit-log/proofs';
import { beforeAll, describe, expect, test } from 'vitest';
import { cli, directoryWith, json } from './running-patchbay.fixture.ts';

const origin = logOrigin('inst-1', 'acme');
const pair = generateKeyPairSync('ed25519');
const key = localSigningKey(pair.privateKey);
const vkey = formatVerifierKey(verifierKey(origin, key.publicKey));
const other = formatVerifierKey(
  verifierKey(origin, localSigningKey(generateKeyPairSync('ed25519').privateKey).publicKey),
);

const record = (i: number, note = '') =>
  JSON.stringify({
    data: { note },
    id: `aud_${i}`,
    tenant: 'acme',
    time: new Date(1_795_000_000_000 + i).toISOString(),
  });
const records = Array.from({ length: 60 }, (_, i) => record(i));
const forked = records.map((text, i) => (i < 42 ? text : record(i, 'other')));

/** Checkpoints of a log at every twenty records. */
async function checkpointsOf(of: readonly string[]): Promise<string[]> {
  const tree = CompactRange.empty();
  let previous: TreeHead = { size: 0, root: emptyRoot() };
  const notes: string[] = [];
  for (const text of of) {
    tree.append(leafHash(text));
    if (tree.size % 20 !== 0) continue;
    const checkpoint = { origin, size: tree.size, root: tree.root(), previous };
    notes.push(await signCheckpoint(checkpoint, key));
    previous = checkpoint;
  }
  return notes;
}

async function exportOf(of: readonly string[]): Promise<string> {
  const entries = of.map((text) => ({ record: text, leaf: leafHash(text) }));
  const source = { tenant: 'acme', origin, before: CompactRange.empty(), size: of.length, entries };
  let text = '';
  for await (const piece of writeExport({ ...source, checkpoints: await checkpointsOf(of) })) text += piece;
  return text;
}

const pem = (of: KeyObject, type: 'spki' | 'pkcs8') => of.export({ format: 'pem', type }) as string;
let cwd: string;
let notes: string[];
beforeAll(async () => {
  notes = await checkpointsOf(records);
  const whole = await exportOf(records);
  cwd = directoryWith({
    'a.jsonl': whole,
    'old.jsonl': await exportOf(records.slice(0, 40)),
    'fork.jsonl': await exportOf(forked),
    'changed.jsonl': whole.replace('"aud_33"', '"aud_X"'),
    'log.pub': pem(pair.publicKey, 'spki'),
    'log.key': pem(pair.privateKey, 'pkcs8'),
    'keys.txt': `# of the log\n${other}\n${vkey}\n`,
    'forty.note': notes[1] as string,
    'sixty.note': notes[2] as string,
    'junk.json': '{"a":"b"}',
    'kept/inst-1/acme/2026-11.jsonl': `${notes.map((note, i) => JSON.stringify({ size: 20 * (i + 1), note })).join('\n')}\n{"size":80,"no`,
    'empty/junk.note': 'junk',
    'rival.note': await signCheckpoint(
      { origin: logOrigin('inst-1', 'rival'), size: 0, root: emptyRoot(), previous: null },
      key,
    ),
  });
});
const audit = (...argv: string[]) => cli(['audit', ...argv], { cwd });
const verify = (...argv: string[]) => audit('verify', ...argv);

describe('audit verify', () => {
  test('needs a file and the key, and nobody else', async () => {
    const right = await verify('a.jsonl', '--key', vkey);
    expect(right).toMatchObject({ code: 0, err: '' });
    expect(right.out).toBe(`✔ a.jsonl: tenant 'acme', records 0 to 59, under 3 checkpoints of ${origin}.\n`);
    for (const form of ['log.pub', 'keys.txt']) expect((await verify('a.jsonl', '--key', form)).code).toBe(0);
    expect(json(await verify('a.jsonl', '--key', vkey, '--json'))).toMatchObject({
      ok: true,
      first_bad: null,
      exports: [{ file: 'a.jsonl', ok: true, records: 60, last_checkpoint: notes[2] }],
      comparisons: [],
    });
  });

  test('names the first record that is wrong, and what is', async () => {
    const wrong = await verify('changed.jsonl', '--key', vkey);
    expect(wrong.code).toBe(1);
    expect(wrong.out).toBe(
      '✘ changed.jsonl: not what was logged. First at record 33: record_changed.\n' +
        '    record 33 (line 37): The record is not the one that the log has here.\n',
    );
    const document = json<{ ok: boolean; first_bad: object; exports: ExportVerdict[] }>(
      await verify('changed.jsonl', '--key', vkey, '--json'),
    );
    expect(document).toMatchObject({ ok: false, first_bad: { what: 'record_changed', index: 33, before: null } });
    const signed = await verify('a.jsonl', '--key', other);
    expect(signed.out).toContain('First at records 0 to 19: checkpoint_unsigned');
  });

  test('knows an old export by a checkpoint that was seen before', async () => {
    expect((await verify('old.jsonl', '--key', vkey, '--last-checkpoint', 'forty.note')).code).toBe(0);
    const old = await verify('old.jsonl', '--key', vkey, '--last-checkpoint', 'sixty.note');
    expect(old).toMatchObject({ code: 1, out: expect.stringContaining('First at record 40: older_than_known') });
    expect((await verify('fork.jsonl', '--key', vkey, '--last-checkpoint', 'sixty.note')).out).toContain('forked');
    // Every file of a directory that is a checkpoint counts, and no other.
    expect((await verify('a.jsonl', '--key', vkey, '--checkpoints', '.')).code).toBe(0);
    expect((await verify('old.jsonl', '--key', vkey, '--checkpoints', '.')).out).toContain('older_than_known');
    expect((await verify('old.jsonl', '--key', vkey, '--checkpoints', 'kept')).out).toContain(
      'checkpoint of size 60 was seen',
    );
    expect((await verify('fork.jsonl', '--key', vkey, '--checkpoints', 'kept')).out).toContain('forked');
    const forged = await verify('a.jsonl', '--key', other, '--last-checkpoint', 'sixty.note');
    expect(forged).toMatchObject({ code: 2, err: expect.stringContaining('is not signed by the key') });
  });

  test('remembers the last checkpoint that was right, and goes by it', async () => {
    const state = ['--key', vkey, '--state', 'seen.json'];
    expect((await verify('old.jsonl', ...state)).code).toBe(0);
    expect((await verify('changed.jsonl', ...state)).code).toBe(1);
    expect(JSON.parse(readFileSync(join(cwd, 'seen.json'), 'utf8'))).toEqual({ [origin]: notes[1] });
    expect((await verify('a.jsonl', ...state)).code).toBe(0);
    expect((await verify('old.jsonl', ...state)).out).toContain('older_than_known');
    expect((await verify('fork.jsonl', ...state)).out).toContain('forked');
    expect(JSON.parse(readFileSync(join(cwd, 'seen.json'), 'utf8'))).toEqual({ [origin]: notes[2] });
    expect((await verify('a.jsonl', '--key', vkey, '--state', 'junk.json')).code).toBe(2);
  });

  test('holds several exports of one log against each other', async () => {
    expect((await verify('old.jsonl', 'a.jsonl', '--key', vkey)).out).toContain(
      'have records 0 to 39 in common, the same',
    );
    const two = await verify('a.jsonl', 'fork.jsonl', '--key', vkey, '--json');
    expect(two.code).toBe(1);
    expect(json(two)).toMatchObject({
      ok: false,
      first_bad: { what: 'forked', index: 42 },
      exports: [{ ok: true }, { ok: true }],
      comparisons: [{ files: ['a.jsonl', 'fork.jsonl'], verdict: 'forked', index: 42 }],
    });
  });

  test.each([
    [['a.jsonl'], 'Say with --key'],
    [['none.jsonl', '--key', 'log.pub'], 'none.jsonl is no file'],
    [['a.jsonl', '--key', 'none.pub'], '--key takes a key such as'],
    [['a.jsonl', '--key', 'log.key'], 'holds a private key'],
    [['a.jsonl', '--key', 'junk.json'], 'holds no key'],
    [['a.jsonl', '--key', 'log.pub', '--witness-key', 'log.pub'], "takes a witness's key"],
    [['a.jsonl', '--key', 'log.pub', '--from', '1d'], '--from goes without a file'],
    [['a.jsonl', '--key', 'log.pub', '--time-tolerance', 'long'], '--time-tolerance'],
    [['a.jsonl', '--key', 'log.pub', '--last-checkpoint', 'junk.json'], 'holds no signed checkpoint'],
    [['a.jsonl', '--key', 'log.pub', '--last-checkpoint', 'rival.note'], "another log, 'patchbay/inst-1/rival'"],
    [['a.jsonl', '--key', 'log.pub', '--checkpoints', 'none'], 'is no directory'],
    [['a.jsonl', '--key', 'log.pub', '--checkpoints', 'empty'], 'There is no signed checkpoint in empty'],
    [['--key', 'log.pub', '--state', 's'], '--key, --state need a file'],
  ])('%j is explained', async (argv, text) => {
    const wrong = await verify(...argv);
    expect([wrong.code, wrong.out]).toEqual([2, '']);
    expect(wrong.err).toContain(text);
  });

  test('without a file asks the service', async () => expect((await verify()).code).toBe(5));
});

test('audit compare names the record where two exports part', async () => {
  expect(await audit('compare', 'old.jsonl', 'a.jsonl')).toMatchObject({ code: 0 });
  expect((await audit('compare', 'a.jsonl', 'a.jsonl')).out).toContain('have the same records 0 to 59');
  expect(json(await audit('compare', 'a.jsonl', 'fork.jsonl', '--json'))).toMatchObject({
    verdict: 'forked',
    index: 42,
  });
  expect((await audit('compare', 'a.jsonl', 'fork.jsonl')).out).toContain('they part at record 42');
  expect(await audit('compare', 'a.jsonl', 'junk.json')).toMatchObject({ code: 1 });
});

describe('audit witness', () => {
  async function withWitness(argv: readonly string[], work: (url: string, key: string) => Promise<void>) {
    const person = new AbortController();
    const listening = Promise.withResolvers<{ url: string; verifier_key: string }>();
    const running = cli(
      [
        'audit',
        'witness',
        '--name',
        'witness.example',
        '--key',
        'w.key',
        '--state',
        'w',
        '--listen',
        '127.0.0.1:0',
        ...argv,
        '--json',
      ],
      { cwd, interrupt: person.signal, onOutput: (out) => listening.resolve(JSON.parse(out.split('\n')[0] as string)) },
    );
    const { url, verifier_key } = await Promise.race([
      listening.promise,
      running.then(({ out, err }) => Promise.reject(new Error(out + err))),
    ]);
    await work(url, verifier_key);
    person.abort();
    return running;
  }
  const post = async (url: string, oldSize: number, note: string, leaves = records.map((text) => leafHash(text))) => {
    const size = openCheckpoint(note, [])?.checkpoint.size as number;
    const proof = consistencyRanges(oldSize, size).map(({ begin, end }) => subtreeHash(leaves.slice(begin, end)));
    return fetch(`${url}/add-checkpoint`, { method: 'POST', body: formatAddCheckpoint(oldSize, proof, note) });
  };

  test('signs what goes on, refuses a fork, and its signature counts in an export', async () => {
    let cosigned = '';
    let key = '';
    const ran = await withWitness(['--log', vkey], async (url, witnessKey) => {
      key = witnessKey;
      expect((await post(url, 0, notes[1] as string)).status).toBe(200);
      expect(
        (
          await post(
            url,
            40,
            (
              await checkpointsOf(forked)
            )[2] as string,
            forked.map((text) => leafHash(text)),
          )
        ).status,
      ).toBe(200);
    });
    // Until record 42 both histories are one: the witness took the fork for the log, and refuses the log from then on.
    await withWitness(['--installation', 'inst-1=log.pub'], async (url, again) => {
      expect(again).toBe(key);
      const refused = await post(url, 60, notes[2] as string);
      expect(refused.status).toBe(422);
      const fork = (await checkpointsOf(forked))[2] as string;
      cosigned = fork + (await (await post(url, 60, fork)).text());
    });
    expect(ran.code).toBe(0);
    expect(statSync(join(cwd, 'w.key')).mode & 0o777).toBe(0o600);
    expect(existsSync(join(cwd, 'w', 'pid'))).toBe(false);
    const lines = readFileSync(join(cwd, 'fork.jsonl'), 'utf8').trimEnd().split('\n');
    writeFileSync(
      join(cwd, 'witnessed.jsonl'),
      `${lines.with(-1, JSON.stringify({ $checkpoint: cosigned })).join('\n')}\n`,
    );
    const witnessed = await verify('witnessed.jsonl', '--key', vkey, '--witness-key', key, '--time-tolerance', '999d');
    expect(witnessed.out).toContain('the last one witnessed by witness.example');
    expect((await verify('fork.jsonl', '--key', vkey, '--witness-key', key)).out).toContain('witness_missing');
    expect((await verify('fork.jsonl', '--key', vkey, '--witness-key', key, '--witnesses', '0')).code).toBe(0);
    expect(parseVerifierKey(key)).toMatchObject({ name: 'witness.example', type: 4 });
    expect((await verify('a.jsonl', '--key', key)).err).toContain("is a witness's");
  });

  test('is asked by audit cosign, with proofs out of the export', async () => {
    let witnessKey = '';
    await withWitness(['--log', vkey, '--state', 'w3'], async (url, key) => {
      witnessKey = key;
      const cosign = (file: string, ...more: string[]) =>
        audit('cosign', file, '--key', vkey, '--witness', `${url}/`, '--witness-key', key, ...more);
      expect((await cosign('old.jsonl')).out).toContain(`— ${origin} `);
      expect(await cosign('a.jsonl', '--out', 'last.note')).toMatchObject({
        code: 0,
        out: '✔ Signed by witness.example: last.note\n',
      });
      expect(await cosign('old.jsonl')).toMatchObject({
        code: 3,
        out: expect.stringContaining('a log of 60 records already'),
      });
      expect(json(await cosign('fork.jsonl', '--json'))).toMatchObject({
        ok: false,
        why: 'refused',
        status: 422,
        detail: 'fork',
      });
      expect((await cosign('changed.jsonl')).out).toContain('First at record 33');
      const untrue = formatVerifierKey({ ...verifierKey('witness.example', pair.publicKey, 4) });
      expect(
        json(await audit('cosign', 'a.jsonl', '--key', vkey, '--witness', url, '--witness-key', untrue, '--json')),
      ).toMatchObject({
        why: 'untrue',
      });
    });
    const asked = ['a.jsonl', '--key', vkey, '--witness-key', witnessKey, '--time-tolerance', '999d'];
    expect((await verify(...asked)).out).toContain('witness_missing');
    expect((await verify(...asked, '--cosigned', 'last.note')).out).toContain('witnessed by witness.example');
    expect((await verify(...asked, '--cosigned', 'junk.json')).code).toBe(2);
    const away = await audit(
      'cosign',
      'a.jsonl',
      '--key',
      vkey,
      '--witness',
      'http://127.0.0.1:1',
      '--witness-key',
      witnessKey,
    );
    expect(away).toMatchObject({ code: 1, err: expect.stringContaining('http://127.0.0.1:1 does not answer') });
    expect(
      (await audit('cosign', 'a.jsonl', '--key', vkey, '--witness', 'there', '--witness-key', witnessKey)).code,
    ).toBe(2);
    expect((await audit('cosign', 'a.jsonl', '--witness', 'http://there', '--witness-key', witnessKey)).code).toBe(2);
  });

  test.each([
    [[], 'Name a log'],
    [['--log', 'log.pub'], 'goes with --installation'],
    [['--installation', 'log.pub'], 'such as inst=audit.pub'],
    [['--log', vkey, '--listen', 'here'], '--listen takes'],
    [['--log', vkey, '--name', 'a b'], '--name:'],
    [['--log', vkey, '--key', 'junk.json'], 'no Ed25519 private key'],
  ])('%j is explained', async (argv, text) => {
    const options = ['--name', 'w', '--key', 'w2.key', '--state', 'w2', ...argv];
    const wrong = await audit('witness', ...options);
    expect([wrong.code, wrong.out]).toEqual([2, '']);
    expect(wrong.err).toContain(text);
  });
});
