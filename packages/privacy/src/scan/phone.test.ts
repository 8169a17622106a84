import { getCountries, getExampleNumber } from 'libphonenumber-js';
import examples from 'libphonenumber-js/mobile/examples' with { type: 'json' };
import { expect, it, test } from 'vitest';
import { detect } from '../detect.ts';

const phones = (text: string) =>
  detect(text).flatMap(({ entity, start, end }) => (entity === 'phone' ? [text.slice(start, end)] : []));

it('finds the example mobile number of every country in E.164, spaced or not', () => {
  const numbers = getCountries().flatMap((country) => getExampleNumber(country, examples) ?? []);
  expect(numbers.length).toBeGreaterThan(230);
  const missed = numbers.filter(
    (number) =>
      phones(`it is ${number.number}.`).length !== 1 || phones(`it is ${number.formatInternational()}.`).length !== 1,
  );
  expect(missed.map(({ number }) => number)).toEqual([]);
});

test.each([
  ['(415) 555-0132'],
  ['(415)555-0132'],
  ['415-555-0132'],
  ['415.555.0132'],
  ['+1 415 555 0132'],
  ['+41 (0)62 585 51 90'],
  ['020 7946 0958'],
  ['345-899-3560x4587'],
  ['415-555-0132 ext. 12'],
])('finds %s without a word about phones', (number) => {
  expect(phones(`see ${number}.`)).toEqual([number]);
});

test.each(['call me at 358 0594', "they're not answering at 71-33-52-22", 'Desk: 5403926876', '655 437 108 office'])(
  'finds what the words around say in "%s"',
  (text) => {
    expect(phones(text)).toHaveLength(1);
  },
);

it('keeps two numbers side by side apart', () => {
  expect(phones('415-555-0132 415-555-0133')).toEqual(['415-555-0132', '415-555-0133']);
});

test.each([
  'call on 2024-01-31 at 10:30:00',
  'call me in 2024',
  'order 4155550132',
  'the phone costs $1234567',
  'ISBN 978 3 16 148410 0',
  'version 415.555.0132',
  'since 31.12.1999',
])('finds no phone number in "%s"', (text) => {
  expect(phones(text)).toEqual([]);
});

it('writes a number in one form however it was written', () => {
  const forms = ['(415) 555-0132', '+1 415 555 0132', 'call 4155550132'].map((text) => detect(text)[0]?.normalized);
  expect(forms).toEqual(['+14155550132', '+14155550132', '+14155550132']);
  expect(detect('call 020 7946 0958')[0]?.normalized).toBe(detect('+44 (0)20 7946 0958')[0]?.normalized);
});

it('ends in time however many numbers there are', () => {
  const text = '020 7946 0958, +44 20 7946 0958, '.repeat(2_000);
  expect(phones(text)).toHaveLength(4_000);
});
