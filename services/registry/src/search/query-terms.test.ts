import { expect, test } from 'vitest';
import { maxQueryTerms, queryTermsOf } from './query-terms.ts';
import { translations } from './synonyms.ts';

const termsOf = (query: string) => queryTermsOf(query).map(({ term }) => term);
const firstsOf = (query: string) =>
  queryTermsOf(query)
    .filter(({ weight }) => weight === 1)
    .map(({ term }) => term);

test('a query keeps a bounded number of distinct terms', () => {
  expect(firstsOf('post the Post a message to the team')).toEqual(['post', 'messag', 'team']);
  expect(termsOf(Array.from({ length: 200 }, (_, i) => `w${i}`).join(' '))).toHaveLength(maxQueryTerms);
});

test.each([
  ['Termin buchen', ['appointment', 'book']],
  ['einen Termin bei Frau Meier', ['appointment', 'frau', 'meier']],
  ['prendre rendez-vous', ['book']],
  ['annuler mon rendez-vous', ['cancel', 'appointment']],
  ['reservar una cita', ['book', 'appointment']],
  ['prenotare un appuntamento', ['book', 'appointment']],
  ['umówić wizytę', ['book', 'appointment']],
  ['factuur sturen', ['invoic', 'send']],
])("'%s' is looked up in English", (query, expected) => {
  expect(firstsOf(query)).toEqual(expected);
});

test('other English words for the same count less, and their likes do not count', () => {
  const terms = queryTermsOf('refund');
  expect(terms[0]).toEqual({ term: 'refund', weight: 1, loose: true });
  expect(terms.slice(1)).toContainEqual({ term: 'reimburs', weight: 0.4, loose: false });
});

test('the table is written as words are looked up', () => {
  const foreign = translations.flatMap((row) => row.split(' = ')[1]?.split(', ') ?? []);
  for (const entry of foreign) expect(entry).toMatch(/^[a-z]+(?: [a-z]+)*\*?$/);
  // Shorter stems would be found in words of any language.
  for (const entry of foreign.filter((one) => one.endsWith('*'))) expect(entry.length, entry).toBeGreaterThan(3);
});
