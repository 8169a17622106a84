import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { normaliseDocument } from '@patchbay/catalog';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type System, startSystem } from './system.ts';

let folder: string;
let system: System;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'patchbay-hot-'));
  system = await startSystem({ seedCatalog: false, integrationsDir: folder, executors: 2 });
}, 120_000);
afterAll(async () => {
  await system?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** An integration as somebody writes it; its only tool says which version answered. */
const yaml = (id: string, version: string) => `
id: ${id}
name: Bakery
version: ${version}
category: ecommerce
description: A bakery.
base_url: https://${id.replace('_', '-')}.example/v1
auth: { type: none }
tools:
  look:
    title: Look
    description: Looks what there is. Returns it.
    risk: read
    request: { method: GET, path: /cakes }
    examples:
      - arguments: {}
        response: { status: 200, body: { from: '${version}' } }
`;

/** Saved as editors do, beside and then in place. */
function save(id: string, text: string): number {
  writeFileSync(join(folder, `.${id}.tmp`), text);
  renameSync(join(folder, `.${id}.tmp`), join(folder, `${id}.yaml`));
  return performance.now();
}

/** The sandbox knows an API before its document is registered, as an upstream does. */
async function upstream(text: string): Promise<void> {
  const { parseDocumentText } = await import('@patchbay/catalog');
  const normal = normaliseDocument(parseDocumentText(text));
  if (!normal.ok) throw new Error(JSON.stringify(normal.issues));
  await system.sandbox.addDocument(normal.document);
}

const called = async (id: string) => {
  const { status, version } = await system.agent.execute(`${id}_look`, {});
  return `${status} ${version}`;
};
const answers = (id: string, version: string) =>
  vi.waitFor(async () => expect(await called(id)).toBe(`succeeded ${version}`), { timeout: 30_000, interval: 5 });

test('an integration written into the folder is called within a second of its last byte', async () => {
  const took: number[] = [];
  for (const id of ['bakery_a', 'bakery_b', 'bakery_c', 'bakery_d', 'bakery_e']) {
    await upstream(yaml(id, '1.0.0'));
    const saved = save(id, yaml(id, '1.0.0'));
    await answers(id, '1.0.0');
    took.push(Math.round(performance.now() - saved));
  }
  process.stdout.write(`from the file's last byte until a call of its tool succeeded: ${took.join(', ')} ms\n`);
  // About 200 ms where nothing else runs; one that a busy machine held up is not all.
  expect(Math.min(...took)).toBeLessThan(1_000);
});

test('a typo is told with path, line and what was meant, while every call gets the old version', async () => {
  const wrong = yaml('bakery_a', '1.1.0').replace('risk: read', 'risk: raed');
  save('bakery_a', wrong);
  const seen = new Set<string>();
  await vi.waitFor(
    async () => {
      seen.add(await called('bakery_a'));
      const { files } = await system.admin.integrations.folder();
      expect(files.find(({ file }) => file === 'bakery_a.yaml')).toMatchObject({
        state: 'wrong',
        version: '1.0.0',
        served: '1.0.0',
        problems: [{ path: 'tools.look.risk', line: 13, column: 11, suggestion: 'read' }],
      });
    },
    { timeout: 30_000, interval: 5 },
  );
  for (let i = 0; i < 10; i++) seen.add(await called('bakery_a'));
  expect([...seen]).toEqual(['succeeded 1.0.0']);
  await upstream(yaml('bakery_a', '1.1.0'));
  save('bakery_a', yaml('bakery_a', '1.1.0'));
  await answers('bakery_a', '1.1.0');
});

test('what is uninstalled for a tenant is not found by any executor, and what leaves the folder by nobody', async () => {
  await system.admin.integrations.uninstall('bakery_b', { scope: 'acme' });
  await vi.waitFor(
    async () => {
      // Both executors are likely asked.
      for (let i = 0; i < 12; i++)
        expect((await system.agent.execute('bakery_b_look', {})).error).toMatchObject({ code: 'tool_not_found' });
    },
    { timeout: 30_000 },
  );
  const rival = await system.agentOf('rival');
  expect((await rival.execute('bakery_b_look', {})).status).toBe('succeeded');
  rmSync(join(folder, 'bakery_b.yaml'));
  await vi.waitFor(
    async () => expect((await rival.execute('bakery_b_look', {})).error).toMatchObject({ code: 'tool_not_found' }),
    { timeout: 30_000 },
  );
});
