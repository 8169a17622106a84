import type { IntegrationDocumentInput } from '@patchbay/contracts';
import { IntegrationDocument } from '@patchbay/contracts';
import { createEgress, type Egress } from '@patchbay/egress';
import { type Sandbox, startSandbox } from '@patchbay/testkit/sandbox';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createEngine } from './create-engine.ts';
import type { Engine } from './engine-types.ts';
import { prepareTool } from './prepare/prepare-tool.ts';

const common = { version: '1.0.0', category: 'other', description: 'An API.' } as const;
const tool = { title: 'T', description: 'Does it.' };

/** A public host with files. */
const files = IntegrationDocument.parse({
  ...common,
  id: 'files',
  name: 'Files',
  base_url: 'https://cdn.files.example',
  auth: { type: 'none' },
  tools: {
    get: {
      ...tool,
      risk: 'read',
      request: { method: 'GET', path: '/a.txt' },
      examples: [{ arguments: {}, response: { status: 200, headers: { 'content-type': 'text/plain' }, body: 'abc' } }],
    },
  },
} satisfies IntegrationDocumentInput);

const acme = IntegrationDocument.parse({
  ...common,
  id: 'acme',
  name: 'Acme',
  base_url: 'https://api.acme.example/v1',
  auth: {
    type: 'bearer',
    hosts: ['api.acme.example', 'id.acme.example'],
    exchange: {
      url: 'https://id.acme.example/token',
      auth: 'basic',
      fields: { grant_type: 'client_credentials' },
    },
  },
  tools: {
    list: {
      ...tool,
      risk: 'read',
      request: { method: 'GET', path: '/items' },
      parameters: { query: { type: 'string', required: true } },
      response: {
        pagination: {
          kind: 'cursor',
          items: 'items',
          parameter: 'cursor',
          next: 'next',
          page_size: { parameter: 'limit', value: 2 },
        },
        pick: ['items[].n'],
        transform: '{ "sum": $sum(items.n), "count": $count(items) }',
      },
      examples: [
        { arguments: { query: 'q' }, response: { status: 200, body: { items: [{ n: 1 }, { n: 2 }], next: 'b' } } },
        { arguments: { query: 'q', cursor: 'b' }, response: { status: 200, body: { items: [{ n: 3 }], next: null } } },
      ],
    },
    send: {
      ...tool,
      risk: 'write',
      request: { method: 'POST', path: '/send' },
      parameters: {
        to: { type: 'string', required: true, 'x-in': 'none' },
        body: { type: 'string', required: true, 'x-in': 'none' },
        raw: { type: 'string', 'x-mail': { to: 'to', text: 'body', encode: 'base64url' } },
      },
      examples: [{ arguments: { to: 'a@b.example', body: 'x' }, response: { status: 200, body: { id: 'm1' } } }],
    },
    upload: {
      ...tool,
      risk: 'write',
      request: { method: 'POST', path: '/upload', body: 'multipart' },
      parameters: {
        file: {
          type: 'object',
          properties: { filename: { type: 'string' }, text: { type: 'string' }, url: { type: 'string' } },
          required: true,
          'x-file': { urls: 'public', max_bytes: 1_000 },
        },
      },
      examples: [{ arguments: { file: { text: 'abc' } }, response: { status: 200, body: { id: 'f1' } } }],
    },
  },
} satisfies IntegrationDocumentInput);

const credential = { type: 'basic', username: 'client', password: 'pass-0123456789' } as const;

let sandbox: Sandbox;
let egress: Egress;
let engine: Engine;
beforeAll(async () => {
  sandbox = await startSandbox({ documents: [files, acme], credentials: { acme: credential } });
  egress = createEgress({ dialOverride: sandbox.url });
  engine = createEngine({ egress });
});
afterEach(() => {
  expect(sandbox.violations()).toEqual([]);
  sandbox.reset();
});
afterAll(async () => {
  engine.close();
  await egress.close();
  await sandbox.close();
});

const execute = (key: string, args: Record<string, unknown>) =>
  engine.execute({
    prepared: prepareTool(acme, key),
    tenant: 'acme',
    arguments: args,
    credential,
    variables: {},
    deadlineAt: performance.now() + 30_000,
    idempotencyKey: null,
  });

it('pages are read with one exchanged token, and transformed together', async () => {
  expect(await execute('list', { query: 'q' })).toMatchObject({
    status: 'succeeded',
    output: { sum: 6, count: 3 },
    attempts: 2,
  });
  expect(sandbox.requests().map(({ tool, arguments: args, verdict }) => [tool, args, verdict])).toEqual([
    [null, {}, 'accepted'],
    ['acme_list', { query: 'q', limit: 2 }, 'accepted'],
    ['acme_list', { query: 'q', limit: 2, cursor: 'b' }, 'accepted'],
  ]);
  expect(sandbox.requests()[0]).toMatchObject({ integration: 'acme', host: 'id.acme.example', path: '/token' });
  expect(sandbox.requests()[1]?.credential?.scheme).toBe('bearer');
});

it('a mail message arrives as one parameter', async () => {
  expect(await execute('send', { to: 'a@b.example', body: 'Grüße' })).toMatchObject({ status: 'succeeded' });
  const sent = sandbox.requests({ tool: 'acme_send' })[0];
  const message = Buffer.from(String(sent?.arguments.raw), 'base64url').toString();
  expect(message).toContain('To: a@b.example\r\n');
  expect(message).toContain(Buffer.from('Grüße').toString('base64'));
});

it('a file by URL is fetched without the credential and goes up as a part', async () => {
  const outcome = await execute('upload', { file: { url: 'https://cdn.files.example/a.txt' } });
  expect(outcome).toMatchObject({ status: 'succeeded', output: { id: 'f1' } });
  const arrived = sandbox.requests();
  expect(arrived.find((request) => request.tool === 'files_get')).toMatchObject({
    verdict: 'accepted',
    credential: null,
  });
  expect(arrived.find((request) => request.tool === 'acme_upload')).toMatchObject({
    verdict: 'accepted',
    arguments: { file: { filename: 'a.txt', text: 'abc' } },
  });
});
