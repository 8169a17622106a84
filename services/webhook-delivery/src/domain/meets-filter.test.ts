import { WebhookFilter } from '@patchbay/contracts';
import { describe, expect, test } from 'vitest';
import { bytes, webhookEvent } from './event.fixture.ts';
import { viewOf } from './event-view.ts';
import { meetsFilter } from './meets-filter.ts';

const body = {
  status: 'open',
  amount: 12,
  price: '7.5',
  tags: ['vip', 'de'],
  none: null,
  deep: { on: true },
  items: [],
};
const view = viewOf(webhookEvent(), bytes(JSON.stringify(body)));
const meets = (filter: unknown) => meetsFilter(WebhookFilter.parse(filter), view);

describe('a condition holds', () => {
  test.each([
    { body: 'status', equals: 'open' },
    { body: 'amount', equals: 12 },
    { body: 'deep.on', equals: true },
    { body: 'none', equals: null },
    { body: 'none', exists: true },
    { body: 'status', in: ['closed', 'open'] },
    { body: 'status', prefix: 'op', suffix: 'en' },
    { body: 'status', contains: 'pe' },
    { body: 'tags', contains: 'vip' },
    { body: 'amount', prefix: '1' },
    { body: 'amount', gt: 11, lt: 13 },
    { body: 'price', gt: 7 },
    { body: 'missing', exists: false },
    { header: 'X-KIND', equals: 'b' },
    { header: 'content-type', prefix: 'application/' },
    { header: 'x-none', exists: false },
  ])('%j', (filter) => expect(meets(filter)).toBe(true));
});

describe('a condition does not hold', () => {
  test.each([
    { body: 'status', equals: 'Open' },
    { body: 'amount', equals: '12' },
    { body: 'missing', equals: null },
    { body: 'missing', exists: true },
    { body: 'status', exists: false },
    { body: 'status', in: ['closed'] },
    { body: 'status', prefix: 'op', suffix: 'xx' },
    { body: 'tags', contains: 'vi' },
    { body: 'deep', contains: 'on' },
    { body: 'amount', gt: 12 },
    { body: 'amount', lt: 12 },
    { body: 'status', gt: 0 },
    { body: 'status', lt: 0 },
    { body: 'items', gt: -1 },
    { body: 'none', lt: 1 },
    { header: 'x-kind', equals: 'c' },
    { header: 'x-kind', exists: false },
    { header: 'x-none', equals: 'x' },
    { body: 'missing', exists: false, equals: 'x' },
  ])('%j', (filter) => expect(meets(filter)).toBe(false));
});

test('conditions are joined', () => {
  const yes = { body: 'status', equals: 'open' };
  const no = { body: 'status', equals: 'closed' };
  expect(meets({ all: [yes, { not: no }] })).toBe(true);
  expect(meets({ all: [yes, no] })).toBe(false);
  expect(meets({ any: [no, yes] })).toBe(true);
  expect(meets({ any: [no, no] })).toBe(false);
  expect(meets({ not: { any: [no, { all: [yes, no] }] } })).toBe(true);
});

test('a value of a repeated header must meet all of a condition by itself', () => {
  expect(meets({ header: 'x-kind', prefix: 'a', suffix: 'b' })).toBe(false);
});
