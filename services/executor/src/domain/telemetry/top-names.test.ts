import { otherLabel } from '@patchbay/contracts';
import { expect, test } from 'vitest';
import { TopNames } from './top-names.ts';

test('the first names have labels of their own and later ones share one', () => {
  const names = new TopNames(2);
  expect(['a', 'b', 'c', 'a', 'd'].map((name) => names.labelOf(name))).toEqual(['a', 'b', otherLabel, 'a', otherLabel]);
});

test('a busy name takes the place of an idle one at the next ranking, and a slightly busier one does not', () => {
  const names = new TopNames(2);
  for (let i = 0; i < 10; i++) names.labelOf('steady');
  names.labelOf('idle');
  for (let i = 0; i < 6; i++) names.labelOf('busy');
  expect(names.rank()).toEqual(['idle']);
  expect(names.labelOf('busy')).toBe('busy');
  expect(names.labelOf('idle')).toBe(otherLabel);
  // Steady has 10/2 uses left and nothing new: 9 are not twice as many.
  for (let i = 0; i < 9; i++) names.labelOf('newcomer');
  for (let i = 0; i < 9; i++) names.labelOf('busy');
  expect(names.rank()).toEqual([]);
});

test('of 10,000 names that come once each, it holds no more than it may, and none loses its place', () => {
  const names = new TopNames(50);
  const labels = new Set(Array.from({ length: 10_000 }, (_, i) => names.labelOf(`name_${i}`)));
  expect(labels.size).toBe(51);
  expect(names.rank()).toEqual([]);
});
