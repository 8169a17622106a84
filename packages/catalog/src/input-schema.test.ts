import { IntegrationDocument } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { validatorOf } from './checks/json-schema.ts';
import { inputSchemaOf } from './input-schema.ts';

const document = IntegrationDocument.parse({
  id: 'desk',
  name: 'Desk',
  version: '1.0.0',
  category: 'helpdesk',
  description: 'A desk.',
  base_url: 'https://desk.example',
  auth: { type: 'none' },
  tools: {
    act: {
      title: 'Act',
      description: 'Acts.',
      risk: 'write',
      request: { method: 'POST', path: '/' },
      parameters: {
        visible: { type: 'string', required: true, 'x-name': 'a.b', 'x-privacy': 'pii' },
        optional: { type: 'integer', default: 3, required: false },
        fixed: { 'x-const': 1 },
        made: { 'x-template': '{visible}' },
        taken: { 'x-from': 'clock.now' },
        nested: {
          type: 'object',
          properties: { default: { type: 'string' }, required: { $ref: '#/$defs/name' }, 'x-y': { type: 'string' } },
          $defs: { name: { type: 'string', minLength: 2 } },
        },
        listed: { anyOf: [{ type: 'string' }, { type: 'null' }], enum: ['x', null] },
      },
    },
  },
});

describe('inputSchemaOf', () => {
  it('shows visible parameters as plain JSON Schema', () => {
    expect(inputSchemaOf(document, 'act')).toEqual({
      type: 'object',
      properties: {
        visible: { type: 'string' },
        optional: { type: 'integer', default: 3 },
        nested: {
          type: 'object',
          properties: {
            default: { type: 'string' },
            required: { $ref: '#/properties/nested/$defs/name' },
            'x-y': { type: 'string' },
          },
          $defs: { name: { type: 'string', minLength: 2 } },
        },
        listed: { anyOf: [{ type: 'string' }, { type: 'null' }], enum: ['x', null] },
      },
      required: ['visible'],
      additionalProperties: false,
    });
  });

  it('gives a schema whose references hold', () => {
    const validate = validatorOf(inputSchemaOf(document, 'act'));
    expect(validate({ visible: 'x', nested: { required: 'ab' } })).toBe(true);
    expect(validate({ visible: 'x', nested: { required: 'a' } })).toBe(false);
    expect(validate({ visible: 'x', fixed: 1 })).toBe(false);
  });
});
