import { expect, test } from 'vitest';
import { maxQueryTerms, queryOf, termOf, wordsOf } from './search-terms.ts';

test.each([
  ['slack_post_message', ['slack', 'post', 'message']],
  ['channelId', ['channel', 'Id']],
  ['start.dateTime, end-time', ['start', 'date', 'Time', 'end', 'time']],
  ['Rückruf für Müller', ['Rückruf', 'für', 'Müller']],
  ['  ', []],
])("the words of '%s'", (text, words) => {
  expect(wordsOf(text)).toEqual(words);
});

test('a term is lower case and without accents; words that tell nothing are left out', () => {
  expect(termOf('Café')).toBe('cafe');
  expect(termOf('the')).toBeNull();
  expect(termOf('\u0301')).toBeNull();
  expect(termOf('get')).toBe('get');
});

test('a query keeps a bounded number of distinct terms', () => {
  expect(queryOf('post the Post a message to the team')).toBe('post message team');
  expect(queryOf(Array.from({ length: 200 }, (_, i) => `w${i}`).join(' ')).split(' ')).toHaveLength(maxQueryTerms);
});
