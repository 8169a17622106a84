import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareVersions, type IdKind, idPrefixes, idSchema, newId, TenantId, timeOfId, Version } from './ids.ts';

describe('ids', () => {
  test.each(Object.keys(idPrefixes) as IdKind[])('of kind %s follow their schema', (kind) => {
    expect(idSchema(kind).safeParse(newId(kind)).success).toBe(true);
    expect(idSchema(kind).safeParse(`xxx_${newId(kind).slice(4)}`).success).toBe(false);
  });

  test('sort by the time they were made', () => {
    const times = [0, 1, 1_000, 1_700_000_000_000, 1_700_000_000_001, 2 ** 48 - 1];
    const ids = times.map((time) => newId('execution', time));
    expect([...ids].sort()).toEqual(ids);
    expect(ids.map(timeOfId)).toEqual(times);
  });

  test('do not repeat, also past the random pool', () => {
    const ids = new Set(Array.from({ length: 20_000 }, () => newId('event', 1)));
    expect(ids.size).toBe(20_000);
  });
});

describe('tenant ids', () => {
  test.each(['acme', 'a', 'a-b', '0'])('%s is one', (id) => expect(TenantId.safeParse(id).success).toBe(true));
  test.each(['', 'Acme', 'a.b', 'a*', '>', '-a', 'a-', 'a b', 'ä', 'a'.repeat(64), '_platform', 'all'])(
    '%s is none',
    (id) => {
      expect(TenantId.safeParse(id).success).toBe(false);
    },
  );
});

describe('versions', () => {
  test('compare as numbers, not as text', () => {
    expect(['1.10.0', '1.2.0', '1.2.10', '0.9.9'].sort(compareVersions)).toEqual([
      '0.9.9',
      '1.2.0',
      '1.2.10',
      '1.10.0',
    ]);
  });

  test('are equal to themselves alone', () => {
    expect(compareVersions('1.2.3', '1.2.3')).toBe(0);
    expect(compareVersions('1.2.3', '1.2.4')).toBeLessThan(0);
  });

  test('order is total', () => {
    const version = fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99)).map((parts) => parts.join('.'));
    fc.assert(
      fc.property(
        version,
        version,
        (a, b) =>
          Math.sign(compareVersions(a, b)) === -Math.sign(compareVersions(b, a)) &&
          (compareVersions(a, b) !== 0 || a === b),
      ),
    );
  });

  test.each(['1', '1.2', 'v1.2.3', '1.2.3-beta', '01.2.3', '1.2.3.4'])('%s is none', (text) =>
    expect(Version.safeParse(text).success).toBe(false),
  );
});
