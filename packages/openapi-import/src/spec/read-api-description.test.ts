import { describe, expect, it } from 'vitest';
import { listOperations } from './list-operations.ts';
import { parseDescriptionText, readApiDescription } from './read-api-description.ts';
import { referencesOf } from './references.ts';

const read = (text: string) => readApiDescription(parseDescriptionText(text));
const paths = '{"/a":{"get":{"operationId":"a","responses":{}}}}';

describe('reading an API description', () => {
  it.each(['{"swagger":"2.0"', '{"openapi":"3.0.3"', '{"openapi":"3.1.0"', '{"openapi":"3.2.0"', '{"openapi":3.1'])(
    'takes %s',
    (head) => {
      const description = read(`${head},"paths":${paths}}`);
      expect(description.openapi).toMatch(/^3\.[12]/);
      expect(listOperations(description, referencesOf(description)).map(({ id }) => id)).toEqual(['a']);
    },
  );

  it('takes YAML, with versions that are numbers, anchors and merge keys', () => {
    const description = read(
      'openapi: 3.0\nx: &get { responses: {} }\npaths:\n  /a:\n    get: { <<: *get, operationId: a }\n  /b: { $ref: "#/paths/~1a" }\n',
    );
    expect(
      listOperations(description, referencesOf(description)).map(({ id, ownId, path }) => [id, ownId, path]),
    ).toEqual([
      ['a', true, '/a'],
      ['a (get /b)', false, '/b'],
    ]);
  });

  it.each([
    ['<!doctype html><p>: {[', /neither JSON nor YAML.*Is it a web page/],
    ['{"a":', /neither JSON nor YAML/],
    ['just words', /no OpenAPI description.*names no version/],
    ['{"openapi":"4.0.0","paths":{}}', /it says 4\.0\.0/],
    ['{"swagger":"1.2"}', /it says 1\.2/],
    ['{"openapi":"3.1.0","paths":{}}', /no paths/],
  ])('says what is wrong with %j', (text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  it('follows references to their end, or nowhere', () => {
    const references = referencesOf({
      openapi: '3.1.0',
      components: { a: { $ref: '#/components/b' }, b: { 'x/y ~': { value: 1 } }, c: { $ref: '#/components/c' } },
    });
    expect(references.resolve({ $ref: '#/components/a/x~1y%20~0' })).toBeUndefined();
    expect(references.resolve({ $ref: '#/components/b/x~1y%20~0' })).toEqual({ value: 1 });
    expect(references.resolve({ $ref: '#/components/b/x~1y%20~0', description: 'mine' } as object)).toEqual({
      value: 1,
      description: 'mine',
    });
    expect(references.resolve({ $ref: '#/components/c' })).toBeUndefined();
    expect(references.resolve({ $ref: 'other.yaml#/a' })).toBeUndefined();
    expect(references.resolve({ $ref: '#/components/b/%E0' })).toBeUndefined();
    expect(references.resolve(undefined)).toBeUndefined();
    expect(references.missing()).toContain('other.yaml#/a');
  });
});
