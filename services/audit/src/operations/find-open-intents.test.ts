import { describe, expect, it } from 'vitest';
import { createFindOpenIntents } from './find-open-intents.ts';

const week = 7 * 86_400_000;

function setup() {
  const ranges: object[] = [];
  const find = createFindOpenIntents({
    now: () => 10 * week,
    readOpenIntents: async (range) => {
      ranges.push(range);
      return [];
    },
  });
  return { find, ranges };
}

describe('finding open intents', () => {
  it('looks between the age given and a week, or as far back as told', async () => {
    const { find, ranges } = setup();
    expect(await find({ olderThanMs: 30_000 })).toEqual([]);
    await find({ olderThanMs: 1_000, withinMs: 60_000, limit: 5 });
    await find({ olderThanMs: 0, withinMs: 20 * week });
    expect(ranges).toEqual([
      { sinceMs: 9 * week, beforeMs: 10 * week - 30_000, limit: 1_000 },
      { sinceMs: 10 * week - 60_000, beforeMs: 10 * week - 1_000, limit: 5 },
      { sinceMs: 0, beforeMs: 10 * week, limit: 1_000 },
    ]);
  });

  it.each([
    ['older_than_ms', { olderThanMs: -1 }],
    ['older_than_ms', { olderThanMs: Number.NaN }],
    ['within_ms', { olderThanMs: 10, withinMs: 9 }],
    ['limit', { olderThanMs: 0, limit: 0 }],
    ['limit', { olderThanMs: 0, limit: 10_001 }],
  ])('refuses a bad %s by name', async (path, request) => {
    await expect(setup().find(request)).rejects.toMatchObject({
      code: 'invalid_request',
      body: { details: { issues: [{ path }] } },
    });
  });
});
