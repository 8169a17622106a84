import { describe, expect, it } from 'vitest';
import { describe31, draftOf, ok, problemsOf, toolOf } from './draft-of.test-support.ts';
import { parseDescriptionText, readApiDescription } from './spec/read-api-description.ts';

const json = (schema: object) => ({ required: true, content: { 'application/json': { schema } } });

/** Where converters lose what a request holds, or write it otherwise than the vendor reads it. */
describe('an import', () => {
  it('keeps the body and the form fields of Swagger 2', async () => {
    const text = `
swagger: 2.0
info: { title: Old, version: '1' }
host: old.example
basePath: /api
schemes: [https]
consumes: [application/json]
paths:
  /notes:
    post:
      operationId: addNote
      parameters:
        - { in: body, name: note, required: true, schema: { $ref: '#/definitions/Note' } }
      responses: { 200: { description: Done., schema: { $ref: '#/definitions/Note' } } }
  /pictures:
    post:
      operationId: addPicture
      consumes: [multipart/form-data]
      parameters:
        - { in: formData, name: title, type: string, required: true }
        - { in: formData, name: picture, type: file, required: true }
      responses: { 204: { description: Done. } }
  /login:
    post:
      operationId: signIn
      consumes: [application/x-www-form-urlencoded]
      parameters:
        - { in: formData, name: nickname, type: string, required: true }
      responses: { 204: { description: Done. } }
definitions:
  Note: { type: object, required: [text], properties: { text: { type: string }, pinned: { type: boolean } } }
`;
    const description = readApiDescription(parseDescriptionText(text));
    const draft = draftOf(description);
    const { add_note: note, add_picture: picture, sign_in: signIn } = draft.whole.tools;
    expect(note).toMatchObject({ request: { body: 'json' }, parameters: { text: { type: 'string', required: true } } });
    expect(picture).toMatchObject({
      request: { body: 'multipart' },
      parameters: { picture: { 'x-file': {}, required: true } },
    });
    expect(signIn).toMatchObject({ request: { body: 'form' }, parameters: { nickname: { required: true } } });
    expect(draft.whole.base_url).toBe('https://old.example/api');
    expect(await problemsOf(description, draft)).toEqual([]);
  });

  it('sends a body that is a form only as a form, and one with files as parts', async () => {
    const form = (type: string, properties: object, encoding = {}) => ({
      required: true,
      content: { [type]: { schema: { type: 'object', required: Object.keys(properties), properties }, encoding } },
    });
    const description = describe31({
      '/charges': {
        post: {
          operationId: 'charge',
          requestBody: form(
            'application/x-www-form-urlencoded',
            {
              amount: { type: 'integer' },
              tags: { type: 'array', items: { type: 'string' } },
              card: { type: 'object', required: ['number'], properties: { number: { type: 'string' } } },
            },
            { tags: { style: 'deepObject', explode: true } },
          ),
          responses: ok,
        },
      },
      '/files': {
        post: {
          operationId: 'upload',
          requestBody: form('multipart/form-data', {
            file: { type: 'string', format: 'binary' },
            note: { type: 'string' },
          }),
          responses: ok,
        },
      },
      '/blobs': {
        put: {
          operationId: 'putBlob',
          requestBody: {
            required: true,
            content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
          },
          responses: ok,
        },
      },
    });
    const draft = draftOf(description);
    expect(draft.whole.tools['charge']).toMatchObject({
      request: { body: 'form' },
      parameters: {
        amount: { type: 'integer' },
        tags: { 'x-array-style': 'brackets' },
        number: { 'x-name': 'card[number]' },
      },
    });
    expect(draft.whole.tools['upload']).toMatchObject({
      request: { body: 'multipart' },
      parameters: { file: { 'x-file': {} }, note: { type: 'string' } },
    });
    expect(draft.whole.tools['put_blob']).toMatchObject({
      request: { body: 'raw', headers: { 'content-type': 'application/octet-stream' } },
      parameters: { body: { 'x-in': 'body_root', 'x-file': {} } },
    });
    expect(await problemsOf(description, draft)).toEqual([]);
  });

  it('gives one name in path, query and body three names for the model, each with its own on the wire', async () => {
    const description = describe31({
      '/users/{name}': {
        put: {
          operationId: 'rename',
          parameters: [
            { name: 'name', in: 'path', required: true, schema: { type: 'string' } },
            { name: 'name', in: 'query', required: true, schema: { type: 'string' } },
          ],
          requestBody: json({ type: 'object', required: ['name'], properties: { name: { type: 'string' } } }),
          responses: ok,
        },
      },
    });
    const draft = draftOf(description);
    expect(toolOf(draft).parameters).toMatchObject({
      name: { required: true },
      query_name: { 'x-in': 'query', 'x-name': 'name' },
      body_name: { 'x-name': 'name' },
    });
    expect(await problemsOf(description, draft)).toEqual([]);
  });

  it.each([
    ['a list', { type: 'array', minItems: 1, items: { type: 'string' } }],
    ['a text', { type: 'string' }],
    ['any value', {}],
  ])('gives a body that is %s as a whole', async (_name, schema) => {
    const description = describe31({
      '/tags': { post: { operationId: 'setTags', requestBody: json(schema), responses: ok } },
    });
    const draft = draftOf(description);
    expect(toolOf(draft).parameters).toMatchObject({ body: { 'x-in': 'body_root', required: true } });
    expect(await problemsOf(description, draft)).toEqual([]);
  });

  it('encodes lists and objects in each of OpenAPI’s styles', async () => {
    const list = { type: 'array', items: { type: 'string' } };
    const object = { type: 'object', required: ['from'], properties: { from: { type: 'integer' } } };
    const query = (name: string, schema: object, rest = {}) => ({ name, in: 'query', required: true, schema, ...rest });
    const styles = [
      [query('a', list), {}],
      [query('a', list, { explode: false }), { 'x-array-style': 'comma' }],
      [query('a', list, { style: 'pipeDelimited', explode: false }), { 'x-array-style': 'pipe' }],
      [query('a', list, { style: 'spaceDelimited', explode: false }), { 'x-array-style': 'space' }],
      [query('a[]', list), { 'x-name': 'a[]' }],
      [query('a', object, { style: 'deepObject', explode: true }), {}],
      [query('a', object), { 'x-object-style': 'form' }],
      [query('a', object, { explode: false }), { 'x-object-style': 'comma' }],
      [
        { name: 'a', in: 'query', required: true, content: { 'application/json': { schema: object } } },
        { 'x-object-style': 'json' },
      ],
    ] as const;
    for (const [parameter, expected] of styles) {
      const description = describe31({
        '/x': { get: { operationId: 'find', parameters: [parameter], responses: ok } },
      });
      const draft = draftOf(description);
      const drafted = toolOf(draft).parameters['a'];
      expect(drafted, JSON.stringify(parameter)).toMatchObject(expected);
      expect(
        Object.keys(drafted ?? {})
          .filter((key) => key.startsWith('x-'))
          .sort(),
      ).toEqual(Object.keys(expected).sort());
      expect(await problemsOf(description, draft), JSON.stringify(parameter)).toEqual([]);
    }
    const inPath = describe31({
      '/m/{at}/{l}': {
        get: {
          operationId: 'at',
          parameters: [
            { name: 'at', in: 'path', required: true, style: 'matrix', explode: true, schema: list },
            { name: 'l', in: 'path', required: true, style: 'label', schema: { type: 'string' } },
          ],
          responses: ok,
        },
      },
    });
    expect(toolOf(draftOf(inPath)).parameters).toMatchObject({
      at: { 'x-path-style': 'matrix', 'x-explode': true },
      l: { 'x-path-style': 'label' },
    });
  });

  it('gives a body as a whole whose names no path can say, and none that is multipart without fields', async () => {
    const description = describe31({
      '/orders': {
        post: {
          operationId: 'order',
          requestBody: json({
            type: 'object',
            required: ['Time in Force'],
            properties: { 'Time in Force': { type: 'string' }, '@odata.type': { type: 'string' } },
          }),
          responses: ok,
        },
      },
      '/files': {
        post: {
          operationId: 'upload',
          requestBody: { content: { 'multipart/form-data': { schema: { type: 'string' } } } },
          responses: ok,
        },
      },
      '/pay': {
        post: {
          operationId: 'pay',
          requestBody: json({
            type: 'object',
            required: ['amount'],
            properties: { amount: { type: 'integer', readOnly: true } },
          }),
          responses: ok,
        },
      },
    });
    const draft = draftOf(description);
    expect(draft.whole.tools['order']?.parameters).toMatchObject({
      body: { 'x-in': 'body_root', required: true, allOf: [{ required: ['Time in Force'] }] },
    });
    expect(draft.whole.tools['pay']?.parameters).toMatchObject({ amount: { required: true } });
    expect(draft.report.operations[1]).toMatchObject({
      tool: null,
      problem: 'its body is multipart, of which no field is described',
    });
    expect(await problemsOf(description, draft)).toEqual([]);
  });
});
