import { describe, expect, it } from 'vitest';
import { Deviations } from './deviations.ts';
import { issue } from './issue.ts';

const reason = 'Because the present documentation says otherwise.';
const one = { integration: 'acme', tool: 'find', where: 'query q', reason };
const any = { integration: 'acme', tool: '*', where: 'header token', reason };
const field = { integration: 'acme', tool: 'find', where: 'body new', reason };
const later = { integration: 'acme', tool: 'new', reason };

describe('Deviations', () => {
  it('accepts what it lists, of that tool or of all', () => {
    const deviations = new Deviations({ accepted: [one, any], newer: [field], undescribed: [later] });
    expect(deviations.explain('acme', 'find', issue('query q', 'unknown', ''))).toBe('accepted');
    expect(deviations.explain('acme', 'other', issue('query q', 'unknown', ''))).toBeNull();
    expect(deviations.explain('other', 'find', issue('query q', 'unknown', ''))).toBeNull();
    expect(deviations.explain('acme', 'other', issue('header token', 'missing', ''))).toBe('accepted');
    expect(deviations.explain('acme', 'find', issue('body new', 'unknown', ''))).toBe('newer');
    expect(deviations.isUndescribed('acme', 'new')).toBe(true);
    expect(deviations.isUndescribed('acme', 'find')).toBe(false);
  });

  it('tells those of the integrations looked at that nothing has met', () => {
    const deviations = new Deviations({ accepted: [one, any], newer: [field], undescribed: [later] });
    deviations.explain('acme', 'find', issue('query q', 'unknown', ''));
    expect(deviations.unused(new Set(['acme']))).toEqual([any, field, later]);
    expect(deviations.unused(new Set(['other']))).toEqual([]);
  });
});
