import { buckets, streams } from '@patchbay/contracts';
import { expect, test } from 'vitest';
import { auditStream, keyStream, leftOut, storeStreams, vaultStreams } from './stream-order.ts';

test('every stream and bucket has its place, once', () => {
  const all = [
    ...Object.values(streams).map(({ name }) => name),
    ...Object.values(buckets).map(({ name }) => `KV_${name}`),
  ];
  const placed = [...storeStreams, ...vaultStreams, keyStream, auditStream, ...leftOut];
  expect([...placed].sort()).toEqual(all.sort());
});

test.each([
  ['WEBHOOKS', 'DELIVERIES'],
  ['SUBMISSIONS', 'KV_executions'],
  ['SUBMISSIONS', 'KV_results'],
  ['KV_fences', 'KV_integrations'],
  ['KV_connections', 'KV_credentials'],
])('%s is copied before %s', (first, second) => {
  const order = [...storeStreams, ...vaultStreams];
  expect(order.indexOf(first)).toBeGreaterThanOrEqual(0);
  expect(order.indexOf(first)).toBeLessThan(order.indexOf(second));
});
