import { createHmac, randomBytes } from 'node:crypto';
import { SubjectToken } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { canonicalSubject, erasedMarkOf, isContact, subjectToken, subjectTokens } from './personal-identifiers.ts';

describe('an identifier', () => {
  it.each([
    ['+1 (555) 123-4567', 'phone:+15551234567'],
    ['001 555 1234567', 'phone:+15551234567'],
    ['phone:+15551234567', 'phone:+15551234567'],
    ['phone: +1.555.123.4567', 'phone:+15551234567'],
    [' Ada@Example.COM ', 'email:ada@example.com'],
    ['email:ada@example.com', 'email:ada@example.com'],
    ['u-17', 'id:u-17'],
    ['id:u-17', 'id:u-17'],
    ['id:ada@example.com', 'id:ada@example.com'],
    ['id:a\nb', 'id:a\nb'],
    ['5551234567', 'id:5551234567'],
    ['+1 555 123 4567 ext. 9', 'id:+1 555 123 4567 ext. 9'],
    ['+123', 'id:+123'],
    ['Ame\u0301lie', 'id:Am\u00e9lie'],
  ])('%j counts as %j', (text, canonical) => {
    expect(canonicalSubject(text)).toBe(canonical);
    // What is counted counts as itself.
    expect(canonicalSubject(canonical)).toBe(canonical);
  });

  it.each(['phone:555', 'email:ada', 'id:', '   ', 'x'.repeat(300)])('%j is refused', (text) => {
    expect(() => canonicalSubject(text)).toThrowError(expect.objectContaining({ code: 'invalid_request' }));
  });

  it('is told to be a way to reach somebody, or not', () => {
    expect(['+15551234567', 'phone:+15551234567', 'ada@example.com', 'email:a@b.co'].map(isContact)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['call-7', 'id:ada@example.com', 'auth0|17', '', '2026-11-30'].map(isContact)).not.toContain(true);
  });
});

describe("a person's token", () => {
  const key = randomBytes(32);

  it('is HMAC-SHA256 of the counted form under the key, and another after each erasure', () => {
    const canonical = 'phone:+15551234567';
    const first = subjectToken(key, canonical, 0);
    expect(first).toBe(`tok_${createHmac('sha256', key).update(canonical).digest('base64url')}`);
    expect(SubjectToken.safeParse(first).success).toBe(true);
    expect(subjectToken(randomBytes(32), canonical, 0)).not.toBe(first);

    const erased = new Set<string>();
    expect(subjectTokens(key, canonical, (mark) => erased.has(mark))).toEqual({ token: first, erased: [] });
    erased.add(erasedMarkOf(first));
    const second = subjectTokens(key, canonical, (mark) => erased.has(mark));
    expect(second.token).not.toBe(first);
    expect(second.erased).toEqual([first]);
    erased.add(erasedMarkOf(second.token));
    const third = subjectTokens(key, canonical, (mark) => erased.has(mark));
    expect(third.erased).toEqual([first, second.token]);
    expect(new Set([first, second.token, third.token]).size).toBe(3);
  });
});
