import { normaliseDocument } from '@patchbay/catalog';
import { type IntegrationDocument, PatchbayError } from '@patchbay/contracts';
import { expect, test } from 'vitest';
import { type DocumentSketch, integrationDocument } from '../../test/documents.ts';
import { failureOf } from '../../test/failure-of.ts';
import { MemoryStore, memoryRegistry } from '../../test/memory-registry.ts';
import type { Caller } from './ports.ts';
import { seedCatalogue } from './seed-catalogue.ts';

const caller: Caller = { actor: { kind: 'service', id: 'registry-1' }, traceId: null };
const shipped = (...sketches: DocumentSketch[]): IntegrationDocument[] =>
  sketches.map((sketch) => {
    const normal = normaliseDocument(integrationDocument(sketch));
    if (!normal.ok) throw new Error(JSON.stringify(normal.issues));
    return normal.document;
  });

function seeding(store = new MemoryStore()) {
  const registry = memoryRegistry({ store });
  const pauses: number[] = [];
  return {
    registry,
    pauses,
    seed: seedCatalogue({
      documents: registry.documents,
      register: registry.registerOperation,
      report: registry.report,
      pause: async (ms) => void pauses.push(ms),
    }),
  };
}

test('registers what is missing as the service itself, once', async () => {
  const { registry, seed } = seeding();
  await expect(seed(shipped({ id: 'crm' }, { id: 'chat' }), caller)).resolves.toBe(2);
  expect(registry.audit[0]?.data.actor).toEqual(caller.actor);
  await expect(seed(shipped({ id: 'crm' }, { id: 'chat' }), caller)).resolves.toBe(0);
  expect(registry.audit).toHaveLength(4);
});

test('registers a newer version beside the stored one', async () => {
  const { registry, seed } = seeding();
  await seed(shipped({ id: 'crm' }), caller);
  await expect(seed(shipped({ id: 'crm', version: '1.1.0' }), caller)).resolves.toBe(1);
  expect(registry.documents.integration('_platform', 'crm')?.versions).toHaveLength(2);
});

test('leaves a stored version that differs as it is, and reports it', async () => {
  const { registry, seed } = seeding();
  await registry.register(integrationDocument({ id: 'crm', description: 'Corrected here.' }));
  await expect(seed(shipped({ id: 'crm' }), caller)).resolves.toBe(0);
  expect(registry.documents.resolve('acme', 'crm_ping')?.document.description).toBe('Corrected here.');
  expect(registry.reports).toEqual([expect.stringContaining('the stored one stays')]);
});

test('does not bring back an integration that was retired, not even with a newer version', async () => {
  const { registry, seed } = seeding();
  await seed(shipped({ id: 'crm' }), caller);
  await registry.retire('crm');
  await expect(seed(shipped({ id: 'crm' }), caller)).resolves.toBe(0);
  await expect(seed(shipped({ id: 'crm', version: '2.0.0' }), caller)).resolves.toBe(0);
  expect(registry.documents.visibleTools('acme')).toEqual([]);
});

test('several processes at once register each document once', async () => {
  const store = new MemoryStore();
  const seeds = [seeding(store), seeding(store), seeding(store)];
  const created = await Promise.all(seeds.map(({ seed }) => seed(shipped({ id: 'crm' }, { id: 'chat' }), caller)));
  expect(created.reduce((sum, count) => sum + count)).toBe(2);
  expect(store.entries.size).toBe(2);
});

test('a document that an operator stands in the way of keeps no other away', async () => {
  const { registry, seed } = seeding();
  registry.memory.entries.set('doc._platform.crm.1_0_0', {
    stored: {
      scope: '_platform',
      registered_at: '',
      retired: false,
      digest: 'other',
      document: shipped({ id: 'crm' })[0] as IntegrationDocument,
    },
    revision: 1,
  });
  await expect(seed(shipped({ id: 'crm' }, { id: 'chat' }), caller)).resolves.toBe(1);
  expect(registry.reports).toEqual(['a shipped integration was not registered']);
});

test('an audit log that is away stops the start', async () => {
  const { registry, seed } = seeding();
  registry.failing.add('intent');
  expect(await failureOf(seed(shipped({ id: 'crm' }), caller))).toMatchObject({ code: 'audit_unavailable' });
  expect(new PatchbayError('audit_unavailable').body.retryable).toBe(true);
});

test('tries again what a busy store does not take at once, and gives up after some seconds', async () => {
  const { registry } = seeding();
  const pauses: number[] = [];
  let failures = 2;
  const seed = seedCatalogue({
    documents: registry.documents,
    report: registry.report,
    pause: async (ms) => void pauses.push(ms),
    register: async (request, from) => {
      if (failures-- > 0) throw new PatchbayError('outcome_unknown', { retryable: true });
      return registry.registerOperation(request, from);
    },
  });
  await expect(seed(shipped({ id: 'crm' }), caller)).resolves.toBe(1);
  expect(pauses).toEqual([250, 500]);
  failures = 100;
  await expect(seed(shipped({ id: 'chat' }), caller)).rejects.toMatchObject({ code: 'outcome_unknown' });
  expect(pauses).toHaveLength(7);
});
