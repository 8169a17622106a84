import { describe, expect, test } from 'vitest';
import { UsageError } from '../failures.ts';
import { parseToolArguments } from './tool-arguments.ts';

const schema = {
  properties: {
    text: { type: 'string' },
    count: { type: 'integer' },
    price: { type: ['number', 'null'] },
    urgent: { type: 'boolean' },
    tags: { type: 'array', items: { type: 'string' } },
    numbers: { type: 'array', items: { type: 'number' } },
    place: { type: 'object' },
    any: {},
    either: { type: ['integer', 'string'] },
  },
  additionalProperties: false,
};

describe('arguments of a tool', () => {
  test.each([
    ['text=a=b', { text: 'a=b' }],
    ['text=', { text: '' }],
    ['text=12', { text: '12' }],
    ['count=12', { count: 12 }],
    ['price=-1.5e3', { price: -1500 }],
    ['price=null', { price: null }],
    ['urgent=true', { urgent: true }],
    ['urgent=false', { urgent: false }],
    ['tags=["a","b"]', { tags: ['a', 'b'] }],
    ['tags=a', { tags: ['a'] }],
    ['numbers=1', { numbers: [1] }],
    ['place={"a":{"b":1}}', { place: { a: { b: 1 } } }],
    ['any=[1]', { any: [1] }],
    ['any=word', { any: 'word' }],
    ['either=7', { either: 7 }],
    ['either=seven', { either: 'seven' }],
  ])('%s', (pair, expected) => {
    expect(parseToolArguments([pair], schema)).toEqual(expected);
  });

  test('a key given several times makes an array', () => {
    expect(parseToolArguments(['tags=a', 'tags=[b', 'text=x'], schema)).toEqual({ tags: ['a', '[b'], text: 'x' });
  });

  test.each([
    ['text', "'text' is no argument"],
    ['=x', 'is no argument'],
    ['count=1.x', "'count' takes a whole number, not '1.x'"],
    ['urgent=yes', "'urgent' takes true or false"],
    ['price=dear', "'price' takes a number or null"],
    ['tags=[1', "'tags' takes a JSON array"],
    ['place=[1]', "'place' takes a JSON object"],
    ['place={', "'place' takes a JSON object"],
    ['wrong=1', "no argument 'wrong'. It takes: text, count"],
  ])('%s is refused: %s', (pair, message) => {
    expect(() => parseToolArguments([pair], schema)).toThrow(UsageError);
    expect(() => parseToolArguments([pair], schema)).toThrow(message);
  });

  test('a value of one is not given twice', () => {
    expect(() => parseToolArguments(['text=a', 'text=b'], schema)).toThrow("'text' is given 2 times");
  });

  test('without a schema JSON is taken as JSON and the rest as text', () => {
    expect(parseToolArguments(['a=1', 'b=x', '__proto__=1'], null)).toEqual({ a: 1, b: 'x', ['__proto__']: 1 });
    expect(() => parseToolArguments(['a=1'], { properties: {}, additionalProperties: false })).toThrow(
      'It takes: none.',
    );
    expect(parseToolArguments(['a=1'], { properties: {} })).toEqual({ a: 1 });
  });
});
