import type { IntegrationDocumentInput } from '@patchbay/contracts';
import { IntegrationDocument } from '@patchbay/contracts';
import { createEgress } from '@patchbay/egress';
import { startSandbox } from '@patchbay/testkit/sandbox';
import { describe, expect, it } from 'vitest';
import { createEngine } from './create-engine.ts';
import type { ExecuteInput, ExecuteOutcome } from './engine-types.ts';
import { prepareTool } from './prepare/prepare-tool.ts';

const graphql = 'query Find($term: String!, $first: Int) { issues(term: $term, first: $first) { nodes { id } } }';

const document = IntegrationDocument.parse({
  id: 'acme',
  name: 'Acme',
  version: '1.0.0',
  category: 'other',
  description: 'An API.',
  base_url: 'https://api.acme.example/bot{api_key}',
  auth: { type: 'api_key', in: 'path' },
  tools: {
    find: {
      title: 'Find',
      description: 'Finds.',
      risk: 'read',
      request: { method: 'POST', path: '/graphql', body: 'graphql', graphql: { document: graphql } },
      parameters: { term: { type: 'string', required: true }, first: { type: 'integer', default: 5 } },
      response: { pick: { ids: 'data.issues.nodes[].id' } },
      examples: [
        {
          arguments: { term: 'printer' },
          response: { status: 200, body: { data: { issues: { nodes: [{ id: 'i1' }, { id: 'i2' }] } } } },
        },
      ],
    },
    cell: {
      title: 'Cell',
      description: 'Reads a cell.',
      risk: 'read',
      request: { method: 'GET', path: '/cells/{at}/{tags}' },
      parameters: {
        at: {
          type: 'object',
          properties: { row: { type: 'integer' }, column: { type: 'string' } },
          required: true,
          'x-path-style': 'matrix',
          'x-explode': true,
        },
        tags: { type: 'array', items: { type: 'string' }, required: true, 'x-path-style': 'label' },
        range: { type: 'object', properties: { from: { type: 'integer' } }, 'x-object-style': 'comma' },
        asked_at: { 'x-from': 'clock.unix' },
        user: { 'x-from': 'caller.end_user', 'x-in': 'header', 'x-name': 'X-On-Behalf-Of' },
      },
      examples: [
        { arguments: { at: { row: 1, column: 'a' }, tags: ['x'] }, response: { status: 200, body: { v: 7 } } },
      ],
    },
  },
} satisfies IntegrationDocumentInput);

describe('against the strict sandbox', () => {
  const run = async (tool: string, input: Partial<ExecuteInput>, check: (outcome: ExecuteOutcome) => void) => {
    const sandbox = await startSandbox({
      documents: [document],
      credentials: { acme: { type: 'api_key', api_key: '12345:AbCdEf-0123456789' } },
    });
    const egress = createEgress({ dialOverride: sandbox.url });
    const engine = createEngine({ egress });
    try {
      check(
        await engine.execute({
          prepared: prepareTool(document, tool),
          tenant: 'acme',
          arguments: {},
          credential: { type: 'api_key', api_key: '12345:AbCdEf-0123456789' },
          variables: {},
          deadlineAt: performance.now() + 10_000,
          idempotencyKey: null,
          ...input,
        }),
      );
      expect(sandbox.violations()).toEqual([]);
      return sandbox.requests();
    } finally {
      engine.close();
      await egress.close();
      await sandbox.close();
    }
  };

  it('GraphQL arrives as the fixed document with its variables, the key in the path', async () => {
    const requests = await run('find', { arguments: { term: 'a"}{b' } }, (outcome) => {
      expect(outcome).toMatchObject({ status: 'succeeded', output: { ids: ['i1', 'i2'] } });
    });
    expect(requests).toMatchObject([{ verdict: 'accepted', arguments: { term: 'a"}{b', first: 5 } }]);
  });

  it('OpenAPI styles, the clock and the caller arrive as the document says', async () => {
    const input = {
      arguments: { at: { row: 3, column: 'a;b' }, tags: ['x.y', 'z,w'], range: { from: 9 } },
      caller: { end_user: 'ada' },
    };
    const requests = await run('cell', input, (outcome) => {
      expect(outcome).toMatchObject({ status: 'succeeded', output: { v: 7 } });
    });
    expect(requests).toMatchObject([{ verdict: 'accepted', arguments: { ...input.arguments, user: 'ada' } }]);
  });
});
