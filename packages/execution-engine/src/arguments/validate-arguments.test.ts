import type { Parameter } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { issuesIn, toolOf } from '../tools.test-support.ts';
import { createArgumentValidator } from './validate-arguments.ts';

function problems(parameters: Record<string, Parameter>, args: Record<string, unknown>): string[] {
  return toolOf({ parameters })
    .validateArguments(args)
    .map(({ path, message }) => `${path}: ${message}`);
}

describe('the input schema', () => {
  it('shows a model the visible parameters alone, as plain JSON Schema closed to other names', () => {
    const tool = toolOf({
      parameters: {
        channel: { type: 'string', required: true, 'x-in': 'query', 'x-privacy': 'safe', description: 'Where.' },
        hidden: { 'x-const': 1 },
        templated: { 'x-template': '{channel}' },
        taken: { 'x-from': 'clock.now' },
        nested: {
          type: 'object',
          properties: { 'x-kept': { type: 'string', 'x-name': 'gone' }, default: { type: 'string' } },
          default: { 'x-kept': 'data' },
        },
        ref: { $ref: '#/$defs/id', $defs: { id: { type: 'string' } } },
        list: {
          type: 'array',
          items: { anyOf: [{ type: 'string', 'x-a': 1 }, { type: 'number' }] },
          $schema: 'https://json-schema.org/draft/2020-12/schema',
        },
      },
    });
    expect(tool.inputSchema).toEqual({
      type: 'object',
      properties: {
        channel: { type: 'string', description: 'Where.' },
        nested: {
          type: 'object',
          properties: { 'x-kept': { type: 'string' }, default: { type: 'string' } },
          default: { 'x-kept': 'data' },
        },
        ref: { $ref: '#/properties/ref/$defs/id', $defs: { id: { type: 'string' } } },
        list: { type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'number' }] } },
      },
      required: ['channel'],
      additionalProperties: false,
    });
    expect(tool.validateArguments({ channel: 'c', ref: 'r' })).toEqual([]);
    expect(tool.validateArguments({ channel: 'c', ref: 1 })).toEqual([
      { path: 'arguments.ref', message: 'must be a string' },
    ]);
  });

  it.each<[Record<string, Parameter>, string]>([
    [
      { a: { type: 'sting' } },
      'tools.do_it.parameters.a.type: is not valid JSON Schema: must be equal to one of the allowed values',
    ],
    [{ a: { $id: 'x' } }, 'tools.do_it.parameters.a.$id: is not supported'],
    [
      { a: { $ref: 'https://x.y/z' } },
      'tools.do_it.parameters.a.$ref: must point into the same schema, beginning with #',
    ],
    [{ a: { pattern: '(a' } }, 'tools.do_it.parameters.a.pattern: is not a regular expression'],
    [
      { a: { items: { pattern: '(a)\\1' } } },
      'tools.do_it.parameters.a.items.pattern: uses a back-reference, which is not supported',
    ],
    [
      { a: { patternProperties: { '(?=a)': {} } } },
      'tools.do_it.parameters.a.patternProperties: uses look-around or inline flags, which are not supported',
    ],
    [{ toString: { type: 'string' } }, 'tools.do_it.parameters.toString: has a name that every object has'],
  ])('%j is refused', (parameters, issue) => {
    expect(issuesIn({ parameters })).toContain(issue);
  });

  it('is refused when nested too deeply', () => {
    let schema: Parameter = {};
    for (let i = 0; i < 40; i++) schema = { items: schema };
    expect(issuesIn({ parameters: { a: schema } }).join()).toContain('is nested too deeply');
  });
});

describe('validateArguments', () => {
  it('names every problem at once, in words', () => {
    const parameters: Record<string, Parameter> = {
      channel: { type: 'string', required: true },
      text: { type: 'string' },
      count: { type: 'integer' },
      many: { type: ['array', 'null'] },
    };
    expect(problems(parameters, { text: 5, count: 'x', many: 1, chanel: 'C1' })).toEqual([
      'arguments.channel: is required',
      'arguments.chanel: is not an argument of this tool',
      'arguments.text: must be a string',
      'arguments.count: must be an integer',
      'arguments.many: must be an array or null',
    ]);
  });

  it.each<[Parameter, unknown, string]>([
    [{ enum: ['a', 1] }, 'b', 'must be one of "a", 1'],
    [{ const: 'x' }, 'y', 'must be "x"'],
    [{ type: 'string', format: 'email' }, 'nope', 'must be an e-mail address'],
    [{ type: 'string', format: 'date-time' }, '2026-13-40', 'must be a date and time such as 2026-01-31T09:30:00Z'],
    [{ type: 'string', format: 'date' }, '2026-02-30', 'must be a date such as 2026-01-31'],
    [{ type: 'string', format: 'json-pointer' }, 'x', 'must be in the format json-pointer'],
    [{ type: 'string', pattern: '^C[A-Z0-9]+$' }, 'c1', 'must match the pattern ^C[A-Z0-9]+$'],
    [{ type: 'string', minLength: 1 }, '', 'must not be empty'],
    [{ type: 'string', minLength: 2 }, 'a', 'must have at least 2 characters'],
    [{ type: 'string', maxLength: 1 }, 'ab', 'must have at most 1 character'],
    [{ type: 'array', minItems: 1 }, [], 'must have at least 1 item'],
    [{ type: 'array', maxItems: 2 }, [1, 2, 3], 'must have at most 2 items'],
    [{ type: 'array', uniqueItems: true }, [1, 1], 'must not hold the same item twice'],
    [
      { type: 'array', uniqueItems: true },
      [
        { a: 1, b: [2] },
        { b: [2], a: 1 },
      ],
      'must not hold the same item twice',
    ],
    [{ type: 'number', minimum: 1 }, 0, 'must be 1 or more'],
    [{ type: 'number', maximum: 1 }, 2, 'must be 1 or less'],
    [{ type: 'number', exclusiveMinimum: 1 }, 1, 'must be more than 1'],
    [{ type: 'number', exclusiveMaximum: 1 }, 1, 'must be less than 1'],
    [{ type: 'number', multipleOf: 5 }, 7, 'must be a multiple of 5'],
    [{ type: 'object', maxProperties: 0 }, { a: 1 }, 'must NOT have more than 0 properties'],
    [
      { oneOf: [{ type: 'string' }, { type: 'object', properties: { a: { type: 'number' } } }] },
      5,
      'must have one of the allowed forms',
    ],
  ])('%j and %j: %s', (parameter, value, message) => {
    expect(problems({ p: parameter }, { p: value })).toEqual([`arguments.p: ${message}`]);
  });

  it('names places inside objects and lists', () => {
    const parameters: Record<string, Parameter> = {
      people: {
        type: 'array',
        items: {
          type: 'object',
          properties: { 'e/mail': { type: 'string' }, name: { type: 'string' } },
          additionalProperties: false,
          allOf: [{ required: ['name'] }],
        },
      },
    };
    expect(problems(parameters, { people: [{ name: 'a' }, { 'e/mail': 1, extra: true }] })).toEqual([
      'arguments.people[1].name: is required',
      'arguments.people[1].extra: is not a known field',
      'arguments.people[1].e/mail: must be a string',
    ]);
  });

  it('takes null for left out where the type does not allow it', () => {
    const parameters: Record<string, Parameter> = {
      a: { type: 'string', required: true },
      b: { type: 'string' },
      c: { type: ['string', 'null'] },
    };
    expect(problems(parameters, { a: 'x', b: null, c: null })).toEqual([]);
    expect(problems(parameters, { a: null })).toEqual(['arguments.a: is required']);
    expect(problems(parameters, { a: 'x', other: null })).toEqual(['arguments.other: is not an argument of this tool']);
  });

  it('refuses an argument with the name of a hidden parameter, and one called __proto__', () => {
    expect(problems({ fixed: { 'x-const': 1 } }, { fixed: 2 })).toEqual([
      'arguments.fixed: is not an argument of this tool',
    ]);
    expect(problems({}, JSON.parse('{"__proto__": {}}'))).toEqual([
      'arguments.__proto__: is not an argument of this tool',
    ]);
  });

  it('tells long lists of different objects apart without comparing each pair', () => {
    const items = Array.from({ length: 50_000 }, (_, id) => ({ id }));
    expect(
      problems(
        { p: { type: 'array', uniqueItems: true }, q: { type: 'array', uniqueItems: false } },
        { p: items, q: [1, 1] },
      ),
    ).toEqual([]);
  });

  it('never repeats a value, which may be personal', () => {
    expect(
      problems({ p: { type: 'string', pattern: '^x$', maxLength: 3, format: 'email' } }, { p: 'ada@secret' }).join(),
    ).not.toContain('ada');
  });

  it('stops after twenty problems', () => {
    const args = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`a${i}`, 1]));
    expect(problems({}, args)).toHaveLength(20);
  });

  it('answers with an issue, and does not throw, when the schema cannot be compiled', () => {
    const validate = createArgumentValidator({ $ref: '#/nowhere' }, {});
    expect(validate({})).toEqual([
      { path: 'arguments', message: "cannot be checked: the tool's schema does not compile" },
    ]);
  });

  it('does not let a format run over a text of any length', () => {
    expect(problems({ p: { type: 'string', format: 'uri' } }, { p: `https://a.b/${'x'.repeat(20_000)}` })).toEqual([
      'arguments.p: must be an absolute URL',
    ]);
    expect(problems({ p: { type: 'integer', format: 'int32' } }, { p: 2 ** 40 })).toEqual([
      'arguments.p: must be in the format int32',
    ]);
  });
});
