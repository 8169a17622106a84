import { normaliseDocument } from '@patchbay/catalog';
import type { IntegrationDocument } from '@patchbay/contracts';
import { createEgress, type Egress } from '@patchbay/egress';
import { type Sandbox, startSandbox } from '@patchbay/testkit/sandbox';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEngine } from './create-engine.ts';
import type { Engine } from './engine-types.ts';
import { prepareTool } from './prepare/prepare-tool.ts';

const write = { risk: 'write', title: 'T', description: 'Does it.' };
const read = { risk: 'read', title: 'T', description: 'Does it.' };
const post = { method: 'POST', path: '/x' };
const example = (args: object, body: unknown) => [{ arguments: args, response: { status: 200, body } }];

const tools = {
  names_with_dots: {
    ...write,
    request: { ...post, path: '/dots' },
    parameters: {
      customer: { 'x-template': '/contacts({id})', 'x-name': "['customerid@odata.bind']" },
      id: { type: 'string', required: true, 'x-in': 'none' },
      tag: { type: 'string', 'x-name': "options['.tag'].name" },
    },
    response: { pick: { kinds: "entries[]['.tag']", slots: 'days[].slots' } },
    examples: example(
      { id: '7', tag: 'a' },
      { entries: [{ '.tag': 'file' }], days: { '2026-03-02': { slots: ['09:00'] }, trace: 'x' } },
    ),
  },
  a_list: {
    ...write,
    request: { ...post, path: '/list' },
    parameters: {
      id: { type: 'integer', required: true, 'x-name': '[0].id' },
      kind: { 'x-const': 'note', 'x-name': '[0].kind' },
    },
    response: { pick: { id: 'id' } },
    examples: example({ id: 7 }, { id: 'a' }),
  },
  twice: {
    ...write,
    request: { ...post, path: '/twice' },
    parameters: {
      amount: { type: 'number', required: true },
      total: { 'x-from': 'argument.amount', 'x-name': 'sum.total' },
      at: { type: 'string', required: true, 'x-in': 'none' },
      seconds: { 'x-template': '{at|unix}' },
      millis: { 'x-template': '{at|unix_ms}' },
    },
    response: { pick: { id: 'id' } },
    examples: example({ amount: 4.5, at: '2026-03-02T21:00:00+01:00' }, { id: 'a' }),
  },
  one_name: {
    ...read,
    idempotency: { kind: 'natural' },
    request: { method: 'GET', path: '/between' },
    parameters: {
      kind: { 'x-const': 'open', 'x-name': 'filter', 'x-array-style': 'repeat' },
      from: { type: 'string', required: true, 'x-name': 'filter', 'x-array-style': 'repeat' },
      to: { type: 'string', 'x-name': 'filter', 'x-array-style': 'repeat' },
    },
    response: { pick: { id: 'id' } },
    examples: example({ from: 'a', to: 'b' }, { id: 'a' }),
  },
};

const result = normaliseDocument({
  id: 'details',
  name: 'Details',
  version: '1.0.0',
  category: 'other',
  description: 'An API.',
  base_url: 'https://details.example',
  auth: { type: 'none' },
  tools,
});

let sandbox: Sandbox;
let egress: Egress;
let engine: Engine;
beforeAll(async () => {
  expect(result).toMatchObject({ ok: true });
  sandbox = await startSandbox({ documents: [(result as { document: IntegrationDocument }).document] });
  egress = createEgress({ dialOverride: sandbox.url });
  engine = createEngine({ egress });
});
afterAll(async () => {
  engine.close();
  await egress.close();
  await sandbox.close();
});

it.each([
  ['names_with_dots', { customer: '/contacts(7)', tag: 'a' }, { kinds: ['file'], slots: [['09:00']] }],
  ['a_list', { id: 7, kind: 'note' }, { id: 'a' }],
  ['twice', { amount: 4.5, total: 4.5, seconds: '1772481600', millis: '1772481600000' }, { id: 'a' }],
  ['one_name', { kind: 'open', from: 'a', to: 'b' }, { id: 'a' }],
] as const)('%s arrives as the document says', async (key, sent, output) => {
  const { document } = result as { document: IntegrationDocument };
  const outcome = await engine.execute({
    prepared: prepareTool(document, key),
    tenant: 'acme',
    arguments: document.tools[key]?.examples[0]?.arguments ?? {},
    credential: null,
    variables: {},
    deadlineAt: performance.now() + 30_000,
    idempotencyKey: null,
  });
  expect(outcome).toMatchObject({ status: 'succeeded', output });
  expect(sandbox.requests().at(-1)).toMatchObject({ verdict: 'accepted', issues: [], arguments: sent });
});
