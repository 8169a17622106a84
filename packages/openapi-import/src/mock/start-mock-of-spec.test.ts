import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describe31, ok } from '../draft-of.test-support.ts';
import { type MockOfSpec, startMockOfSpec } from './start-mock-of-spec.ts';

const body = (type: string, schema: object, required = true) => ({ required, content: { [type]: { schema } } });
const thing = {
  type: 'object',
  required: ['name'],
  additionalProperties: false,
  properties: { name: { type: 'string', minLength: 2 }, tags: { type: 'array', items: { type: 'integer' } } },
};

/** What the tests of whole vendors lean on must itself say no. */
describe('the mock of a description', () => {
  let mock: MockOfSpec;
  beforeAll(async () => {
    mock = await startMockOfSpec(
      describe31(
        {
          '/things/{id}': {
            get: {
              operationId: 'get',
              parameters: [
                { name: 'id', in: 'path', required: true, schema: { type: 'integer' } },
                { name: 'X-Mode', in: 'header', required: true, schema: { enum: ['a', 'b'] } },
              ],
              responses: ok,
            },
          },
          '/things': {
            get: {
              operationId: 'list',
              parameters: [{ name: 'limit', in: 'query', required: true, schema: { type: 'integer', maximum: 50 } }],
              responses: ok,
            },
            post: { operationId: 'make', requestBody: body('application/json', thing), responses: ok },
            put: { operationId: 'set', requestBody: body('application/x-www-form-urlencoded', thing), responses: ok },
          },
          '/secret': { get: { operationId: 'secret', security: [{ key: [] }], responses: ok } },
          '/none': { delete: { operationId: 'none', responses: { 204: { description: 'x' } } } },
        },
        { components: { securitySchemes: { key: { type: 'apiKey', in: 'query', name: 'k' } } } },
      ),
      '/v2',
    );
  });
  afterAll(() => mock.close());

  const ask = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`${mock.url}/v2${path}`, init);
    return { status: response.status, problems: mock.problems() };
  };
  const json = (value: unknown): RequestInit => ({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  });
  const form = (text: string): RequestInit => ({
    method: 'PUT',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: text,
  });

  it.each<[string, RequestInit]>([
    ['/things/7', { headers: { 'x-mode': 'a' } }],
    ['/things?limit=5', {}],
    ['/things', json({ name: 'ab', tags: [1] })],
    ['/things', form('name=ab&tags=1&tags=2')],
    ['/things', form('name=ab&tags[]=1&tags[1]=2')],
    ['/secret?k=1', {}],
    ['/none', { method: 'DELETE' }],
  ])('takes %s', async (path, init) => {
    expect(await ask(path, init)).toMatchObject({ problems: [] });
    expect(mock.asked()).toHaveLength(1);
  });

  it.each<[string, RequestInit, RegExp]>([
    ['/nowhere', {}, /is no operation/],
    ['/things/seven', { headers: { 'x-mode': 'a' } }, /path\.id must be integer/],
    ['/things/7', { headers: { 'x-mode': 'c' } }, /header\.X-Mode must be equal/],
    ['/things/7', {}, /header parameter X-Mode is missing/],
    ['/things', {}, /query parameter limit is missing/],
    ['/things?limit=51', {}, /query\.limit must be <= 50/],
    ['/things?limit=5&more=1', {}, /the query holds more/],
    ['/things', json({ name: 'a' }), /must NOT have fewer than 2/],
    ['/things', json({ name: 'ab', extra: 1 }), /must NOT have additional/],
    ['/things', { ...json({}), headers: { 'content-type': 'text/plain' } }, /a body of text\/plain came/],
    ['/things', { method: 'POST' }, /the body is missing/],
    ['/things', form('name=ab&tags=x'), /body\/tags\/0 must be integer/],
    ['/secret', {}, /no credential is shown/],
    ['/none', { ...json({}), method: 'DELETE' }, /a body came, and none is described/],
  ])('refuses %s %j', async (path, init, problem) => {
    const { status, problems } = await ask(path, init);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(problems.join()).toMatch(problem);
  });

  it('holds answers to the description, too', () => {
    expect(mock.answerProblem('get', { id: 'x' })).toBeNull();
    expect(mock.answerProblem('get', { name: 'x' })).toContain("must have required property 'id'");
    expect(mock.answerProblem('nowhere', {})).toBe('no such operation');
  });
});
