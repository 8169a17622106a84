import { inputSchemaOf } from '@patchbay/catalog';
import { describe, expect, it } from 'vitest';
import { describe31, draftOf, ok, problemsOf, toolOf } from './draft-of.test-support.ts';

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

  it('asks for what stands in the path, even where the description forgot it', async () => {
    const description = describe31({ '/a/{id}/b/{key}': { get: { operationId: 'get', responses: ok } } });
    const draft = draftOf(description);
    expect(toolOf(draft).parameters).toMatchObject({ id: { required: true }, key: { required: true } });
    expect(await problemsOf(description, draft)).toEqual([]);
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

  it('says what it could not read: other files, methods that no tool sends, writes without arguments', () => {
    const description = describe31({
      '/a': {
        post: { operationId: 'start', responses: { 200: { $ref: 'answers.yaml#/ok' } } },
        additionalOperations: { COPY: { operationId: 'copy', responses: ok } },
        query: { operationId: 'ask', responses: ok },
      },
    });
    const { report, whole } = draftOf(description);
    expect(Object.keys(whole.tools)).toEqual(['start']);
    expect(report.notes).toContain(
      '1 of its references lead nowhere, such as answers.yaml#/ok. Bundle other files into it first.',
    );
    expect(report.notes).toContain('2 operations have methods that no tool sends: query, COPY.');
    expect(report.operations[0]?.notes).toContain('It takes no arguments: see that the description lacks none.');
  });

  it('takes no example that looks like a credential, of an answer or of a schema', async () => {
    const key = `sk_${'live'}_0123456789abcdef`;
    const answer = {
      200: {
        description: 'x',
        content: {
          'application/json': { example: { id: key, name: 'Ada' }, schema: ok[200].content['application/json'].schema },
        },
      },
    };
    const description = describe31({
      '/a': {
        get: {
          operationId: 'a',
          parameters: [{ name: 'q', in: 'query', required: true, schema: { type: 'string', examples: [key] } }],
          responses: answer,
        },
      },
    });
    const draft = draftOf(description);
    expect(JSON.stringify(draft)).not.toContain(key);
    expect(toolOf(draft).examples[0]).toMatchObject({
      arguments: { q: 'example' },
      response: { body: { id: 'example' } },
    });
    expect(await problemsOf(description, draft)).toEqual([]);
  });
});
