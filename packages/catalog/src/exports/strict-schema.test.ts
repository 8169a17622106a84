import { describe, expect, it } from 'vitest';
import type { ObjectSchema } from '../input-schema.ts';
import { strictSchema } from './strict-schema.ts';

function object(properties: ObjectSchema['properties'], required: string[] = []): ObjectSchema {
  return { type: 'object', properties, required, additionalProperties: false };
}

describe('strictSchema', () => {
  it('keeps the subset and tells the rest in the description', () => {
    const schema = object(
      {
        when: { type: 'string', format: 'date-time', title: 'When' },
        code: { type: 'string', format: 'regex', pattern: '^a$', description: 'The code.' },
        kind: { enum: ['a', 'b'] },
        tags: { type: 'array', items: { type: 'string', maxLength: 3 }, minItems: 1, maxItems: 9 },
        pair: { type: 'array', items: { type: 'string' }, minItems: 2 },
        fixed: { const: 1 },
        examples: { type: 'string', examples: ['x'] },
      },
      ['when'],
    );
    expect(strictSchema(schema, 'omit')).toEqual({
      type: 'object',
      properties: {
        when: { title: 'When', type: 'string', format: 'date-time' },
        code: { description: 'The code. (format: "regex", pattern: "^a$")', type: 'string' },
        kind: { enum: ['a', 'b'] },
        tags: {
          description: '(maxItems: 9)',
          type: 'array',
          items: { description: '(maxLength: 3)', type: 'string' },
          minItems: 1,
        },
        pair: { description: '(minItems: 2)', type: 'array', items: { type: 'string' } },
        fixed: { const: 1 },
        examples: { type: 'string' },
      },
      required: ['when'],
      additionalProperties: false,
    });
  });

  it('makes optional fields nullable and required, at every depth', () => {
    const schema = object({
      kind: { type: 'string', enum: ['a'], description: 'Which.' },
      any: { anyOf: [{ type: 'string' }, { type: 'integer' }], description: 'Either.' },
      inner: {
        type: 'object',
        properties: { x: { type: 'string' }, y: { type: 'string' } },
        required: ['x'],
        additionalProperties: false,
      },
      either: { type: ['string', 'integer'] },
      nothing: { type: 'null' },
      fixed: { const: 1, type: 'integer' },
    });
    expect(strictSchema(schema, 'nullable')).toEqual({
      type: 'object',
      properties: {
        kind: { description: 'Which.', type: ['string', 'null'], enum: ['a', null] },
        any: {
          description: 'Either.',
          anyOf: [{ anyOf: [{ type: 'string' }, { type: 'integer' }] }, { type: 'null' }],
        },
        inner: {
          anyOf: [
            {
              type: 'object',
              properties: { x: { type: 'string' }, y: { type: ['string', 'null'] } },
              required: ['x', 'y'],
              additionalProperties: false,
            },
            { type: 'null' },
          ],
        },
        either: { anyOf: [{ type: ['string', 'integer'] }, { type: 'null' }] },
        nothing: { type: 'null' },
        fixed: { anyOf: [{ type: 'integer', const: 1 }, { type: 'null' }] },
      },
      required: ['kind', 'any', 'inner', 'either', 'nothing', 'fixed'],
      additionalProperties: false,
    });
  });

  it.each([
    ['a free object', { type: 'object' }],
    ['an open object', { type: 'object', properties: {} }],
    ['a reference', { $ref: '#/properties/a' }],
    ['a negation', { type: 'string', not: { const: 'a' } }],
    ['a list of anything', { type: 'array' }],
    ['anything', {}],
  ])('has no equal for %s', (_what, schema) => {
    expect(strictSchema(object({ a: schema }), 'omit')).toBeUndefined();
  });
});
