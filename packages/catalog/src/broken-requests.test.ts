import { describe, expect, it } from 'vitest';
import { normaliseDocument } from './normalise-document.ts';

const read = { method: 'GET', path: '/items' };
const documentOf = (tool: object, rest: object = {}) => ({
  id: 'acme',
  name: 'Acme',
  version: '1.0.0',
  category: 'other',
  description: 'An API.',
  base_url: 'https://api.acme.example/v1',
  auth: { type: 'bearer' },
  tools: { do_it: { title: 'Do it', description: 'Does it.', risk: 'read', request: read, ...tool } },
  ...rest,
});
const findings = (tool: object, rest: object = {}): string[] => {
  const normal = normaliseDocument(documentOf(tool, rest));
  return normal.ok ? [] : normal.issues.map(({ path, message }) => `${path}: ${message}`);
};
const graphql = (document: string) => ({
  request: { method: 'POST', path: '/graphql', body: 'graphql', graphql: { document } },
});
const at = 'tools.do_it';

describe('what newer parts of the format ask for', () => {
  it('is satisfied by documents that use them', () => {
    expect(
      findings({
        parameters: {
          id: { type: 'array', items: { type: 'string' }, required: true, 'x-path-style': 'label', 'x-explode': true },
          at: { 'x-from': 'clock.unix' },
          who: { 'x-from': 'caller.end_user' },
        },
        request: { method: 'GET', path: '/items/{id}' },
        response: {
          pagination: { kind: 'cursor', items: 'data', parameter: 'cursor', next: 'next' },
          transform: '$count(data)',
        },
      }),
    ).toEqual([]);
    expect(
      findings({
        ...graphql('query F($term: String!) { f(term: $term) { id } }'),
        parameters: { term: { type: 'string', required: true } },
      }),
    ).toEqual([]);
    expect(
      findings({
        risk: 'write',
        request: { method: 'POST', path: '/send' },
        parameters: {
          to: { type: 'string', required: true, 'x-in': 'none' },
          text: { type: 'string', required: true, 'x-in': 'none' },
          file: { type: 'object', 'x-in': 'none', 'x-file': { urls: ['files.example.com'] } },
          raw: { 'x-mail': { to: 'to', text: 'text', attachments: 'file' } },
        },
      }),
    ).toEqual([]);
    const exchange = { url: 'https://api.acme.example/token', fields: { key: '{api_key}' } };
    expect(findings({}, { auth: { type: 'bearer', exchange } })).toEqual([]);
    expect(
      findings({}, { base_url: 'https://api.acme.example/bot{api_key}', auth: { type: 'api_key', in: 'path' } }),
    ).toEqual([]);
  });

  it.each([
    [
      graphql('query F($a: Int!) { f(a: $a) }'),
      {},
      `${at}.request.graphql.document: no parameter fills the variable $a`,
    ],
    [graphql('mutation { f }'), {}, `${at}.request.graphql.document: a mutation is no read`],
    [graphql('query { f '), {}, `${at}.request.graphql.document: has a query without a whole selection`],
    [
      { ...graphql('{ f }'), parameters: { x: { type: 'string' } } },
      {},
      `${at}.parameters.x: the document declares no variable $x`,
    ],
    [{ request: { ...read, body: 'graphql' } }, {}, `${at}.request.graphql: required`],
    [{ request: { ...read, graphql: { document: '{ a }' } } }, {}, `${at}.request.graphql: works only with body`],
    [{ response: { transform: '{ "a": ' } }, {}, `${at}.response.transform: not JSONata at character`],
    [
      { risk: 'write', response: { pagination: { kind: 'link' } } },
      {},
      `${at}.response.pagination: works only for a tool of risk read`,
    ],
    [
      { response: { pagination: { kind: 'cursor', items: 'a[].b', parameter: 'c', next: 'n' } } },
      {},
      `${at}.response.pagination.items: must lead to one value`,
    ],
    [{ response: { pagination: { kind: 'cursor', items: 'a' } } }, {}, `${at}.response.pagination.parameter: `],
    [{ response: { pagination: { kind: 'sometimes' } } }, {}, `${at}.response.pagination`],
    [
      { parameters: { a: { type: 'string', 'x-path-style': 'label' } } },
      {},
      `${at}.parameters.a.x-path-style: works only in the path`,
    ],
    [
      { parameters: { a: { 'x-from': 'caller.tenant' } } },
      {},
      `${at}.parameters.a.x-from: expected connection.<variable>, argument.<name>, clock.now`,
    ],
    [
      { parameters: { a: { 'x-mail': { text: 'nothing' } } } },
      {},
      `${at}.parameters.a.x-mail: 'nothing' is not a parameter`,
    ],
    [
      {},
      { auth: { type: 'basic', exchange: { url: 'https://api.acme.example/t' } } },
      'auth.exchange: does not belong to auth type basic',
    ],
    [
      {},
      { auth: { type: 'bearer', exchange: { url: 'https://evil.example/t' } } },
      'auth.exchange.url: its host evil.example is not among',
    ],
    [{ response: { pick: ["a['b"] } }, {}, `${at}.response.pick[0]: 'a['b' is not a path`],
    [{ response: { pick: ['a..b'] } }, {}, `${at}.response.pick[0]: 'a..b' is not a path`],
    [
      { request: { method: 'POST', path: '/x' }, parameters: { a: { 'x-name': "x['a.b']" }, b: { 'x-name': 'x' } } },
      {},
      `${at}.parameters.b: writes the same body field as a`,
    ],
    [
      { request: { method: 'POST', path: '/x' }, parameters: { a: { 'x-name': "['__proto__']" } } },
      {},
      `${at}.parameters.a.x-name: this field name is not allowed`,
    ],
    [
      { parameters: { a: { 'x-from': 'argument.b' } } },
      {},
      `${at}.parameters.a.x-from: 'b' is not an argument of the tool`,
    ],
    [
      { parameters: { a: { 'x-name': 'f', type: 'string' }, b: { 'x-name': 'f', type: 'string' } } },
      {},
      `${at}.parameters.b: writes the same query field as a`,
    ],
    [{}, { auth: { type: 'api_key', in: 'path' } }, 'base_url: expected {api_key} once in the path'],
    [{}, { auth: { type: 'custom', body: { key: '{key}' } } }, `${at}.request: auth.body needs a JSON or form body`],
    [
      { request: { method: 'POST', path: '/x' }, parameters: { key: { type: 'string' } } },
      { auth: { type: 'custom', body: { key: '{key}' } } },
      `${at}.parameters.key: stands where auth.body puts the credential`,
    ],
    [{}, { auth: { type: 'custom', body: { key: 'fixed' } } }, 'auth.body.key: expected a credential field'],
    [
      {},
      { auth: { type: 'oauth2', headers: { 'X-Key': 'fixed' } } },
      'auth.headers.X-Key: expected a credential field',
    ],
    [{}, { auth: { type: 'bearer', header: 'Host' } }, 'auth.header: '],
    [{}, { auth: { type: 'basic', header: 'X-Key' } }, 'auth.header: does not belong to auth type basic'],
    [
      { risk: 'write', idempotency: { kind: 'query' } },
      {},
      `${at}.idempotency.name: kind query needs the query's name`,
    ],
    [
      {
        risk: 'write',
        request: { method: 'POST', path: '/x', query: { k: '1' } },
        idempotency: { kind: 'query', name: 'k' },
      },
      {},
      `${at}.idempotency.name: is a fixed value of the query already`,
    ],
    [
      {},
      { base_url: 'https://{api_key}.example/x', auth: { type: 'api_key', in: 'path' } },
      'base_url: {api_key} is not declared',
    ],
  ])('%j %j is told by its path', (tool, rest, finding) => {
    expect(findings(tool, rest).join('\n')).toContain(finding);
  });
});
