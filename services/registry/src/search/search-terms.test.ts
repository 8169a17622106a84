import { expect, test } from 'vitest';
import { termOf, wordsOf } from './search-terms.ts';

test.each([
  ['slack_post_message', ['slack', 'post', 'message']],
  ['channelId', ['channel', 'Id']],
  ['start.dateTime, end-time', ['start', 'date', 'Time', 'end', 'time']],
  ['Rückruf für Müller', ['Rückruf', 'für', 'Müller']],
  ['会議を予約する', ['会議', 'を', '予約', 'する']],
  ['  ', []],
])("the words of '%s'", (text, words) => {
  expect(wordsOf(text)).toEqual(words);
});

test.each([
  ['Café', 'cafe'],
  ['Fuß', 'fuss'],
  ['Łódź', 'lodz'],
  ['get', 'get'],
  ['the', null],
  ['\u0301', null],
])('%s is indexed as %s', (word, term) => {
  expect(termOf(word)).toBe(term);
});

test.each([
  ['booking', 'bookings', 'booked', 'book'],
  ['company', 'companies'],
  ['box', 'boxes'],
  ['invoice', 'invoices'],
  ['schedule', 'schedules', 'scheduling', 'scheduled'],
  ['cancel', 'cancels', 'cancelled', 'cancelling'],
  ['message', 'messages', 'messaging'],
])('%s and its other forms are one term', (...forms) => {
  expect(new Set(forms.map(termOf)).size).toBe(1);
});

test.each([
  ['status', 'stat'],
  ['address', 'addre'],
  ['business', 'busines'],
])('%s keeps its end', (word, cut) => {
  expect(termOf(word)).not.toBe(cut);
});
