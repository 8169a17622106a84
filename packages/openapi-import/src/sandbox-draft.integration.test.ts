import { readFileSync } from 'node:fs';
import { createEgress } from '@patchbay/egress';
import { createEngine, prepareTool } from '@patchbay/execution-engine';
import { startSandbox } from '@patchbay/testkit/sandbox';
import { expect, it } from 'vitest';
import { describe31, draftOf, ok } from './draft-of.test-support.ts';
import { parseDescriptionText, readApiDescription } from './spec/read-api-description.ts';
import type { ApiDescription } from './spec/types.ts';

const page = new URL('../../../docs/examples/acme-desk-openapi.yaml', import.meta.url);
const multipart = {
  required: true,
  content: {
    'multipart/form-data': {
      schema: {
        type: 'object',
        required: ['file'],
        properties: { file: { type: 'string', format: 'binary' }, note: { type: 'string' } },
      },
    },
  },
};
const bytes = { required: true, content: { 'image/png': { schema: { type: 'string', format: 'binary' } } } };

it.each<[string, ApiDescription]>([
  ['the description of the docs', readApiDescription(parseDescriptionText(readFileSync(page, 'utf8')))],
  [
    'one with files',
    describe31(
      {
        '/files': { post: { operationId: 'upload', requestBody: multipart, responses: ok } },
        '/pictures/{id}': {
          put: {
            operationId: 'paint',
            parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
            requestBody: bytes,
            responses: ok,
          },
        },
      },
      {
        security: [{ key: [] }],
        components: { securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'X-Key' } } },
      },
    ),
  ],
])('a draft of %s is served by the strict sandbox', async (_name, description) => {
  const { whole } = draftOf(description);
  const credential = { type: 'api_key', api_key: 'made-up-0123456789' } as const;
  const sandbox = await startSandbox({ documents: [whole], credentials: { [whole.id]: credential } });
  const egress = createEgress({ dialOverride: sandbox.url });
  const engine = createEngine({ egress });
  try {
    for (const [key, tool] of Object.entries(whole.tools)) {
      const outcome = await engine.execute({
        prepared: prepareTool(whole, key),
        tenant: 'acme',
        arguments: tool.examples[0]?.arguments ?? {},
        credential,
        variables: Object.fromEntries(
          Object.entries(whole.variables ?? {}).map(([name, { example }]) => [name, example ?? '']),
        ),
        deadlineAt: performance.now() + 20_000,
        // As a caller gives one: the sandbox holds a tool that sends keys to it.
        idempotencyKey: `call-${key}`,
      });
      expect({ key, status: outcome.status, error: outcome.error }).toEqual({ key, status: 'succeeded', error: null });
    }
    expect(sandbox.violations()).toEqual([]);
  } finally {
    engine.close();
    await egress.close();
    await sandbox.close();
  }
});
