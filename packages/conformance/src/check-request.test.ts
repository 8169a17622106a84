import { describe, expect, it } from 'vitest';
import { checkBody } from './check-body.ts';
import { checkParameters } from './check-parameters.ts';
import { checkResponse } from './check-response.ts';
import type { ApiSpec, Node } from './spec/api-spec.ts';
import type { Operation } from './spec/find-operation.ts';

const root = { openapi: '3.0.0' };
const spec: ApiSpec = {
  root,
  servers: null,
  slashesInPath: false,
  pathAliases: {},
  credentialNames: [],
  mediaTypes: ['text/special'],
};
const strings = { type: 'array', items: { type: 'string', enum: ['a', 'b', 'c'] } };
const range = { type: 'object', properties: { gte: { type: 'integer' } } };

function operation(parameters: Node[], node: Node = {}, pathValues = new Map<string, string>()): Operation {
  return { name: 'GET /x', node, parameters, pathValues, vague: false };
}
const told = (issues: readonly { where: string; what: string }[]) =>
  issues.map(({ where, what }) => `${what} ${where}`);

describe('checkParameters', () => {
  const query = (parameter: Node, text: string) =>
    told(
      checkParameters(
        root,
        operation([{ in: 'query', name: 'p', ...parameter }]),
        { url: `https://x.example/?${text}`, headers: {} },
        new Set(['api_key']),
      ),
    );

  it.each([
    ['a number', { schema: { type: 'integer' } }, 'p=5'],
    ['the credential, of which nothing is said', { schema: {} }, 'api_key=k'],
    ['a list, exploded', { schema: strings }, 'p=a&p=b'],
    ['a list of one', { schema: strings }, 'p=a'],
    ['a list between commas', { schema: strings, explode: false }, 'p=a%2Cb'],
    ['a list between bars', { schema: strings, style: 'pipeDelimited', explode: false }, 'p=a|b'],
    ['a list in brackets', { schema: strings, style: 'deepObject' }, 'p[0]=a&p[]=b'],
    ['an object in brackets', { schema: range, style: 'deepObject' }, 'p[gte]=5'],
    ['an object, exploded', { schema: range }, 'gte=5'],
    ['JSON', { content: { 'application/json': { schema: range } } }, 'p=%7B%22gte%22%3A5%7D'],
    ['text with a plus', { schema: { type: 'string', enum: ['a b'] } }, 'p=a+b'],
  ])('takes %s', (_what, parameter, text) => expect(query(parameter, text)).toEqual([]));

  it.each([
    ['a name that is not known', {}, 'q=1', ['unknown query q']],
    ['what is missing', { required: true }, '', ['missing query p']],
    ['a value', { schema: { type: 'integer' } }, 'p=five', ['value query p']],
    ['a list that should be exploded', { schema: strings }, 'p=a%2Cb', ['value query p']],
    ['a list that should not be', { schema: strings, explode: false }, 'p=a&p=b', ['style query p']],
    ['brackets', { schema: strings }, 'p[0]=a', ['style query p']],
    ['a repeated value', { schema: { type: 'string' } }, 'p=a&p=b', ['style query p']],
    ['an unknown field of an object', { schema: range, style: 'deepObject' }, 'p[gt]=5', ['unknown query p']],
  ])('finds %s', (_what, parameter, text, expected) => expect(query(parameter, text)).toEqual(expected));

  it('looks at path and headers, and leaves HTTP its own', () => {
    const parameters = [
      { in: 'path', name: 'id', schema: { type: 'integer' } },
      { in: 'header', name: 'Version', required: true, schema: { type: 'string', enum: ['1'] } },
      { in: 'header', name: 'Authorization', required: true, schema: {} },
      { in: 'header', name: 'Token', required: true, schema: {} },
    ];
    const check = (headers: Record<string, string>, id: string) =>
      told(
        checkParameters(
          root,
          operation(parameters, {}, new Map([['id', id]])),
          { url: 'https://x.example/', headers },
          new Set(['token']),
        ),
      );
    expect(check({ version: '1' }, '5')).toEqual([]);
    expect(check({ version: '2' }, 'x')).toEqual(['value path id', 'value header version']);
    expect(check({}, '5')).toEqual(['missing header version']);
  });
});

describe('checkBody', () => {
  const schema = {
    type: 'object',
    required: ['name'],
    properties: {
      name: { type: 'string' },
      age: { type: 'integer' },
      tags: strings,
      near: range,
      file: { type: 'string', format: 'binary' },
    },
  };
  const check = (type: string, text: string | null, media: Node = {}, required = false) =>
    told(
      checkBody(
        spec,
        operation([], { requestBody: { required, content: { [type.split(';')[0] ?? '']: { schema, ...media } } } }),
        text,
        type,
      ),
    );
  const form = 'application/x-www-form-urlencoded';
  const deep = { encoding: { near: { style: 'deepObject', explode: true } } };
  const multipart = (...parts: string[]) =>
    `${parts.map((part) => `--b\r\nContent-Disposition: form-data; ${part}\r\n`).join('')}--b--\r\n`;

  it.each([
    ['JSON', 'application/json; charset=utf-8', '{"name":"Ada","age":5}', {}],
    ['a form', form, 'name=Ada&age=5&tags=a&tags=b', {}],
    ['a form with brackets', form, 'name=Ada&near[gte]=5', deep],
    [
      'parts',
      'multipart/form-data; boundary=b',
      multipart('name="name"\r\n\r\nAda', 'name="tags"\r\n\r\na', 'name="file"; filename="x"\r\n\r\n…'),
      {},
    ],
    ['no body where none is required', form, null, {}],
  ])('takes %s', (_what, type, text, media) => expect(check(type, text, media)).toEqual([]));

  it.each([
    [
      'in JSON',
      'application/json',
      '{"nmae":"Ada","age":"5"}',
      {},
      ['missing body name', 'value body age', 'unknown body nmae'],
    ],
    ['in a form', form, 'nmae=Ada&age=x', {}, ['missing body name', 'unknown body nmae', 'value body age']],
    ['in the style of a form', form, 'name=Ada&near=5&tags[0]=a', deep, ['value body near', 'style body tags']],
    [
      'in parts',
      'multipart/form-data; boundary=b',
      multipart('name="age"\r\n\r\nx', 'name="q"\r\n\r\n1'),
      {},
      ['missing body name', 'value body age', 'unknown body q'],
    ],
  ])('finds what is wrong %s', (_what, type, text, media, expected) =>
    expect(check(type, text, media)).toEqual(expected),
  );

  it('finds a body that is missing, of another type, or not taken', () => {
    expect(check('application/json', null, {}, true)).toEqual(['missing body']);
    const json = operation([], { requestBody: { content: { 'application/json': { schema } } } });
    expect(told(checkBody(spec, json, 'name=Ada&q=1', form))).toEqual(['value media type', 'unknown body q']);
    expect(told(checkBody(spec, json, 'anything', 'text/special; x=y'))).toEqual([]);
    const paths = { '/x': { post: { requestBody: {} } } };
    expect(told(checkBody({ ...spec, root: { paths } }, operation([]), '{}', 'application/json'))).toEqual([
      'unknown body',
    ]);
    expect(told(checkBody(spec, operation([]), '{}', 'application/json'))).toEqual([]);
  });
});

describe('checkResponse', () => {
  const schema = { type: 'object', required: ['id'], properties: { id: { type: 'string' }, ok: { type: 'boolean' } } };
  const answers = operation([], {
    responses: { 200: { content: { 'application/json': { schema } } }, 204: { description: 'nothing' } },
  });

  it('holds an answer against that of its status, or of any success', () => {
    expect(checkResponse(root, answers, { status: 200, body: { ok: true } })).toEqual([]);
    expect(told(checkResponse(root, answers, { status: 201, body: { ok: 1, x: 2 } }) ?? [])).toEqual([
      'value response ok',
      'unknown response x',
    ]);
  });

  it('says nothing where none is described', () => {
    expect(checkResponse(root, answers, { status: 204 })).toBeNull();
    expect(checkResponse(root, operation([]), { status: 200, body: {} })).toBeNull();
  });
});
