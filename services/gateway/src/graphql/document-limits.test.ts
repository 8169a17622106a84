import { buildSchema, getIntrospectionQuery, parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { checkDocument, checkText, documentLimits } from './document-limits.ts';
import { costOf, maxQueryCost } from './query-cost.ts';
import { typeDefs } from './schema.ts';

const schema = buildSchema(typeDefs);
const check = (text: string) => {
  checkText(text);
  checkDocument(parse(text));
};
const nested = (levels: number) =>
  `{ integrations { items ${'{ tools { integration '.repeat(levels)}{ id }${' } }'.repeat(levels)} } }`;

describe('a document', () => {
  test.each([
    ['of everyday use', '{ tools(limit: 10) { items { name integration { id connections { label } } } } }'],
    ['that asks for the schema, as every tool does', getIntrospectionQuery()],
    ['with fragments', 'query { ...a } fragment a on Query { me { ...b } } fragment b on Principal { id }'],
  ])('%s passes', (_what, text) => {
    check(text);
    expect(validate(schema, parse(text))).toEqual([]);
  });

  const long = Array.from({ length: 600 }, (_, i) => `f${i}: tools { total }`);
  test.each([
    ['depth', nested(8)],
    [
      'depth',
      `{ ...a } fragment a on Query { ${nested(4).slice(1, -1)} ...b } fragment b on Query { ${nested(8).slice(1, -1)} }`,
    ],
    ['depth', `{ __schema ${'{ types { ofType '.repeat(9)}{ name }${' } }'.repeat(9)} }`],
    ['aliases', `{ ${Array.from({ length: 31 }, (_, i) => `a${i}: me { id }`).join(' ')} }`],
    ['roots', `{ ${Array.from({ length: 16 }, () => 'me { id }').join(' ')} }`],
    [
      'roots',
      `{ ...a ...a ...a ...a } fragment a on Query { ${Array.from({ length: 5 }, () => 'me { id }').join(' ')} }`,
    ],
    ['fields', `{ me { ${'id '.repeat(501)} } }`],
    [
      'fields',
      `{ ...f0 } ${Array.from({ length: 20 }, (_, i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`).join(' ')} fragment f20 on Query { me { id } }`,
    ],
    ['directives', `{ me { id ${'@skip(if: false) '.repeat(21)} } }`],
    ['value', `{ analytics(group_by: ${'['.repeat(7)}${']'.repeat(7)}) { more } }`],
    ['value', `{ analytics(group_by: ${'{a: '.repeat(7)}1${'}'.repeat(7)}) { more } }`],
    ['definitions', Array.from({ length: 31 }, (_, i) => `query q${i} { me { id } }`).join(' ')],
    ['tokens', `{ me { ${'id '.repeat(2_000)} } }`],
    ['tokens', `{ a(x: ${'['.repeat(3_000)}`],
    ['length', `{ tool(name: "${'x'.repeat(20_000)}") { name } }`],
    ['tokens', `{ ${long.join(' ')} }`],
    ['length', `{ me { id } } #${'x'.repeat(20_000)}`],
  ])('beyond %s is refused: %.60s', (limit, text) => {
    const started = performance.now();
    expect(() => check(text)).toThrow(
      expect.objectContaining({ code: 'invalid_request', body: expect.objectContaining({ details: { limit } }) }),
    );
    // Not by having worked it out: some of these would take longer than there is.
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  test.each([
    ['a fragment that leads to itself', '{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }'],
    ['one that leads to itself where nothing spreads it', '{ me { id } } fragment a on Query { ...a }'],
    ['a definition of a type', 'type Query { me: Int }'],
    ['a document in JSON', JSON.stringify(parse('{ me { id } }'))],
  ])('that is %s is refused', (_what, text) => {
    expect(() => check(text)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });

  test('that cannot be read is left to the parser', () => {
    for (const text of ['{', '"""', '{ me(', '\u0000']) {
      checkText(text);
      expect(() => parse(text)).toThrow('Syntax Error');
    }
    expect(documentLimits.length).toBeGreaterThan(getIntrospectionQuery().length);
  });
});

describe('the cost of an answer', () => {
  const cost = (text: string, variables = {}) => costOf(schema, parse(text), variables, null);

  test('grows with what lists can hold, as their limits say', () => {
    const of = (limit: number) => cost(`{ tools(limit: ${limit}) { items { name title } } }`);
    expect(of(100) - of(10)).toBe(180);
    const named = 'query ($n: Int!) { tools(limit: $n) { items { name title } } }';
    expect(cost(named, { n: 100 })).toBe(of(100));
    expect(cost('{ tools { items { name title } } }')).toBe(of(50));
    expect(
      cost('query ($n: Int! = 10) { tools(limit: $n) { ...p } } fragment p on ToolPage { items { name title } }'),
    ).toBe(of(10));
  });

  test('has an end: lists within lists are refused, whoever named the limit', () => {
    for (const text of [
      '{ tools(limit: 1000) { items { definition } } }',
      '{ integrations(limit: 100) { items { tools { integration { tools { name } } } } } }',
      `{ ${Array.from({ length: 14 }, (_, i) => `a${i}: executions(limit: 1000) { items { id time } }`).join(' ')} }`,
    ])
      expect(cost(text)).toBeGreaterThan(maxQueryCost);
    expect(cost('query ($n: Int!) { tools(limit: $n) { items { definition } } }', { n: 1_000 })).toBeGreaterThan(
      maxQueryCost,
    );
    // A limit that would take away from it takes nothing away.
    expect(cost('{ tools(limit: -1000) { items { name } } }')).toBeGreaterThan(100);
  });

  test('is refused where an argument cannot be read', () => {
    expect(() => cost('query ($n: Int!) { tools(limit: $n) { total } }')).toThrow(
      expect.objectContaining({ code: 'invalid_request' }),
    );
  });
});
