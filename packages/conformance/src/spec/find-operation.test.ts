import { describe, expect, it } from 'vitest';
import type { ApiSpec } from './api-spec.ts';
import { findOperation, type Operation } from './find-operation.ts';

const operation = (parameters: unknown[] = []) => ({ parameters });
const root = {
  openapi: '3.0.3',
  servers: [{ url: 'https://api.acme.example{base}', variables: { base: { default: '/v1' } } }],
  components: { parameters: { id: { in: 'path', name: 'id', schema: { type: 'integer' } } } },
  paths: {
    '/pets/{id}': {
      parameters: [{ $ref: '#/components/parameters/id' }, { in: 'query', name: 'a', description: 'shared' }],
      get: operation([{ in: 'query', name: 'a', description: 'own' }]),
    },
    '/pets/mine': { get: operation(), post: operation() },
    '/files': { servers: [{ url: 'https://files.acme.example' }], post: operation() },
    '/me/microsoft.graph.sendMail': { post: operation() },
    '/rows({key})': { get: operation() },
  },
};
const base: ApiSpec = {
  root,
  servers: null,
  slashesInPath: false,
  pathAliases: {},
  credentialNames: [],
  mediaTypes: [],
};
const find = (method: string, url: string, changes: Partial<ApiSpec> = {}) => {
  const spec = { ...base, ...changes, root: structuredClone(root) };
  return findOperation(spec, method, url);
};
const name = (found: ReturnType<typeof findOperation>) => (typeof found === 'string' ? found : found.name);

describe('findOperation', () => {
  it.each([
    ['GET', 'https://api.acme.example/v1/pets/7', 'GET /pets/{id}'],
    ['GET', 'https://api.acme.example/v1/pets/mine?limit=3', 'GET /pets/mine'],
    ['POST', 'https://files.acme.example/files', 'POST /files'],
    ['POST', 'https://api.acme.example/v1/me/sendMail', 'POST /me/microsoft.graph.sendMail'],
    ['GET', "https://api.acme.example/v1/rows('a')", 'GET /rows({key})'],
  ])('%s %s is %s', (method, url, expected) => expect(name(find(method, url))).toBe(expected));

  it.each([
    ['no server is there', 'GET', 'https://other.example/v1/pets/7', 'server'],
    ['the base is another', 'GET', 'https://api.acme.example/v2/pets/7', 'server'],
    ['there is no such path', 'GET', 'https://api.acme.example/v1/cats/7', 'path'],
    ['a parameter is one segment', 'GET', 'https://api.acme.example/v1/pets/7/toys', 'path'],
    ['the path is at another server', 'POST', 'https://api.acme.example/v1/files', 'path'],
    ['the method is another', 'DELETE', 'https://api.acme.example/v1/pets/7', 'method'],
  ])('says that %s', (_what, method, url, expected) => expect(find(method, url)).toBe(expected));

  it("puts the operation's parameters before the path's, and reads those of the path", () => {
    const found = find('GET', 'https://api.acme.example/v1/pets/a%2Fb') as Operation;
    expect(found.parameters.map((one) => [one['name'], one['description']])).toEqual([
      ['a', 'own'],
      ['id', undefined],
    ]);
    expect(found.pathValues).toEqual(new Map([['id', 'a/b']]));
  });

  it('takes the servers of the table, whose variables are any text without a slash', () => {
    const servers = ['https://{site}.acme.example/rest'];
    expect(name(find('GET', 'https://one.acme.example/rest/pets/mine', { servers }))).toBe('GET /pets/mine');
    expect(find('GET', 'https://one.evil.example/x.acme.example/rest/pets/mine', { servers })).toBe('server');
    expect(find('POST', 'https://files.acme.example/files', { servers })).toBe('server');
  });

  it('takes a path for another that the table says is the same', () => {
    const pathAliases = { '/v0/': '/pets/' };
    expect(name(find('POST', 'https://api.acme.example/v1/v0/mine', { pathAliases }))).toBe('POST /pets/mine');
  });

  it('lets a parameter stand for several segments where the table says so, and calls that vague', () => {
    const url = 'https://api.acme.example/v1/pets/7/toys/8';
    expect(find('GET', url, { slashesInPath: true })).toMatchObject({ name: 'GET /pets/{id}', vague: true });
    expect(find('GET', 'https://api.acme.example/v1/pets/7', { slashesInPath: true })).toMatchObject({ vague: false });
  });
});
