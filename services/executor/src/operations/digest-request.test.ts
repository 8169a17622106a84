import { expect, test } from 'vitest';
import { argumentsDigest, requestDigest } from './digest-request.ts';

test('the digest of arguments goes by their values, not by their order', () => {
  expect(argumentsDigest({ a: 1, b: 2 })).toBe(argumentsDigest({ b: 2, a: 1 }));
  expect(argumentsDigest({ a: 1 })).not.toBe(argumentsDigest({ a: '1' }));
  expect(argumentsDigest({})).toMatch(/^[\w-]{43}$/);
});

test('a request is the same for the same tool, connection and arguments only', () => {
  const request = { connection: undefined } as never;
  expect(requestDigest(request, 'x', 'd')).toBe(requestDigest(request, 'x', 'd'));
  expect(requestDigest(request, 'x', 'd')).not.toBe(requestDigest(request, 'y', 'd'));
  expect(requestDigest(request, 'x', 'd')).not.toBe(requestDigest(request, 'x', 'e'));
  expect(requestDigest(request, 'x', 'd')).not.toBe(requestDigest({ connection: 'con_1' } as never, 'x', 'd'));
});
