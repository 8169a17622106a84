import { createCurve, fromCurveSeed } from '@nats-io/nkeys';
import { describe, expect, test } from 'vitest';
import { createSealingKeys, createSealingSeed, createUserSeed } from './index.ts';

describe('sealing keys', () => {
  const text = new TextEncoder().encode('a secret');
  const [sender, recipient, stranger] = [createSealingKeys(), createSealingKeys(), createSealingKeys()];

  test('seal to one recipient, who learns the text', () => {
    const sealed = sender.seal(text, recipient.publicKey);
    expect(Buffer.from(sealed).includes(Buffer.from(text))).toBe(false);
    expect(Buffer.from(recipient.open(sealed, sender.publicKey))).toEqual(Buffer.from(text));
  });

  test('are the same from the same seed', () => {
    const seed = createSealingSeed();
    expect(seed).toMatch(/^SX[A-Z2-7]{56}$/);
    const sealed = sender.seal(text, createSealingKeys(seed).publicKey);
    expect(Buffer.from(createSealingKeys(`${seed}\n`).open(sealed, sender.publicKey))).toEqual(Buffer.from(text));
  });

  test.each([
    ['another recipient', () => stranger.open(sender.seal(text, recipient.publicKey), sender.publicKey)],
    ['another sender', () => recipient.open(stranger.seal(text, recipient.publicKey), sender.publicKey)],
    [
      'a changed text',
      () => {
        const sealed = sender.seal(text, recipient.publicKey);
        sealed[sealed.length - 1] = (sealed.at(-1) as number) ^ 1;
        return recipient.open(sealed, sender.publicKey);
      },
    ],
    ['something else', () => recipient.open(new Uint8Array(100), sender.publicKey)],
    ['too little', () => recipient.open(new Uint8Array([120, 107, 118, 49]), sender.publicKey)],
  ])('do not open for %s', (_who, open) => expect(open).toThrow('could not be opened'));

  test('are those of NATS: its own client opens what was sealed, and the other way round', () => {
    const seed = createSealingSeed();
    const [ours, theirs] = [createSealingKeys(seed), createCurve()];
    expect(ours.publicKey).toBe(fromCurveSeed(new TextEncoder().encode(seed)).getPublicKey());
    const toThem = ours.seal(text, theirs.getPublicKey());
    expect(Buffer.from(theirs.open(toThem, ours.publicKey) as Uint8Array)).toEqual(Buffer.from(text));
    expect(Buffer.from(ours.open(theirs.seal(text, ours.publicKey), theirs.getPublicKey()))).toEqual(Buffer.from(text));
  });

  test.each([
    '',
    'X',
    createUserSeed().publicKey,
    `${sender.publicKey.slice(0, -1)}${sender.publicKey.endsWith('A') ? 'B' : 'A'}`,
  ])('are not made with the partner %j', (partner) => {
    expect(() => sender.seal(text, partner)).toThrow();
    expect(() => sender.open(recipient.seal(text, sender.publicKey), partner)).toThrow();
  });
});
