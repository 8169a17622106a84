import { describe, expect, test } from 'vitest';
import { bodyTree, decodeJson } from './decode-json.ts';
import { decodePairs, PairNames } from './decode-pairs.ts';
import { type Field, stepsOf } from './fields.ts';
import { fileValue, isFile } from './file-value.ts';
import { parseMultipart } from './multipart.ts';
import { MalformedText, parseCookies, parsePairs } from './query-string.ts';
import { type Schema, schemaOfConstant, typesOf } from './schema-types.ts';
import { valueOfText } from './text-value.ts';

const field = (argument: string, schema: Schema = {}, more: Partial<Field> = {}): Field => ({
  argument,
  place: 'body',
  wire: argument,
  path: stepsOf(more.wire ?? argument),
  schema,
  required: false,
  ...more,
});

describe('text', () => {
  test.each([
    ['5', { type: 'integer' }, 5],
    ['-1.5e3', { type: 'number' }, -1500],
    ['05', { type: 'integer' }, '05'],
    ['', { type: 'number' }, ''],
    ['0x10', { type: 'number' }, '0x10'],
    ['true', { type: 'boolean' }, true],
    ['false', { type: 'boolean' }, false],
    ['True', { type: 'boolean' }, 'True'],
    ['', { type: ['integer', 'null'] }, null],
    ['null', { type: ['integer', 'null'] }, null],
    ['5', { type: ['string', 'integer'] }, '5'],
    ['2', { enum: [1, 2, 'x'] }, 2],
    ['x', { enum: [1, 2, 'x'] }, 'x'],
    ['y', { enum: ['x'] }, 'y'],
    ['7', { anyOf: [{ type: 'integer' }, { type: 'null' }] }, 7],
    ['7', { const: 7 }, 7],
    ['7', {}, '7'],
  ])('%j under %j is %j', (text, schema, value) => {
    expect(valueOfText(text, schema)).toBe(value);
  });

  test.each([
    [{ properties: {} }, ['object']],
    [{ items: {} }, ['array']],
    [{ const: null }, ['null']],
    [{ oneOf: [{ type: 'string' }, 5] }, ['string']],
    [{}, []],
  ])('%j has types %j', (schema, types) => {
    expect([...typesOf(schema as Schema)]).toEqual(types);
  });

  test('a fixed value leads to a schema that reads it back', () => {
    expect(schemaOfConstant({ a: [1], b: [], c: { d: true } })).toEqual({
      type: 'object',
      properties: {
        a: { type: 'array', items: { type: 'number' } },
        b: { type: 'array', items: {} },
        c: { type: 'object', properties: { d: { type: 'boolean' } } },
      },
    });
  });
});

describe('pairs', () => {
  test('names and values are decoded, empty parts skipped, and a name may stand alone', () => {
    expect(parsePairs('a%5B%5D=1+2&&b&c=%C3%A9=')).toEqual([
      ['a[]', '1 2'],
      ['b', ''],
      ['c', 'é='],
    ]);
    expect(parsePairs('')).toEqual([]);
    expect(() => parsePairs('a=%C3')).toThrow(MalformedText);
  });

  test('cookies are split at the first equals sign, and what has none is skipped', () => {
    expect(parseCookies('a=1=2; junk; b=%20')).toEqual([
      ['a', '1=2'],
      ['b', ' '],
    ]);
  });

  const decode = (query: string, fields: Field[]) => {
    const [values, issues]: [Record<string, unknown>, string[]] = [{}, []];
    decodePairs(parsePairs(query), new PairNames(fields), new Set(['skip']), values, (path, message) =>
      issues.push(`${path} ${message}`),
    );
    return issues.length === 0 ? values : issues;
  };

  test.each([
    ['a=x%2Cy', { type: 'array' }, { arrayStyle: 'comma' }, ['x', 'y']],
    ['a=', { type: 'array' }, { arrayStyle: 'comma' }, []],
    ['a=1+2', { type: 'array', items: { type: 'integer' } }, { arrayStyle: 'space' }, [1, 2]],
    ['a=1%7C2', { type: 'array', items: { type: 'integer' } }, { arrayStyle: 'pipe' }, [1, 2]],
    ['a=1&a=2', { type: 'array', items: { type: 'integer' } }, {}, [1, 2]],
    ['a[0]=x&a[1]=y', { type: 'array' }, { arrayStyle: 'brackets' }, ['x', 'y']],
    [
      'a[0][p]=1&a[1][p]=2',
      { type: 'array', items: { type: 'object', properties: { p: { type: 'integer' } } } },
      {},
      [{ p: 1 }, { p: 2 }],
    ],
    [
      'a[b][c]=1&a[d]=x',
      { type: 'object', properties: { b: { type: 'object', properties: { c: { type: 'integer' } } } } },
      {},
      { b: { c: 1 }, d: 'x' },
    ],
    [
      'a[b][]=1&a[b][]=2',
      { type: 'object', properties: { b: { type: 'array', items: { type: 'integer' } } } },
      {},
      { b: [1, 2] },
    ],
    ['a.b.c=1&a.l[]=2', { type: 'object' }, { objectStyle: 'dots' }, { b: { c: '1' }, l: ['2'] }],
    ['a[b]=1', {}, {}, { b: '1' }],
    ['a[]=1', {}, {}, ['1']],
    ['a[__proto__]=1', { type: 'object' }, {}, JSON.parse('{"__proto__":"1"}')],
    ['a[anyOf]=1', { anyOf: [{ properties: { anyOf: { type: 'integer' } } }] }, {}, { anyOf: 1 }],
    ['page[size]=5', { type: 'integer' }, { wire: 'page[size]' }, 5],
    ['skip=1&a=2', { type: 'integer' }, {}, 2],
  ] as [string, Schema, Partial<Field>, unknown][])('%s under %j, %j', (query, schema, more, value) => {
    expect(decode(query, [field('a', schema, more)])).toEqual({ a: value });
  });

  test.each([
    ['a[b=1', {}, 'a[b is not a parameter of this call'],
    ['a[x]y=1', {}, 'a[x]y is not a parameter of this call'],
    ['[a]=1', {}, '[a] is not a parameter of this call'],
    ['a=1&a=2', { type: 'array', arrayStyle: 'comma' }, undefined],
  ])('%s is refused', (query, schema, message) => {
    const more = 'arrayStyle' in schema ? ({ arrayStyle: 'comma' } as const) : {};
    expect(decode(query, [field('a', schema, more)])).toContain(
      message ?? "a must be one value, its items joined by ','",
    );
  });
});

describe('JSON', () => {
  const decode = (body: unknown, fields: Field[], allowed: string[][] = []) => {
    const [values, issues]: [Record<string, unknown>, string[]] = [{}, []];
    decodeJson(body, bodyTree(fields, allowed), values, (path, message) => issues.push(`${path} ${message}`));
    return issues.length === 0 ? values : issues;
  };
  const named = (argument: string, wire: string) => field(argument, {}, { wire });

  test('nested names, places in lists and spread lists are read back', () => {
    const fields = [
      named('zone', 'start.timeZone'),
      named('at', 'start.dateTime'),
      named('to', 'links[0].to.id'),
      named('kind', 'links[0].kind'),
      named('plain', 'requests[]'),
      named('mail', 'people[].address.mail'),
    ];
    const body = {
      start: { dateTime: 't', timeZone: 'z' },
      links: [{ to: { id: 1 }, kind: 'k' }],
      requests: [1, { x: 2 }],
      people: [{ address: { mail: 'a' } }, { address: { mail: 'b' } }],
    };
    expect(decode(body, fields)).toEqual({
      zone: 'z',
      at: 't',
      to: 1,
      kind: 'k',
      plain: [1, { x: 2 }],
      mail: ['a', 'b'],
    });
    expect(decode({ people: [] }, fields)).toEqual({ mail: [] });
  });

  test('a parameter that fills an object and others inside it each take their own members', () => {
    const fields = [named('all', 'properties'), named('type', 'properties.type')];
    expect(decode({ properties: { type: 't', other: 1 } }, fields)).toEqual({ all: { other: 1 }, type: 't' });
    expect(decode({ properties: { type: 't' } }, fields)).toEqual({ type: 't' });
    expect(decode({ properties: 'text' }, fields)).toEqual({ all: 'text' });
  });

  test('a member that is allowed beside the parameters is no argument', () => {
    expect(decode({ meta: { key: 'k' }, a: 1 }, [named('a', 'a')], [['meta', 'key']])).toEqual({ a: 1 });
  });

  test.each([
    [{ a: { c: 1 } }, 'a.c is not a parameter of this call'],
    [{ a: 5 }, 'a must be a JSON object'],
    [{ a: [1] }, 'a[0] is not a parameter of this call'],
    [{ l: [1, 2] }, 'l[1] is not a parameter of this call'],
    [{ l: { '[0]': 1, x: 1 } }, 'l.x is not a parameter of this call'],
  ])('%j is refused: %s', (body, message) => {
    expect(decode(body, [named('b', 'a.b'), named('l', 'l[0]')])).toContain(message);
  });
});

describe('files and parts', () => {
  test('a file is an object with its content as text or base64', () => {
    expect(
      [
        { type: 'object', properties: { text: {} } },
        { properties: { content_base64: {} } },
        { type: 'object', properties: { other: {} } },
        { type: 'string' },
      ].map(isFile),
    ).toEqual([true, true, false, false]);
  });

  test('content that is not UTF-8 is base64 although text is allowed, and only declared members are given', () => {
    const both = { type: 'object', properties: { text: {}, content_base64: {} } };
    expect(fileValue(Uint8Array.of(0xff), 'n', 't/t', both)).toEqual({ content_base64: '/w==' });
    expect(fileValue(Buffer.from('é'), 'n', 't/t', both)).toEqual({ text: 'é' });
    expect(
      fileValue(Buffer.from('x'), 'n', 't/t', { properties: { filename: {}, content_type: {}, content_base64: {} } }),
    ).toEqual({ filename: 'n', content_type: 't/t', content_base64: 'eA==' });
  });

  const parse = (body: string, boundary = 'b') =>
    parseMultipart(Buffer.from(body), `multipart/form-data; boundary=${boundary}`);

  test('parts keep names, quoted or plain, and their bytes', () => {
    const parts = parse(
      '--b\r\ncontent-disposition: form-data; name=a\r\n\r\n1\r\n--b\r\nContent-Disposition: form-data; name="x%0D%0A%22"; filename="f"\r\nContent-Type: t/t\r\n\r\n\r\n\r\n--b--\r\n',
      '"b"',
    );
    expect(parts.map((part) => [part.name, part.filename, part.contentType, part.content.toString()])).toEqual([
      ['a', null, null, '1'],
      ['x\r\n"', 'f', 't/t', '\r\n'],
    ]);
    expect(parse('--b--')).toEqual([]);
  });

  test.each([
    ['--bx', 'line end'],
    ['--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1', 'no end'],
    ['--b\r\nContent-Disposition: attachment; name=a\r\n\r\n1\r\n--b--', 'no name'],
    [`${'--b\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n'.repeat(1_002)}--b--`, 'more than 1000 parts'],
  ])('%.40j is malformed', (body, message) => {
    expect(() => parse(body)).toThrow(message);
  });
});
