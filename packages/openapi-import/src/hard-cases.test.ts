import { inputSchemaOf } from '@patchbay/catalog';
import { describe, expect, it } from 'vitest';
import { describe31, draftOf, ok, problemsOf, toolOf } from './draft-of.test-support.ts';
import { parseDescriptionText, readApiDescription } from './spec/read-api-description.ts';

const json = (schema: object) => ({ required: true, content: { 'application/json': { schema } } });
const folder = {
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string', description: 'Name of the folder.' },
    parent: { $ref: '#/components/schemas/Folder' },
    children: { type: 'array', items: { $ref: '#/components/schemas/Folder' } },
  },
};

/** Where converters of API descriptions fail, one after another. */
describe('an import', () => {
  it('takes a schema that refers to itself, and cuts the circle', async () => {
    const description = describe31(
      {
        '/folders': {
          post: {
            operationId: 'createFolder',
            requestBody: json({ $ref: '#/components/schemas/Folder' }),
            responses: ok,
          },
        },
      },
      { components: { schemas: { Folder: folder } } },
    );
    const draft = draftOf(description);
    expect(Object.keys(toolOf(draft).parameters)).toEqual(['name']);
    expect(draft.report.operations[0]?.left_out.map(({ name }) => name)).toEqual(['parent', 'children']);
    expect(await problemsOf(description, draft)).toEqual([]);
    // Where it must be there, it becomes a free object that says so.
    const needed = describe31(
      {
        '/trees': {
          post: {
            operationId: 'plant',
            requestBody: json({
              type: 'object',
              required: ['folders'],
              properties: { folders: { type: 'array', items: { $ref: '#/components/schemas/Folder' } } },
            }),
            responses: ok,
          },
        },
      },
      {
        components: {
          schemas: {
            Folder: {
              ...folder,
              required: ['name', 'size'],
              properties: { ...folder.properties, size: { type: 'integer' } },
            },
          },
        },
      },
    );
    expect(toolOf(draftOf(needed)).parameters['folders']).toMatchObject({
      items: {
        properties: {
          children: { items: { type: 'object', description: 'A further object of the same kind, with any fields.' } },
          name: { type: 'string' },
        },
      },
    });
    expect(JSON.stringify(toolOf(draftOf(needed)).parameters)).not.toContain('$ref');
  });

  it('keeps a schema that would explode within four kilobytes', () => {
    const wide = (level: number): object =>
      level === 0
        ? { type: 'string', description: 'A value that is described at some length, as vendors do.'.repeat(3) }
        : {
            type: 'object',
            required: ['f0', 'f1'],
            properties: Object.fromEntries(
              Array.from({ length: 8 }, (_, i) => [`f${i}`, { $ref: `#/components/schemas/L${level - 1}` }]),
            ),
          };
    const schemas = Object.fromEntries(Array.from({ length: 8 }, (_, level) => [`L${level}`, wide(level)]));
    const description = describe31(
      {
        '/things': {
          post: {
            operationId: 'make',
            requestBody: json({ type: 'array', items: { $ref: '#/components/schemas/L7' } }),
            responses: ok,
          },
        },
      },
      { components: { schemas } },
    );
    const { whole } = draftOf(description);
    expect(JSON.stringify(inputSchemaOf(whole, 'make')).length).toBeLessThan(4_096);
  });

  it('loses no parameter that is a reference, and requires each of the path', async () => {
    const description = describe31(
      {
        '/repos/{owner}/{repo-name}': {
          parameters: [{ $ref: '#/components/parameters/Owner' }],
          get: {
            operationId: 'getRepo',
            parameters: [{ $ref: '#/components/parameters/Repo' }],
            responses: { 200: { $ref: '#/components/responses/Repo' } },
          },
        },
      },
      {
        components: {
          parameters: {
            Owner: {
              name: 'owner',
              in: 'path',
              required: true,
              schema: { type: 'string' },
              description: 'Who owns the repository.',
            },
            Repo: { name: 'repo-name', in: 'path', required: true, schema: { type: 'string' } },
          },
          responses: { Repo: ok[200] },
        },
      },
    );
    const draft = draftOf(description);
    const tool = toolOf(draft);
    expect(tool.request?.path).toBe('/repos/{owner}/{repo_name}');
    expect(tool.parameters).toMatchObject({ owner: { required: true }, repo_name: { required: true, type: 'string' } });
    expect(await problemsOf(description, draft)).toEqual([]);
  });

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

  it('makes names of at most forty characters of long and bad ones, each once', () => {
    const long = 'Users.Mailbox.Settings/AutomaticReplies.Configuration.UpdateForTheWholeOrganization';
    const paths = Object.fromEntries(
      [long, `${long}!`, `${long}?`, '获取', '9lives'].map((operationId, i) => [
        `/p${i}`,
        { get: { operationId, responses: ok } },
      ]),
    );
    const { whole } = draftOf(describe31(paths));
    const names = Object.keys(whole.tools).map((key) => `${whole.id}_${key}`);
    expect(names).toHaveLength(5);
    expect(new Set(names).size).toBe(5);
    for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9_]{0,39}$/);
  });

  it('wants a choice where there are too many operations, and says how to choose', () => {
    const paths = Object.fromEntries(
      Array.from({ length: 41 }, (_, i) => [
        `/p${i}`,
        { get: { operationId: `op${i}`, tags: [i < 3 ? 'few' : 'many'], responses: ok } },
      ]),
    );
    const description = describe31(paths);
    expect(() => draftOf(description)).toThrow(
      /41 operations.*at most 40.*--operation ID, --tag TAG or --search WORDS.*many \(38\), few \(3\)/,
    );
    expect(Object.keys(draftOf(description, { tags: ['Few'] }).whole.tools)).toEqual(['op0', 'op1', 'op2']);
    expect(Object.keys(draftOf(description, { search: 'op4' }).whole.tools)).toEqual(['op4', 'op40']);
    expect(() => draftOf(description, { operations: ['op99'] })).toThrow(/No operation is called 'op99'/);
    expect(() => draftOf(description, { operations: ['GET /p7x', 'op'] })).toThrow(
      /--list shows what there is|Did you mean/,
    );
    expect(() => draftOf(description, { tags: ['none'] })).toThrow(/There are: many, few/);
    expect(() => draftOf(description, { search: 'nowhere' })).toThrow(/No operation has all the words/);
    expect(Object.keys(draftOf(description, { operations: ['get /p7', 'OP8'] }).whole.tools)).toEqual(['op7', 'op8']);
    // More than one is asked for at once are deferred, so that few stand before the model from the start.
    expect(draftOf(description, { search: 'op1' }).whole.tools['op19']?.loading).toBe('deferred');
  });

  it('shows a handful of fields of an answer, and at most ten items of a list', async () => {
    const item = {
      type: 'object',
      required: ['id'],
      properties: {
        id: { type: 'string' },
        title: { type: 'string' },
        status: { enum: ['open', 'shut'] },
        author: { type: 'object', properties: { name: { type: 'string' } } },
        _links: { type: 'object', properties: { self: { type: 'string' } } },
        ...Object.fromEntries(
          Array.from({ length: 30 }, (_, i) => [`internal_flag_of_number_${i}`, { type: 'boolean' }]),
        ),
      },
    };
    const answer = (schema: object) => ({ 200: { description: 'x', content: { 'application/json': { schema } } } });
    const description = describe31({
      '/a': {
        get: {
          operationId: 'wrapped',
          responses: answer({
            type: 'object',
            properties: {
              meta: { type: 'object', properties: { total: { type: 'integer' } } },
              data: { type: 'array', items: item },
            },
          }),
        },
      },
      '/b': { get: { operationId: 'plain', responses: answer({ type: 'array', items: item }) } },
      '/c': { get: { operationId: 'one', responses: answer(item) } },
      '/d': {
        get: {
          operationId: 'texts',
          responses: answer({ type: 'object', properties: { items: { type: 'array', items: { type: 'string' } } } }),
        },
      },
      '/e': {
        get: {
          operationId: 'file',
          responses: {
            200: { description: 'x', content: { 'application/pdf': { schema: { type: 'string', format: 'binary' } } } },
          },
        },
      },
      '/f': { delete: { operationId: 'gone', responses: { 204: { description: 'x' } } } },
    });
    const draft = draftOf(description);
    const { tools } = draft.whole;
    expect(tools['wrapped']?.response).toMatchObject({
      pick: ['data[].id', 'data[].title', 'data[].status', 'data[].author.name'],
      max_items: 10,
    });
    expect(tools['plain']?.response.pick).toEqual(['[].id', '[].title', '[].status', '[].author.name']);
    expect(tools['one']?.response.pick).toEqual(expect.arrayContaining(['id', 'title', 'status']));
    expect(tools['texts']?.response.pick).toEqual(['items']);
    expect(tools['file']?.response.pick).toEqual([]);
    expect(draft.report.operations[4]?.notes.join()).toContain('application/pdf');
    expect(tools['gone']).toMatchObject({ risk: 'destructive', confirm: 'always', response: { pick: [] } });
    expect(await problemsOf(description, draft)).toEqual([]);
  });

  it('makes ids where there are none or two alike, and words where there are none', async () => {
    const description = describe31({
      '/users/{id}/posts': {
        get: { parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }], responses: ok },
      },
      '/a': { get: { operationId: 'same', responses: ok } },
      '/b': { get: { operationId: 'same', responses: ok } },
    });
    const draft = draftOf(description);
    expect(Object.keys(draft.whole.tools)).toEqual(['list_users_posts', 'same', 'list_b']);
    expect(draft.report.operations.map(({ operation }) => operation)).toEqual([
      'get_users_by_id_posts',
      'same',
      'same (get /b)',
    ]);
    expect(toolOf(draft)).toMatchObject({
      title: 'List posts',
      description: expect.stringMatching(/^List posts of Acme Desk API.*Returns id and name\.$/),
    });
    expect(await problemsOf(description, draft)).toEqual([]);
  });

  it('asks for what is required and the best described up to five, and says what it left out', () => {
    const optional = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`x_${i}`, { type: 'string' }]));
    const properties = {
      ...optional,
      subject: { type: 'string', description: 'What the ticket is about, in a line.' },
      kind: { const: 'ticket' },
      email: { type: 'string', format: 'email', description: 'Where to reach the person.' },
    };
    const draft = draftOf(
      describe31({
        '/t': {
          post: {
            operationId: 'open',
            parameters: [{ name: 'X-Trace', in: 'header', schema: { type: 'string' } }],
            requestBody: json({ type: 'object', required: ['kind', 'email'], properties }),
            responses: ok,
          },
        },
      }),
    );
    const { parameters } = toolOf(draft);
    expect(parameters).toMatchObject({
      email: { required: true },
      subject: { type: 'string' },
      kind: { 'x-const': 'ticket' },
    });
    expect(Object.values(parameters).filter((parameter) => parameter['x-const'] === undefined)).toHaveLength(5);
    expect(draft.report.operations[0]?.left_out).toContainEqual({ name: 'X-Trace', in: 'header', reason: 'optional' });
    // More than five that are required stay, but for those that have a default.
    const many = Object.fromEntries(
      Array.from({ length: 7 }, (_, i) => [`n${i}`, { type: 'integer', ...(i === 6 && { default: 3 }) }]),
    );
    const full = draftOf(
      describe31({
        '/t': {
          post: {
            operationId: 'open',
            requestBody: json({ type: 'object', required: Object.keys(many), properties: many }),
            responses: ok,
          },
        },
      }),
    );
    expect(toolOf(full).parameters).toMatchObject({
      n0: { required: true },
      n5: { required: true },
      n6: { 'x-const': 3 },
    });
    expect(full.report.warnings.map(({ rule }) => rule)).toContain('voice-arguments');
  });
});
