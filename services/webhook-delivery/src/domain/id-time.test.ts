import { newId } from '@patchbay/contracts';
import { expect, test } from 'vitest';
import { timeOfId } from './id-time.ts';

test.each([0, 1, 1_795_953_600_123, 2 ** 48 - 1])('an id made at %d says so', (now) => {
  expect(timeOfId(newId('event', now))).toBe(now);
  expect(timeOfId(newId('subscription', now))).toBe(now);
});
