import { loadCatalog } from '@patchbay/catalog';
import { toolNameOf } from '@patchbay/contracts';
import { createEgress } from '@patchbay/egress';
import { exampleConnection, startSandbox } from '@patchbay/testkit/sandbox';
import { expect, it } from 'vitest';
import { createEngine } from './create-engine.ts';
import { prepareTool } from './prepare/prepare-tool.ts';

const documents = await loadCatalog();
const connections = new Map(documents.map((document) => [document.id, exampleConnection(document)]));
const examples = documents.flatMap((document) =>
  Object.entries(document.tools).flatMap(([key, { examples: own }]) =>
    own.map((example, index) => ({ document, key, name: toolNameOf(document, key), example, index })),
  ),
);

it('executes every tool of the catalogue, each request as its document says', { timeout: 120_000 }, async () => {
  const credentials = [...connections].flatMap(([id, { credential }]) =>
    credential === null ? [] : [[id, credential]],
  );
  const sandbox = await startSandbox({ documents, credentials: Object.fromEntries(credentials) });
  const egress = createEgress({ dialOverride: sandbox.url });
  const engine = createEngine({ egress });
  const executed = new Set<string>();
  const failed: unknown[] = [];
  const flagged: { name: string; flags: string[]; paths: string[] }[] = [];
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
      const others = arrived.filter(
        ({ tool, integration }) => tool !== name && !(tool === null && integration === document.id),
      );
      if (arrived.length === 0 || others.length > 0) failed.push({ name, index, others });
      if (outcome.status !== 'succeeded') failed.push({ name, index, error: outcome.error });
      else if (answer === undefined || answer === 'null') failed.push({ name, index, answer });
      else executed.add(name);
      if (outcome.untrusted !== undefined) flagged.push({ name, ...outcome.untrusted });
    }
    expect(failed).toEqual([]);
    // No vendor's ordinary answer is taken for an attack.
    expect(flagged.filter(({ flags }) => flags.some((flag) => flag !== 'html'))).toEqual([]);
    expect(flagged.length).toBeLessThan(executed.size / 20);
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
