import { validatorOf } from '@patchbay/catalog';
import { describe, expect, it } from 'vitest';
import { describe31 } from '../draft-of.test-support.ts';
import { referencesOf } from '../spec/references.ts';
import type { Schema } from '../spec/types.ts';
import { effectiveSchema } from './effective-schema.ts';
import { sampleValue } from './sample-value.ts';
import { stringForPattern } from './string-for-pattern.ts';

const references = referencesOf(
  describe31(
    { '/a': {} },
    {
      components: {
        schemas: {
          Loop: { type: 'object', required: ['next'], properties: { next: { $ref: '#/components/schemas/Loop' } } },
        },
      },
    },
  ),
);
const sample = (schema: object, example?: unknown) =>
  sampleValue(effectiveSchema(schema as Schema, references), { references, of: 'request' }, {}, example);

describe('a sample', () => {
  it.each<object>([
    { type: 'integer', minimum: 7, maximum: 9 },
    { type: 'integer', multipleOf: 15, minimum: 20 },
    { type: 'number', exclusiveMinimum: 0, maximum: 0.5 },
    { type: 'integer', exclusiveMaximum: -3 },
    { type: 'string', format: 'date-time' },
    { type: 'string', format: 'uuid' },
    { type: 'string', minLength: 40, maxLength: 41 },
    { type: 'string', maxLength: 3 },
    { type: 'string', pattern: '^AC[0-9a-fA-F]{32}$' },
    { type: ['string', 'null'], enum: [null, 'b'] },
    { oneOf: [{ const: 'x' }, { const: 'y' }] },
    { anyOf: [{ type: 'object', properties: {} }, { type: 'string' }] },
    {
      allOf: [
        { type: 'object', required: ['a'], properties: { a: { type: 'boolean' } } },
        { required: ['b'], properties: { b: { type: 'integer', minimum: 3 } } },
      ],
    },
    { type: 'array', minItems: 2, items: { type: 'string', format: 'email' } },
    { type: 'object', minProperties: 1, properties: { a: { type: 'string' }, b: { type: 'string' } } },
    { type: 'object', required: ['x'], additionalProperties: { type: 'integer' } },
  ])('of %j is valid, and the same each time', (schema) => {
    const value = sample(schema);
    const validate = validatorOf(schema);
    expect(validate(value), JSON.stringify({ value, errors: validate.errors })).toBe(true);
    expect(sample(schema)).toEqual(value);
  });

  it('takes the vendor’s example where it fits, and no other', () => {
    expect(sample({ type: 'integer', maximum: 20 }, '12')).toBe(12);
    expect(sample({ type: 'integer', maximum: 20 }, 40)).toBe(1);
    expect(sample({ type: 'string', format: 'date', examples: ['2024-05-06'] })).toBe('2024-05-06');
    expect(sample({ type: 'string', format: 'date', examples: ['yesterday'] })).toBe('2026-03-02');
    expect(sample({ enum: ['a', 'b'] }, 'b')).toBe('b');
    expect(sample({ type: 'object' }, { any: { thing: 1 } })).toEqual({ any: { thing: 1 } });
  });

  it('is not made where none can be', () => {
    expect(sample({ $ref: '#/components/schemas/Loop' })).toBeUndefined();
    expect(sample({ type: 'string', pattern: '^(?=a)b$' })).toBeUndefined();
    expect(sample({ type: 'integer', minimum: 5, maximum: 4 })).toBeUndefined();
    expect(sample({ $ref: 'other.json#/x' })).toBe('example');
  });
});

describe('a text for a pattern', () => {
  it.each([
    '^AC[0-9a-fA-F]{32}$',
    '^(?:a|b)+$',
    '^\\+?[1-9]\\d{1,14}$',
    '^[^@\\s]+@[a-z]+\\.[a-z]{2,}$',
    '^\\d{4}-\\d{2}$',
    '^[\\w.-]{3,}$',
    '^\\p{Lu}\\p{Ll}+$',
    '^\\u0041x41$',
    'a.c',
  ])('%s', (pattern) => {
    const text = stringForPattern(pattern);
    expect(text).toMatch(new RegExp(pattern, pattern.includes('\\p') ? 'u' : ''));
  });

  it('is none where the pattern is no expression, or accepts nothing that is tried', () => {
    expect(stringForPattern('(')).toBeUndefined();
    expect(stringForPattern('^(?!.*)$')).toBeUndefined();
  });
});
