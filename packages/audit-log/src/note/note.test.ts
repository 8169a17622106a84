import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyRoot, leafHash } from '../merkle/hashes.ts';
import {
  type Checkpoint,
  formatCheckpoint,
  logOrigin,
  openCheckpoint,
  parseCheckpoint,
  signCheckpoint,
} from './checkpoint.ts';
import { cosignText, localSigningKey, newSigningKeyPem, readSigningKey, signText } from './note-signer.ts';
import { formatNote, parseNote, verifyNote } from './signed-note.ts';
import { formatVerifierKey, parseVerifierKey, type VerifierKey, verifierKey } from './verifier-key.ts';

/** Of the specification. */
const vkey = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
const example = `This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
`;
const foo = parseVerifierKey(vkey) as VerifierKey;

describe('a signed note', () => {
  test('of the specification is verified by its key', () => {
    const note = parseNote(example);
    expect(note?.text).toBe('This is an example message.\n');
    expect(verifyNote(note as never, [foo])).toEqual({ ok: true, signatures: [{ key: foo, time: null }] });
    expect(formatVerifierKey(foo)).toBe(vkey);
    expect(formatNote(note as never)).toBe(example);
  });

  test('that was changed is not believed, and one that nobody known signed neither', () => {
    const changed = parseNote(example.replace('an example', 'no example'));
    expect(verifyNote(changed as never, [foo])).toEqual({ ok: false, reason: 'signature_wrong', name: foo.name });
    const other = verifierKey('example.com/foo', generateKeyPairSync('ed25519').publicKey);
    expect(verifyNote(parseNote(example) as never, [other])).toMatchObject({ ok: false, reason: 'unsigned' });
  });

  test('with a right signature and a wrong one of two known keys is not believed', async () => {
    const key = readSigningKey(newSigningKeyPem());
    const note = parseNote(example) as NonNullable<ReturnType<typeof parseNote>>;
    const signature = await signText('something else\n', 'bar', key);
    const both = { text: note.text, signatures: [...note.signatures, signature] };
    expect(verifyNote(both, [foo, verifierKey('bar', key.publicKey)])).toMatchObject({ reason: 'signature_wrong' });
    expect(verifyNote(both, [foo])).toMatchObject({ ok: true });
  });

  test('keeps an empty line in its text', async () => {
    const key = localSigningKey(generateKeyPairSync('ed25519').privateKey);
    const text = 'one\n\ntwo\n';
    const note = formatNote({ text, signatures: [await signText(text, 'bar', key)] });
    expect(parseNote(note)?.text).toBe(text);
  });

  test('carries a witness’s word with its time, which the witness signed too', async () => {
    const key = readSigningKey(newSigningKeyPem());
    const text = parseNote(example)?.text as string;
    const signature = await cosignText(text, 1_679_315_147, 'witness.example/w', key);
    const witness = verifierKey('witness.example/w', key.publicKey, 4);
    const line = formatNote({ text, signatures: [signature] });
    expect(verifyNote(parseNote(line) as never, [witness])).toEqual({
      ok: true,
      signatures: [{ key: witness, time: 1_679_315_147 }],
    });
    signature.bytes[7] = (signature.bytes[7] as number) ^ 1;
    expect(verifyNote({ text, signatures: [signature] }, [witness])).toMatchObject({ reason: 'signature_wrong' });
    // The same key as one that signs texts is another key.
    expect(
      verifyNote({ text, signatures: [signature] }, [verifierKey('witness.example/w', key.publicKey)]),
    ).toMatchObject({ reason: 'unsigned' });
  });

  test.each([
    ['without signatures', 'text\n\n'],
    ['without an empty line', example.replace('\n\n', '\n')],
    ['without its last newline', example.slice(0, -1)],
    ['with a control character', `a\tb${example}`],
    ['with a dash that is none', example.replace('—', '-')],
    ['with Base64 that is spelled otherwise', example.replace('aQM=', 'aQN=')],
    ['with a signature of four bytes', 'text\n\n— foo AAAAAA==\n'],
    ['with half a surrogate', `\ud800${example}`],
    ['with a plus in a name', example.replace('foo Uw2', 'f+o Uw2')],
    ['of too many bytes', `${'x'.repeat(70_000)}\n${example}`],
    ['with too many signatures', `text\n\n${`— foo ${Buffer.alloc(68).toString('base64')}\n`.repeat(65)}`],
    ['of nothing', ''],
  ])('is none %s', (_what, note) => expect(parseNote(note)).toBeNull());

  test('with 64 signatures is read', () => {
    const note = `text\n\n${`— foo ${Buffer.alloc(68).toString('base64')}\n`.repeat(64)}`;
    expect(parseNote(note)?.signatures).toHaveLength(64);
  });

  test('is never something else than what it was read from', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '\n', ' ', '—', '— a ', 'QUJDREU=', '\n\n') }), (text) => {
        const note = parseNote(text);
        if (note !== null) expect(formatNote(note)).toBe(text);
      }),
      { seed: 7, numRuns: 500 },
    );
  });
});

describe('a verifier key', () => {
  test.each([
    ['another id', vkey.replace('530d903a', '530d903b')],
    ['an id in capitals', vkey.replace('530d903a', '530D903A')],
    ['no name', vkey.replace('example.com/foo', '')],
    ['a space in its name', vkey.replace('foo', 'f oo')],
    ['a kind that is not known', `foo+00000000+${Buffer.alloc(33, 2).toString('base64')}`],
    ['a short key', `foo+00000000+${Buffer.alloc(32, 1).toString('base64')}`],
    ['nothing in it', ''],
  ])('is none with %s', (_what, text) => expect(parseVerifierKey(text)).toBeNull());

  test('is not made of a key of another kind, nor under no name', () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    expect(() => verifierKey('', publicKey)).toThrow(RangeError);
    expect(() => verifierKey('foo', Buffer.alloc(31))).toThrow(RangeError);
    expect(() => verifierKey('foo', generateKeyPairSync('x25519').publicKey)).toThrow(RangeError);
  });
});

describe('a checkpoint', () => {
  const first: Checkpoint = {
    origin: logOrigin('inst-1', 'acme'),
    size: 1_000,
    root: leafHash('root'),
    previous: { size: 0, root: emptyRoot() },
  };

  test('is three lines and the checkpoint before it, signed under its origin', async () => {
    const key = readSigningKey(newSigningKeyPem());
    const note = await signCheckpoint(first, key);
    expect(note.split('\n').slice(0, 4)).toEqual([
      'patchbay/inst-1/acme',
      '1000',
      first.root.toString('base64'),
      'previous 0 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
    ]);
    const opened = openCheckpoint(note, [verifierKey(first.origin, key.publicKey)]);
    expect(opened).toMatchObject({ checkpoint: first, verdict: { ok: true } });
    expect(openCheckpoint(note, [verifierKey('patchbay/inst-1/rival', key.publicKey)])?.verdict.ok).toBe(false);
    expect(await signCheckpoint(first, key)).toBe(note);
  });

  test('of another kind of log has no checkpoint before it, and extensions of its own', () => {
    const text = formatCheckpoint({ ...first, previous: null });
    expect(parseCheckpoint(text)).toEqual({ ...first, previous: null });
    expect(parseCheckpoint(`${text}whatever it says\n`)).toEqual({ ...first, previous: null });
  });

  const text = formatCheckpoint(first);
  test.each([
    ['a leading zero', text.replace('\n1000\n', '\n01000\n')],
    ['a size beyond what can be counted', text.replace('\n1000\n', '\n9007199254740992\n')],
    ['a negative size', text.replace('\n1000\n', '\n-1\n')],
    ['a short root', text.replace(first.root.toString('base64'), 'AAAA')],
    ['an empty line', `${text}\n`],
    ['no origin', text.replace(first.origin, '')],
    ['no last newline', text.slice(0, -1)],
    ['two before it', `${text}${text.split('\n')[3]}\n`],
    ['one before it that is larger', text.replace('previous 0', 'previous 1001')],
    ['one before it without a root', text.replace('previous 0 ', 'previous 0')],
    ['two lines', 'origin\n1\n'],
  ])('is none with %s', (_what, changed) => expect(parseCheckpoint(changed)).toBeNull());

  test('is not written of what it cannot say', () => {
    expect(() => formatCheckpoint({ ...first, origin: 'two\nlines' })).toThrow(RangeError);
    expect(() => formatCheckpoint({ ...first, size: -1 })).toThrow(RangeError);
    expect(() => logOrigin('inst/1', 'acme')).toThrow(RangeError);
    expect(openCheckpoint('no note', [])).toBeNull();
  });
});
