import { describe, expect, test } from 'vitest';
import { argumentsOf, controlOf, typedOf } from './arguments-of.ts';

const schema = {
  properties: {
    channel: { type: 'string', maxLength: 80 },
    text: { type: 'string', maxLength: 4_000 },
    urgent: { type: 'boolean' },
    priority: { enum: ['low', 'high'] },
    level: { enum: [1, 2] },
    count: { type: 'integer' },
    amount: { type: ['number', 'null'] },
    guests: { type: 'array', items: { type: 'string' } },
    where: { type: 'object' },
  },
  required: ['channel'],
};

describe('a form of a schema', () => {
  test('has the control that fits each argument', () => {
    expect(Object.fromEntries(Object.entries(schema.properties).map(([name, one]) => [name, controlOf(one)]))).toEqual({
      channel: 'text',
      text: 'long',
      urgent: 'boolean',
      priority: 'choice',
      level: 'choice',
      count: 'integer',
      amount: 'number',
      guests: 'list',
      where: 'json',
    });
    expect(controlOf({})).toBe('json');
    expect(controlOf({ type: ['string', 'integer'] })).toBe('json');
    expect(controlOf({ type: 'array', items: { type: 'object' } })).toBe('json');
  });

  test('says arguments of their types, and leaves out what is empty', () => {
    const typed = {
      channel: '#sales',
      text: '',
      urgent: 'false',
      priority: 'high',
      level: '2',
      count: '3',
      amount: '-1.5',
      guests: 'ada@example.com\n\n bob@example.com ',
      where: '{"city":"Bern"}',
    };
    const { arguments: args, wrong } = argumentsOf(schema, typed);
    expect(wrong).toEqual({});
    expect(args).toEqual({
      channel: '#sales',
      urgent: false,
      priority: 'high',
      level: 2,
      count: 3,
      amount: -1.5,
      guests: ['ada@example.com', 'bob@example.com'],
      where: { city: 'Bern' },
    });
    expect(argumentsOf(schema, typedOf(schema, args)).arguments).toEqual(args);
  });

  test('names what is wrong', () => {
    const { wrong } = argumentsOf(schema, { count: '1.5', amount: 'much', where: '{', level: '7' });
    expect(wrong).toEqual({
      channel: 'It is required.',
      level: 'It must be one of the values.',
      count: 'It must be a whole number.',
      amount: 'It must be a number.',
      where: 'It must be valid JSON.',
    });
  });
});
