import { loadCatalog } from '@patchbay/catalog';
import { toolNameOf } from '@patchbay/contracts';
import { createEgress, type EgressOutcome, type EgressRequest } from '@patchbay/egress';
import { exampleConnection, startSandbox } from '@patchbay/testkit/sandbox';
import { expect, it } from 'vitest';
import { createEngine } from './create-engine.ts';
import { prepareTool } from './prepare/prepare-tool.ts';

const documents = await loadCatalog();
const connections = new Map(documents.map((document) => [document.id, exampleConnection(document)]));
const exchanges = new Map(
  documents.flatMap(({ id, auth }) =>
    auth.exchange === undefined ? [] : [[auth.exchange.url, { id, ...auth.exchange }]],
  ),
);
const examples = documents.flatMap((document) =>
  Object.entries(document.tools).flatMap(([key, { examples: own }]) =>
    own.map((example, index) => ({ document, key, name: toolNameOf(document, key), example, index })),
  ),
);

/** The sandbox knows tools, not where tokens are had: an exchange is answered before it gets there. */
function token(request: EgressRequest): EgressOutcome | null {
  const exchange = exchanges.get(request.url);
  if (exchange === undefined) return null;
  const value: unknown = connections.get(exchange.id)?.token;
  const body = exchange.token.split('.').reduceRight((inner, name) => ({ [name]: inner }), value);
  return {
    ok: true,
    response: { status: 200, headers: {}, body: Buffer.from(JSON.stringify(body)), contentType: 'application/json' },
    timing: { connectMs: 0, queuedMs: 0, totalMs: 0 },
  };
}

it('executes every tool of the catalogue, each request as its document says', { timeout: 120_000 }, async () => {
  const credentials = [...connections].flatMap(([id, { shown }]) => (shown === null ? [] : [[id, shown]]));
  const sandbox = await startSandbox({ documents, credentials: Object.fromEntries(credentials) });
  const egress = createEgress({ dialOverride: sandbox.url });
  const send = async (request: EgressRequest) => token(request) ?? egress.send(request);
  const engine = createEngine({ egress: { send, open: egress.open } });
  const executed = new Set<string>();
  const failed: unknown[] = [];
  let seen = 0;
  try {
    for (const { document, key, name, example, index } of examples) {
      const { credential = null, variables = {} } = connections.get(document.id) ?? {};
      const outcome = await engine.execute({
        prepared: prepareTool(document, key),
        tenant: 'acme',
        arguments: example.arguments,
        credential,
        variables,
        connection: document.id,
        deadlineAt: performance.now() + 30_000,
        idempotencyKey: `${name}-${index}`,
      });
      const answer = JSON.stringify(outcome.output);
      const arrived = sandbox.requests().slice(seen);
      seen += arrived.length;
      const others = arrived.filter((request) => request.tool !== name);
      if (arrived.length === 0 || others.length > 0) failed.push({ name, index, others });
      if (outcome.status !== 'succeeded') failed.push({ name, index, error: outcome.error });
      else if (answer === undefined || answer === 'null') failed.push({ name, index, answer });
      else executed.add(name);
    }
    expect(failed).toEqual([]);
    expect(executed.size).toBe(documents.reduce((sum, { tools }) => sum + Object.keys(tools).length, 0));
    // Strictly: nothing that a document does not say, no credential where it does not belong.
    const refused = sandbox.requests().filter(({ verdict, issues }) => verdict !== 'accepted' || issues.length > 0);
    expect(refused).toEqual([]);
    expect(sandbox.violations()).toEqual([]);
    expect(sandbox.counts().requests).toBeGreaterThanOrEqual(examples.length);
  } finally {
    engine.close();
    await egress.close();
    await sandbox.close();
  }
});
