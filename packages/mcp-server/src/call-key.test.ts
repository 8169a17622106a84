import { expect, test } from 'vitest';
import { callKey } from './call-key.ts';

test('what the client names goes before all', () => {
  expect(callKey('order-7', 'session', 1)).toBe('order-7');
});

test('in a session an id is one key, whatever its kind and length', () => {
  expect(callKey(undefined, 's', 1)).toBe(callKey(undefined, 's', 1));
  const keys = [1, '1', 2, 'x'.repeat(5_000), 'x'.repeat(5_001)].map((id) => callKey(undefined, 's', id));
  expect(new Set([...keys, callKey(undefined, 't', 1)]).size).toBe(6);
  for (const key of keys) expect(key.length).toBeLessThan(190);
});

test('without a session an id proves nothing', () => {
  expect(callKey(undefined, null, 1)).not.toBe(callKey(undefined, null, 1));
});
