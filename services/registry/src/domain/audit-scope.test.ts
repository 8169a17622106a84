import { expect, test } from 'vitest';
import { isReservedScope, tenantTokenOf } from './audit-scope.ts';

test('what concerns the platform concerns every tenant; the rest its tenant', () => {
  expect(tenantTokenOf('_platform')).toBe('all');
  expect(tenantTokenOf('acme')).toBe('acme');
});

test('no tenant may be taken for every tenant', () => {
  expect(isReservedScope('all')).toBe(true);
  expect(isReservedScope('acme')).toBe(false);
  expect(isReservedScope('_platform')).toBe(false);
});
