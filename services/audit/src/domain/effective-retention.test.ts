import { AuditClass, hipaaFloorDays } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { effectiveRetention, type RetentionChoice } from './effective-retention.ts';

const rule = (tenant: string | null, auditClass: AuditClass | null, days: number | null): RetentionChoice => ({
  tenant,
  class: auditClass,
  days,
});
const execution = (rules: readonly RetentionChoice[], regime: 'hipaa' | null = null) =>
  effectiveRetention('acme', rules, regime).find((one) => one.class === 'execution');

describe('how long an event is kept', () => {
  it('is for ever without a rule, in every class', () => {
    const all = effectiveRetention('acme', [], null);
    expect(all.map((one) => one.class)).toEqual(AuditClass.options);
    expect(new Set(all.map(({ days, by }) => `${days} ${by}`))).toEqual(new Set(['null none']));
  });

  it.each([
    [[rule(null, null, 900)], { days: 900, by: 'default' }],
    [[rule(null, null, 900), rule(null, 'execution', 800)], { days: 800, by: 'class' }],
    [[rule(null, 'execution', 800), rule('acme', null, 700)], { days: 700, by: 'tenant' }],
    [[rule('acme', null, 700), rule('acme', 'execution', 600)], { days: 600, by: 'tenant_class' }],
    [[rule('globex', null, 5), rule(null, 'query', 5)], { days: null, by: 'none' }],
    [[rule(null, null, 900), rule('acme', null, null)], { days: null, by: 'tenant' }],
  ])('is what the nearest rule says: %j', (rules, expected) => expect(execution(rules)).toMatchObject(expected));

  it('is never less than a regime asks for, and may be more', () => {
    expect(execution([rule(null, null, 30)], 'hipaa')).toEqual({
      class: 'execution',
      days: hipaaFloorDays,
      by: 'floor',
    });
    expect(execution([rule('acme', null, 4_000)], 'hipaa')).toMatchObject({ days: 4_000, by: 'tenant' });
    expect(execution([], 'hipaa')).toMatchObject({ days: null, by: 'none' });
  });
});
