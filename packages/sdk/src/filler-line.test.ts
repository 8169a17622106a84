import { expect, test } from 'vitest';
import { fillerLine } from './filler-line.ts';

const speech = { waiting: 'One moment, I am looking that up.' };

test('a tool that usually answers within the pause needs no line', () => {
  expect(fillerLine({ speech, latency: { p95_ms: 800 } })).toBeNull();
  expect(fillerLine({ speech, latency: { p95_ms: 1_200 } }, { quietMs: 1_500 })).toBeNull();
});

test('a slow tool, and one nobody knows, has its own line', () => {
  expect(fillerLine({ speech, latency: { p95_ms: 801 } })).toBe(speech.waiting);
  expect(fillerLine({ speech, latency: { p95_ms: null } })).toBe(speech.waiting);
  expect(fillerLine({ speech })).toBe(speech.waiting);
});

test('a tool without a line has none to give', () => {
  expect(fillerLine({ latency: { p95_ms: 5_000 } })).toBeNull();
});
