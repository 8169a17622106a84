import { expect, it } from 'vitest';
import type { Finding } from './finding.ts';
import { detectWith } from './recogniser.ts';

const recogniser = (...findings: Finding[]) => ({ recognise: async () => findings });
const text = 'Jo Doe, jo@example.com';

it('adds what a recogniser finds, and resolves overlaps with what patterns find', async () => {
  const found = await detectWith(
    recogniser({ entity: 'person', start: 0, end: 6, score: 0.9 }, { entity: 'person', start: 8, end: 10, score: 0.6 }),
    text,
  );
  expect(found.map(({ entity, start, end }) => [entity, text.slice(start, end)])).toEqual([
    ['person', 'Jo Doe'],
    ['email', 'jo@example.com'],
  ]);
});

it('takes from a recogniser neither what is not asked for, nor what it trusts too little, nor what lies outside the text', async () => {
  const wild = recogniser(
    { entity: 'person', start: 0, end: 6, score: 0.9 },
    { entity: 'street_address', start: 0, end: 99, score: 0.9 },
    { entity: 'street_address', start: 3, end: 3, score: 0.9 },
    { entity: 'street_address', start: 0, end: 6, score: 0.2 },
  );
  expect(await detectWith(wild, text, { entities: ['street_address'] })).toEqual([]);
});

it('rejects when the recogniser does', async () => {
  const broken = { recognise: () => Promise.reject(new Error('away')) };
  await expect(detectWith(broken, text)).rejects.toThrow('away');
});
