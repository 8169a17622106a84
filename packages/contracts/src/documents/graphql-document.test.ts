import { describe, expect, it } from 'vitest';
import { readGraphQl } from './graphql-document.ts';

describe('the outline of a GraphQL document', () => {
  it('tells the operation, its variables and which of them must be given', () => {
    const read = readGraphQl(`
      # a comment with { brackets
      query Find($first: Int = 10, $filter: Filter = {a: "}", b: [1]}, $ids: [ID!]!, $team: ID @deprecated, $q: String!) {
        issues(first: $first, filter: $filter, ids: $ids, note: """block " { text""") { ...Item nodes { id @include(if: $team) title(q: $q) } }
      }
      fragment Item on Issue { id }
    `);
    expect(read).toMatchObject({ kind: 'query', name: 'Find' });
    expect(typeof read === 'string' ? read : Object.fromEntries(read.variables)).toEqual({
      first: { required: false },
      filter: { required: false },
      ids: { required: true },
      team: { required: false },
      q: { required: true },
    });
  });

  it('takes the short form, and the operation that is asked for among several', () => {
    expect(readGraphQl('{ viewer { id } }')).toMatchObject({ kind: 'query', name: null });
    const two = 'query A { a } mutation B($x: Int!) { b(x: $x) }';
    expect(readGraphQl(two, 'B')).toMatchObject({ kind: 'mutation', name: 'B' });
    expect(readGraphQl(two)).toContain('operation_name');
    expect(readGraphQl(two, 'C')).toContain("'C'");
  });

  it.each([
    ['query { a', 'without a whole selection'],
    ['query A($x: Int { a }', "'(' without its partner"],
    ['query { a(x: [1}) }', 'without a whole selection'],
    ['query { a(x: "unfinished) }', 'is not GraphQL at character'],
    ['subscription { a }', 'no single answer'],
    ['fragment F on T { a }', 'no operation'],
    ['type T { a: Int }', 'expected an operation'],
    ['query { a(x: $nowhere) }', 'uses $nowhere'],
    ['query { a; }', 'is not GraphQL at character 10'],
  ])('refuses %j', (document, problem) => {
    expect(readGraphQl(document)).toContain(problem);
  });

  it('is done with a long document in no more than linear time', () => {
    const deep = `query { ${'a { '.repeat(4_000)} b ${'}'.repeat(4_000)} }`;
    expect(readGraphQl(deep)).toMatchObject({ kind: 'query' });
  });
});
