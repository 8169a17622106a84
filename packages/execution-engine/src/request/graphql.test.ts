import { describe, expect, it } from 'vitest';
import { answer, benchOf, issuesIn, previewOf, toolOf } from '../tools.test-support.ts';

const document =
  'mutation Create($input: IssueCreateInput!, $team: ID) { issueCreate(input: $input, team: $team) { id } }';
const create = {
  request: { method: 'POST' as const, path: '/graphql', body: 'graphql' as const, graphql: { document } },
  parameters: { title: { type: 'string', 'x-name': 'input.title' }, team: { type: 'string' } },
};

describe('a GraphQL request', () => {
  it('sends the fixed document, and arguments as variables alone', () => {
    const evil = '") { id } } mutation { deleteAll }';
    const preview = previewOf(toolOf(create), { title: evil });
    expect(preview.body).toEqual({ query: document, operationName: 'Create', variables: { input: { title: evil } } });
    expect(preview.headers).toMatchObject({
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json;q=0.9',
    });
  });

  it('takes all variables from one parameter where it is the body root', () => {
    const tool = toolOf({ ...create, parameters: { variables: { type: 'object', 'x-in': 'body_root' } } });
    expect(previewOf(tool, { variables: { team: 'T' } }).body).toMatchObject({ variables: { team: 'T' } });
    expect(previewOf(tool).body).toMatchObject({ variables: {} });
  });

  it.each([
    [{ request: { ...create.request, body: 'json' as const } }, 'tools.do_it.request.graphql: works only with body'],
    [
      { request: { ...create.request, graphql: undefined } },
      'tools.do_it.request.graphql: is required where the body is graphql',
    ],
    [{ request: { ...create.request, method: 'PUT' as const } }, 'tools.do_it.request.method: must be POST'],
    [{ risk: 'read' as const }, 'tools.do_it.request.graphql.document: holds a mutation'],
    [{ parameters: { other: {} } }, 'tools.do_it.request.graphql.document: declares no variable $other'],
    [{ parameters: { team: {} } }, 'tools.do_it.request.graphql.document: needs the variable $input'],
  ])('names what is wrong with %j', (change, issue) => {
    expect(issuesIn({ ...create, ...change }).join('\n')).toContain(issue);
  });
});

describe('a GraphQL answer', () => {
  const read = toolOf({
    risk: 'read',
    request: {
      method: 'POST',
      path: '/graphql',
      body: 'graphql',
      graphql: { document: 'query { viewer { id name } }' },
    },
    response: { pick: { id: 'data.viewer.id' } },
    retry: { max_attempts: 1 },
    errors: [{ when: "errors[].extensions.code = 'GONE'", code: 'upstream_error', speakable: 'It is gone.' }],
  });
  const errors = (extensions: object, data: unknown = null) => ({
    data,
    errors: [{ message: 'No such viewer', extensions }],
  });

  it('is read by paths that begin at its root', async () => {
    const bench = benchOf([answer(200, { data: { viewer: { id: 'u1', name: 'Ada' } } })]);
    expect(await bench.execute(read)).toMatchObject({ status: 'succeeded', output: { id: 'u1' } });
  });

  it.each([
    ['UNAUTHENTICATED', 'credential_expired'],
    ['THROTTLED', 'rate_limited'],
    ['BAD_USER_INPUT', 'invalid_arguments'],
    ['SOMETHING_ELSE', 'upstream_error'],
  ])('with errors of code %s fails as %s, with a sentence and the code', async (code, expected) => {
    const bench = benchOf([answer(200, errors({ code }))]);
    const outcome = await bench.execute(read);
    expect(outcome).toMatchObject({
      status: 'failed',
      error: {
        code: expected,
        message: 'Acme answered with an error: No such viewer.',
        details: { upstream_code: code },
      },
    });
    expect(outcome.error?.speakable).toMatch(/^[A-Z].*\.$/);
  });

  it('with errors beside data fails too, by the document’s own rule first', async () => {
    const bench = benchOf([answer(200, errors({ code: 'GONE' }, { viewer: { id: 'u1' } }))]);
    expect(await bench.execute(read)).toMatchObject({
      status: 'failed',
      output: null,
      error: { code: 'upstream_error', speakable: 'It is gone.' },
    });
  });

  it('with an empty list of errors is a success', async () => {
    const bench = benchOf([answer(200, { data: { viewer: { id: 'u1' } }, errors: [] })]);
    expect(await bench.execute(read)).toMatchObject({ status: 'succeeded' });
  });

  it('of a mutation with errors beside data is unknown, and is not repeated even when throttled', async () => {
    const bench = benchOf([answer(200, errors({ code: 'THROTTLED' }, { issueCreate: { id: 'i1' } }))]);
    const outcome = await bench.execute(toolOf(create), { arguments: { title: 't' } });
    expect(outcome).toMatchObject({ status: 'outcome_unknown', attempts: 1, error: { code: 'outcome_unknown' } });
  });

  it('of a mutation that was throttled before it did anything is repeated', async () => {
    const bench = benchOf([
      answer(200, errors({ code: 'THROTTLED' }, { issueCreate: null })),
      answer(200, { data: { issueCreate: { id: 'i1' } } }),
    ]);
    const outcome = await bench.execute(toolOf(create), { arguments: { title: 't' } });
    expect(outcome).toMatchObject({ status: 'succeeded', attempts: 2 });
  });
});
