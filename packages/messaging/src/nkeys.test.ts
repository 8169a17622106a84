import { describe, expect, test } from 'vitest';
import { createSealingSeed, createUserSeed, publicKeyOf } from './index.ts';

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
