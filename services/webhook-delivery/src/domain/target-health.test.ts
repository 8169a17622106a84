import { expect, test } from 'vitest';
import { defaultPauseRule, healthy, reasonToPause } from './target-health.ts';

const day = 86_400_000;
const now = 100 * day;

test('a target is left alone after too many failures in a row', () => {
  const { failures } = defaultPauseRule;
  expect(reasonToPause(healthy, defaultPauseRule, now)).toBeNull();
  expect(reasonToPause({ failures: failures - 1, failingSince: now }, defaultPauseRule, now)).toBeNull();
  expect(reasonToPause({ failures, failingSince: now }, defaultPauseRule, now)).toContain(`${failures} attempts`);
});

test('a target is left alone after three days of failures, not for one event that it never takes', () => {
  const since = now - 3 * day;
  expect(reasonToPause({ failures: 5, failingSince: since }, defaultPauseRule, now)).toContain(
    new Date(since).toISOString(),
  );
  expect(reasonToPause({ failures: 5, failingSince: since + 1 }, defaultPauseRule, now)).toBeNull();
  expect(reasonToPause({ failures: 4, failingSince: since }, defaultPauseRule, now)).toBeNull();
});
