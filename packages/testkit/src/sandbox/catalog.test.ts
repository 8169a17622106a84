import { loadCatalog } from '@patchbay/catalog';
import { type IntegrationDocument, toolNameOf } from '@patchbay/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { billingDocument, chatDocument, graphDocument } from './documents.fixture.ts';
import { exampleCalls } from './example-calls.fixture.ts';
import { exchangeCall } from './example-exchange.fixture.ts';
import { call } from './http-client.fixture.ts';
import { type Sandbox, startSandbox } from './index.ts';

const documents: IntegrationDocument[] = [...(await loadCatalog()), chatDocument, graphDocument];
let sandbox: Sandbox;
const tokens = new Map<string, string>();
beforeAll(async () => {
  sandbox = await startSandbox({ documents: [...documents, billingDocument] });
  for (const document of documents) {
    const exchange = exchangeCall(document);
    if (exchange === null) continue;
    const reply = await call(sandbox, exchange);
    expect(reply.status, `${document.id}: ${reply.text}`).toBe(200);
    const path = (document.auth.exchange?.token ?? '').split('.');
    tokens.set(
      document.id,
      path.reduce((value, name) => value[name], reply.json),
    );
  }
});
afterAll(() => sandbox.close());

const examples = documents.flatMap((document) =>
  Object.entries(document.tools).flatMap(([toolKey, tool]) =>
    tool.examples.map((example, index) => ({ name: toolNameOf(document, toolKey), index, document, tool, example })),
  ),
);

describe('every example of the catalogue', () => {
  test.each(examples)(
    '$name, example $index, is accepted on the wire and answered as written',
    async ({ name, document, tool, example }) => {
      sandbox.reset();
      for (const made of exampleCalls(document, tool, example, tokens.get(document.id))) {
        const reply = await call(sandbox, made);
        expect(sandbox.requests().at(-1), reply.text).toMatchObject({
          tool: name,
          verdict: 'accepted',
          violations: [],
          issues: [],
        });
        const step = sandbox.requests().at(-1)?.step ?? null;
        const expected = step === null ? example.response : example.responses?.[step];
        expect(reply.status).toBe(expected?.status);
        if (expected?.body !== undefined && tool.response.stream === undefined)
          expect(reply.json ?? reply.text).toEqual(expected.body);
      }
      expect(sandbox.violations()).toEqual([]);
    },
  );
});

test('the catalogue has examples to try', () => {
  expect(examples.length).toBeGreaterThan(20);
});
