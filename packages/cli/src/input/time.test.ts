import { expect, test } from 'vitest';
import { parseSpan, parseTime } from './time.ts';

const now = Date.parse('2026-03-02T20:00:00Z');

test.each([
  ['15m', '2026-03-02T19:45:00.000Z'],
  ['30s', '2026-03-02T19:59:30.000Z'],
  ['2h', '2026-03-02T18:00:00.000Z'],
  ['3d', '2026-02-27T20:00:00.000Z'],
  ['1w', '2026-02-23T20:00:00.000Z'],
  ['999999w', '1970-01-01T00:00:00.000Z'],
  ['2026-03-02', '2026-03-02T00:00:00.000Z'],
  ['2026-03-02T10:00:00+02:00', '2026-03-02T08:00:00.000Z'],
  ['2026-03-02T10:00Z', '2026-03-02T10:00:00.000Z'],
  ['2026-03-02T10:00:00.5Z', '2026-03-02T10:00:00.500Z'],
])('%s is %s', (text, time) => {
  expect(parseTime('--from', text, now)).toBe(time);
});

// Without an offset a time would mean something else on each machine.
test.each(['', 'yesterday', '15', '-5m', '2026-13-01', '2026-03-02T10:00:00', '5 m'])('%j is no time', (text) => {
  expect(() => parseTime('--from', text, now)).toThrow(`--from takes a time`);
});

test.each([
  ['0', 0],
  ['30s', 30_000],
  ['15m', 900_000],
  ['2h', 7_200_000],
  ['1d', 86_400_000],
])('a span of %s', (text, ms) => {
  expect(parseSpan('--overlap', text)).toBe(ms);
});

test.each(['', '30', '1.5h', '-1s', 'day'])('%j is no span', (text) => {
  expect(() => parseSpan('--overlap', text)).toThrow('--overlap takes a time such as 30s');
});
