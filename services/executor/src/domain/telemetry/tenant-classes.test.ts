import { expect, test } from 'vitest';
import { parseTenantClasses } from './tenant-classes.ts';

test('every tenant is in one class unless something else is said', () => {
  const classOf = parseTenantClasses('');
  expect(classOf('acme')).toBe('default');
  expect(classOf('rival')).toBe('default');
});

test('named tenants have their class, and the others the one of the star', () => {
  const classOf = parseTenantClasses(' acme=gold, globex=gold ,*=standard');
  expect([classOf('acme'), classOf('globex'), classOf('initech')]).toEqual(['gold', 'gold', 'standard']);
});

test('hash classes spread tenants over a fixed number of names, always alike', () => {
  const classOf = parseTenantClasses('acme=gold,*=hash:8');
  const names = new Set(Array.from({ length: 10_000 }, (_, i) => classOf(`tenant-${i}`)));
  expect([...names].sort()).toEqual(Array.from({ length: 8 }, (_, i) => `hash-${i}`));
  expect(classOf('tenant-7')).toBe(parseTenantClasses('*=hash:8')('tenant-7'));
  expect(classOf('acme')).toBe('gold');
});

test.each([
  ['acme', /tenant=class/],
  ['acme=gold=silver', /tenant=class/],
  ['acme=Gold!', /no class/],
  ['acme=hash:8', /no class/],
  ['*=hash:40', /32 classes/],
  [Array.from({ length: 40 }, (_, i) => `t${i}=c${i}`).join(','), /32 classes/],
])('%s is refused with a reason', (text, reason) => {
  expect(() => parseTenantClasses(text)).toThrow(reason);
});
