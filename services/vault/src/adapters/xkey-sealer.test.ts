import { createSealingKeys, createSealingSeed } from '@patchbay/messaging';
import { describe, expect, it } from 'vitest';
import { createXkeySealer } from './xkey-sealer.ts';

describe('createXkeySealer', () => {
  it('opens in one replica what was sealed to the key of another with the same seed', () => {
    const seed = createSealingSeed();
    const [first, second] = [createXkeySealer(seed), createXkeySealer(seed)];
    const sender = createSealingKeys();
    expect(second.publicKey).toBe(first.publicKey);
    expect(
      Buffer.from(second.open(sender.seal(Buffer.from('hello'), first.publicKey), sender.publicKey)).toString(),
    ).toBe('hello');
  });

  it('seals to a recipient, and to nobody else', () => {
    const sealer = createXkeySealer(createSealingSeed());
    const [recipient, other] = [createSealingKeys(), createSealingKeys()];
    const sealed = sealer.seal(Buffer.from('hello'), recipient.publicKey);
    expect(Buffer.from(recipient.open(sealed, sealer.publicKey)).toString()).toBe('hello');
    expect(() => other.open(sealed, sealer.publicKey)).toThrow();
  });

  it('tells a recipient from what only looks like one', () => {
    const sealer = createXkeySealer(createSealingSeed());
    const { publicKey } = createSealingKeys();
    const changed = publicKey.slice(0, -1) + (publicKey.endsWith('A') ? 'B' : 'A');
    expect([publicKey, publicKey, changed, `X${'A'.repeat(55)}`, ''].map((key) => sealer.isRecipient(key))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it('still knows a recipient after more others than it remembers', () => {
    const sealer = createXkeySealer(createSealingSeed(), 2);
    const { publicKey } = createSealingKeys();
    for (let i = 0; i < 5; i++) expect(sealer.isRecipient(createSealingKeys().publicKey)).toBe(true);
    expect(sealer.isRecipient(publicKey)).toBe(true);
  });
});
