import { platformScope } from '@patchbay/contracts';
import { describe, expect, test } from 'vitest';
import { integrationDocument, slackPostMessage } from '../../test/documents.ts';
import { failureOf } from '../../test/failure-of.ts';
import { admin, MemoryStore, memoryRegistry } from '../../test/memory-registry.ts';

const yaml =
  'id: crm\nname: CRM\nversion: 1.0.0\ncategory: crm\ndescription: A CRM.\nbase_url: https://api.crm.com\nauth: { type: bearer }\ntools:\n  ping:\n    title: Ping\n    description: Pings it.\n    risk: read\n    request: { method: GET, path: /ping }\n';

const programDocument = {
  id: 'desk',
  name: 'Desk',
  version: '1.0.0',
  category: 'helpdesk',
  description: 'A desk.',
  mcp: { command: 'desk' },
  auth: { type: 'none' },
  tools: { add: { title: 'Add', description: 'Adds.', risk: 'write', mcp: { tool: 'add' } } },
};

describe('a sound document', () => {
  test('may have a program run, if it is for every tenant', async () => {
    const registry = memoryRegistry();
    await registry.register(undefined, { document: programDocument });
    expect(registry.documents.resolve('acme', 'desk_add')?.document).toMatchObject({
      base_url: 'https://desk.stdio.invalid',
      tools: { add: { request: { method: 'POST', path: '/', body: 'json' } } },
    });
  });

  test('is stored, answered from at once, announced and audited', async () => {
    const registry = memoryRegistry();
    const result = await registry.register(integrationDocument({ id: 'crm', tools: { ping: {}, find: {} } }));
    expect(result).toEqual({
      integration: 'crm',
      version: '1.0.0',
      tools: ['crm_ping', 'crm_find'],
      created: true,
      compared_to: null,
      changes: [],
      warnings: [],
    });
    expect(registry.documents.resolve('acme', 'crm_find')?.document.id).toBe('crm');
    expect(registry.announced).toEqual([
      {
        scope: platformScope,
        integration: 'crm',
        version: '1.0.0',
        change: 'registered',
        tools: ['crm_ping', 'crm_find'],
      },
    ]);
    expect(registry.audited()).toEqual(['registered intent', 'registered succeeded']);
    expect(registry.audit[1]).toMatchObject({
      tenant: 'all',
      class: 'registry',
      subject: 'crm',
      data: {
        actor: admin.actor,
        target: { kind: 'integration', id: 'crm', version: '1.0.0' },
        integration: 'crm',
        facts: {
          scope: platformScope,
          created: true,
          reinstated: false,
          tools: 2,
          digest: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      },
    });
  });

  test('may come as YAML text', async () => {
    const registry = memoryRegistry();
    await expect(registry.register(undefined, { text: yaml })).resolves.toMatchObject({
      integration: 'crm',
      created: true,
    });
  });

  test('may belong to one tenant, whose audit log then holds it', async () => {
    const registry = memoryRegistry();
    await registry.registerOperation(
      { scope: 'acme', dry_run: false, document: integrationDocument({ id: 'crm' }) },
      { ...admin, traceId: 'a'.repeat(32) },
    );
    expect(registry.documents.resolve('acme', 'crm_ping')?.scope).toBe('acme');
    expect(registry.documents.resolve('globex', 'crm_ping')).toBeNull();
    expect(registry.audit.map((entry) => [entry.tenant, entry.data.trace_id])).toEqual([
      ['acme', 'a'.repeat(32)],
      ['acme', 'a'.repeat(32)],
    ]);
  });

  test('changes nothing when it is registered again, whatever the order of its fields', async () => {
    const registry = memoryRegistry();
    const document = integrationDocument({ id: 'crm' });
    await registry.register(document);
    const again = await registry.register(Object.fromEntries(Object.entries(document).reverse()));
    expect(again.created).toBe(false);
    expect(registry.announced).toHaveLength(1);
    expect(registry.audit.at(-1)?.data.facts).toMatchObject({ created: false });
  });

  test('is only checked with dry_run', async () => {
    const registry = memoryRegistry();
    await expect(registry.register(integrationDocument({ id: 'crm' }), { dry_run: true })).resolves.toMatchObject({
      created: true,
      tools: ['crm_ping'],
    });
    expect(registry.memory.entries.size).toBe(0);
    expect(registry.audit).toEqual([]);
    await registry.register(integrationDocument({ id: 'crm' }));
    await expect(registry.register(integrationDocument({ id: 'crm' }), { dry_run: true })).resolves.toMatchObject({
      created: false,
    });
  });
});

describe('a document that is refused', () => {
  test('names every path at once and is audited by what it claims to be', async () => {
    const registry = memoryRegistry();
    const document = integrationDocument({
      id: 'crm',
      category: 'nonsense',
      tools: { ping: { risk: 'none' }, find: { request: { method: 'GET', path: 'find' } } },
    });
    const failure = await failureOf(registry.register(document));
    expect(failure?.code).toBe('invalid_request');
    expect(failure?.paths).toEqual(expect.arrayContaining(['category', 'tools.ping.risk', 'tools.find.request.path']));
    expect(failure?.message).toContain('(and 2 more)');
    expect(registry.audited()).toEqual(['refused refused']);
    expect(registry.audit[0]?.data).toMatchObject({
      target: { id: 'crm', version: '1.0.0' },
      error_code: 'invalid_request',
      facts: { issues: 3 },
    });
  });

  test.each([
    ['text that is no YAML', { text: 'id: [' }, ''],
    ['text of a list', { text: '- 1' }, ''],
    ['both forms at once', { text: yaml, document: {} }, 'document'],
    ['neither form', {}, 'document'],
    ['a scope that stands for every tenant', { text: yaml, scope: 'all' }, 'scope'],
    ['a program that a tenant would have run', { document: programDocument, scope: 'acme' }, 'mcp.command'],
  ])('%s', async (_, request, path) => {
    const registry = memoryRegistry();
    const failure = await failureOf(registry.register(undefined, request));
    expect(failure).toMatchObject({ code: 'invalid_request' });
    expect(failure?.paths[0]).toBe(path);
    expect(registry.memory.entries.size).toBe(0);
    expect(registry.audited()).toEqual(['refused refused']);
  });

  test('is not audited with dry_run', async () => {
    const registry = memoryRegistry();
    expect(await failureOf(registry.register({}, { dry_run: true }))).toMatchObject({ code: 'invalid_request' });
    expect(registry.audit).toEqual([]);
  });

  test('is refused all the same when the refusal cannot be audited', async () => {
    const registry = memoryRegistry();
    registry.failing.add('refused');
    expect(await failureOf(registry.register({ id: 'Not An Id' }))).toMatchObject({ code: 'invalid_request' });
    expect(registry.reports).toEqual(['an outcome could not be audited']);
  });

  test('is refused when its defaults make it larger than the store takes', async () => {
    const registry = memoryRegistry();
    // Each parameter of the single-tool form grows by its type and its flag.
    const parameters = Object.fromEntries(
      Array.from({ length: 4_000 }, (_, i) => [`p${i}`, { description: 'x'.repeat(192) }]),
    );
    const document = {
      ...slackPostMessage,
      endpoints: { post_message: { method: 'POST', path: '/post', parameters } },
    };
    const failure = await failureOf(registry.register(document));
    expect(failure).toMatchObject({ code: 'invalid_request', paths: [''] });
    expect(failure?.message).toMatch(/bytes/);
  });
});

describe('a version', () => {
  test('never changes: other content under it is refused and told to raise it', async () => {
    const registry = memoryRegistry();
    await registry.register(integrationDocument({ id: 'crm' }));
    const failure = await failureOf(registry.register(integrationDocument({ id: 'crm', description: 'Other words.' })));
    expect(failure).toMatchObject({ code: 'invalid_request', paths: ['version'] });
    expect(failure?.message).toContain('raise the version');
    expect(registry.documents.resolve('acme', 'crm_ping')?.document.description).toBe('The crm API.');
  });

  test('registered by another replica in the meantime with other content is refused', async () => {
    const store = new MemoryStore();
    const one = memoryRegistry({ store });
    const two = memoryRegistry({ store });
    await one.register(integrationDocument({ id: 'crm' }));
    const failure = await failureOf(two.register(integrationDocument({ id: 'crm', description: 'Other words.' })));
    expect(failure).toMatchObject({ code: 'invalid_request', paths: ['version'] });
    expect(two.audited()).toEqual(['registered intent', 'registered refused']);
  });

  test('registered by another replica in the meantime with the same content is known here at once', async () => {
    const store = new MemoryStore();
    await memoryRegistry({ store }).register(integrationDocument({ id: 'crm' }));
    const two = memoryRegistry({ store });
    await expect(two.register(integrationDocument({ id: 'crm' }))).resolves.toMatchObject({ created: false });
    expect(two.documents.resolve('acme', 'crm_ping')).not.toBeNull();
  });

  test('that was retired comes back by registering the same document, with a warning', async () => {
    const registry = memoryRegistry();
    await registry.register(integrationDocument({ id: 'crm' }));
    await registry.retire('crm');
    const result = await registry.register(integrationDocument({ id: 'crm' }));
    expect(result).toMatchObject({
      created: false,
      warnings: [{ path: 'version', message: expect.stringContaining('in use again') }],
    });
    expect(registry.documents.resolve('acme', 'crm_ping')).not.toBeNull();
    expect(registry.announced.map(({ change }) => change)).toEqual(['registered', 'retired', 'registered']);
  });

  test('that others keep changing is given up with a retryable answer', async () => {
    const registry = memoryRegistry();
    await registry.register(integrationDocument({ id: 'crm' }));
    await registry.retire('crm');
    const stored = [...registry.memory.entries.values()][0]?.stored;
    registry.memory.beforeWrite = () => registry.memory.set(stored as NonNullable<typeof stored>);
    expect(await failureOf(registry.register(integrationDocument({ id: 'crm' })))).toMatchObject({
      code: 'overloaded',
    });
    expect(registry.audit.at(-1)?.data).toMatchObject({ outcome: 'failed', error_code: 'overloaded' });
  });

  test('that goes away between two looks is created after all', async () => {
    const registry = memoryRegistry();
    await registry.register(integrationDocument({ id: 'crm' }));
    const [[key, entry]] = [...registry.memory.entries] as [[string, { stored: never; revision: number }]];
    let writes = 0;
    const create = registry.store.create;
    registry.store.create = async (stored) => {
      if (++writes > 1) return create(stored);
      registry.memory.entries.delete(key);
      return false;
    };
    await expect(registry.register(integrationDocument({ id: 'crm' }))).resolves.toMatchObject({ created: true });
    expect(registry.memory.entries.get(key)?.revision).toBeGreaterThan(entry.revision);
  });
});

describe('the audit log', () => {
  test('takes the intent before anything is written, or nothing is', async () => {
    const registry = memoryRegistry();
    registry.failing.add('intent');
    expect(await failureOf(registry.register(integrationDocument({ id: 'crm' })))).toMatchObject({
      code: 'audit_unavailable',
    });
    expect(registry.memory.entries.size).toBe(0);
    expect(registry.announced).toEqual([]);
  });

  test('losing the outcome of a change that was made is reported, not answered as a failure', async () => {
    const registry = memoryRegistry();
    registry.failing.add('succeeded');
    await expect(registry.register(integrationDocument({ id: 'crm' }))).resolves.toMatchObject({ created: true });
    expect(registry.audited()).toEqual(['registered intent']);
    expect(registry.reports).toEqual(['an outcome could not be audited']);
  });

  test('shows a write that nobody confirmed as of unknown outcome', async () => {
    const { PatchbayError } = await import('@patchbay/contracts');
    const registry = memoryRegistry();
    registry.store.create = () => Promise.reject(new PatchbayError('outcome_unknown'));
    expect(await failureOf(registry.register(integrationDocument({ id: 'crm' })))).toMatchObject({
      code: 'outcome_unknown',
    });
    expect(registry.audited()).toEqual(['registered intent', 'registered outcome_unknown']);
  });
});

describe('one callable name, several documents', () => {
  const slack = integrationDocument({ id: 'slack', category: 'communication', tools: { post_message: {}, find: {} } });

  test('the single-tool form registers as it stands beside the catalogue, and answers from then on', async () => {
    const registry = memoryRegistry();
    await registry.register(slack);
    const result = await registry.register(slackPostMessage);
    expect(result).toMatchObject({
      integration: 'slack_post_message',
      version: '1.0.0',
      tools: ['slack_post_message'],
      created: true,
    });
    expect(result.warnings).toContainEqual({
      path: 'id',
      message: expect.stringContaining("instead of integration 'slack'"),
    });
    expect(registry.documents.resolve('acme', 'slack_post_message')?.document.id).toBe('slack_post_message');
    expect(registry.documents.resolve('acme', 'slack_find')?.document.id).toBe('slack');
    await registry.retire('slack_post_message');
    expect(registry.documents.resolve('acme', 'slack_post_message')?.document.id).toBe('slack');
  });

  test('a newer version of the catalogue does not take the name back, and says so', async () => {
    const registry = memoryRegistry();
    await registry.register(slack);
    await registry.register(slackPostMessage);
    const { warnings } = await registry.register({ ...slack, version: '1.1.0' });
    expect(warnings).toEqual([
      {
        path: 'tools.post_message',
        message: expect.stringContaining("still means the tool of integration 'slack_post_message'"),
      },
    ]);
    expect(registry.documents.resolve('acme', 'slack_post_message')?.document.id).toBe('slack_post_message');
  });

  test('the catalogue loaded later takes the name and says so', async () => {
    const registry = memoryRegistry();
    await registry.register(slackPostMessage);
    const { warnings } = await registry.register(slack);
    expect(warnings).toEqual([
      { path: 'tools.post_message', message: expect.stringContaining("instead of integration 'slack_post_message'") },
    ]);
  });

  test('two documents of an operator with one name are refused, at the place the name comes from', async () => {
    const registry = memoryRegistry({ catalogue: [] });
    await registry.register(integrationDocument({ id: 'crm', tools: { lead_find: {} } }));
    expect(
      await failureOf(registry.register(integrationDocument({ id: 'crm_lead', tools: { find: {} } }))),
    ).toMatchObject({ code: 'invalid_request', paths: ['tools.find'] });
    expect(
      await failureOf(
        registry.register(integrationDocument({ id: 'other', tools: { find: { name: 'crm_lead_find' } } })),
      ),
    ).toMatchObject({ paths: ['tools.find.name'] });
  });

  test('a tenant may give its own meaning to a name of the platform, and is told', async () => {
    const registry = memoryRegistry({ catalogue: [] });
    await registry.register(slack);
    const { warnings } = await registry.register(slackPostMessage, { scope: 'acme' });
    expect(warnings).toContainEqual({
      path: 'id',
      message: expect.stringContaining("instead of the platform's integration 'slack'"),
    });
    expect(registry.documents.resolve('acme', 'slack_post_message')?.scope).toBe('acme');
    expect(registry.documents.resolve('globex', 'slack_post_message')?.scope).toBe(platformScope);
  });

  test('the same name in the next version of the same document is no clash', async () => {
    const registry = memoryRegistry({ catalogue: [] });
    await registry.register(slack);
    await expect(registry.register({ ...slack, version: '2.0.0' })).resolves.toMatchObject({
      created: true,
      warnings: [],
    });
  });
});
