import { describe, expect, test } from 'vitest';
import { createSealingKeys, createSealingSeed, createUserSeed, publicKeyOf } from './index.ts';

describe('user keys', () => {
  test('are made anew each time, and a seed tells its public key', () => {
    const { seed, publicKey } = createUserSeed();
    expect(seed).toMatch(/^SU[A-Z2-7]{56}$/);
    expect(publicKeyOf(`${seed}\n`)).toBe(publicKey);
    expect(createUserSeed().publicKey).not.toBe(publicKey);
  });

  test.each(['', 'SU', 'not a seed', createSealingSeed().slice(0, -1)])('cannot be read from %j', (text) =>
    expect(() => publicKeyOf(text)).toThrow(),
  );
});

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
  ])('do not open for %s', (_who, open) => expect(open).toThrow('could not be opened'));
});
