import { newId } from '@patchbay/contracts';
import { describe, expect, test } from 'vitest';
import { formatApiKey, hashSecret, newSecret, parseApiKey, secretMatches } from './api-key.ts';

const pepper = Buffer.alloc(32, 7);
const key = () => ({ id: newId('apiKey'), secret: newSecret() });

describe('a key', () => {
  test('is read as it was written', () => {
    const one = key();
    expect(formatApiKey(one)).toMatch(/^pbk_[0-9A-Z]{26}_[A-Za-z0-9_-]{43}$/);
    expect(parseApiKey(formatApiKey(one))).toEqual(one);
  });

  test('has a secret of its own', () => {
    expect(new Set(Array.from({ length: 100 }, newSecret)).size).toBe(100);
  });

  test.each([
    '',
    'pbk_',
    'key_01JD0000000000000000000000',
    `pbk_01JD0000000000000000000000_${'a'.repeat(42)}`,
    `pbk_01JD0000000000000000000000_${'a'.repeat(44)}`,
    `pbk_01JD000000000000000000000I_${'a'.repeat(43)}`,
    ` pbk_01JD0000000000000000000000_${'a'.repeat(43)}`,
    `pbk_01JD0000000000000000000000_${'a'.repeat(43)}\n`,
  ])('is not %j', (text) => expect(parseApiKey(text)).toBeNull());
});

describe('a secret', () => {
  test('matches its own hash under the same pepper only', () => {
    const [mine, other] = [newSecret(), newSecret()];
    const hash = hashSecret(pepper, mine);
    expect(hash).toHaveLength(43);
    expect(secretMatches(pepper, mine, hash)).toBe(true);
    expect(secretMatches(pepper, other, hash)).toBe(false);
    expect(secretMatches(Buffer.alloc(32, 8), mine, hash)).toBe(false);
  });

  test.each([null, '', 'short', Buffer.alloc(32).toString('base64url'), 'x'.repeat(100)])(
    'never matches %j in the place of a hash',
    (hash) => expect(secretMatches(pepper, newSecret(), hash)).toBe(false),
  );
});
