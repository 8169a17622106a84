import { describe, expect, test } from 'vitest';
import { WebhookFilter } from './webhook-filter.ts';

const accepts = (filter: unknown) => WebhookFilter.safeParse(filter).success;

describe('a webhook filter', () => {
  test.each([
    { body: 'status', equals: 'paid' },
    { header: 'X-Test', exists: false },
    { body: 'amount', gt: 1, lt: 10 },
    { all: [{ body: 'a', in: [1, null, true] }, { any: [{ not: { body: 'b', prefix: 'x' } }] }] },
  ])('may be %j', (filter) => expect(accepts(filter)).toBe(true));

  test.each<[unknown, string]>([
    [{ equals: 'paid' }, 'names nothing to look at'],
    [{ body: 'a', header: 'b', equals: 1 }, 'names two things'],
    [{ body: 'a' }, 'tests nothing'],
    [{ all: [] }, 'is empty'],
    [{ body: 'a', matches: '.*' }, 'has an unknown test'],
    ['body.a', 'is no object'],
  ])('may not be %j: it %s', (filter) => expect(accepts(filter)).toBe(false));

  test('is bounded in depth and number', () => {
    const nest = (levels: number): unknown => (levels === 1 ? { body: 'a', equals: 1 } : { not: nest(levels - 1) });
    expect([accepts(nest(8)), accepts(nest(9))]).toEqual([true, false]);
    const wide = (count: number) => ({
      any: Array.from({ length: count / 25 }, () => ({ all: Array(25).fill({ body: 'a', equals: 1 }) })),
    });
    expect([accepts(wide(100)), accepts(wide(125))]).toEqual([true, false]);
  });
});
