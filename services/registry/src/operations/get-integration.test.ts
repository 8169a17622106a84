import { expect, test } from 'vitest';
import { integrationDocument } from '../../test/documents.ts';
import { failureOf } from '../../test/failure-of.ts';
import { memoryRegistry } from '../../test/memory-registry.ts';
import { getIntegration } from './get-integration.ts';

async function twoVersions() {
  const registry = memoryRegistry();
  await registry.register(integrationDocument({ id: 'crm', version: '1.0.0' }));
  await registry.register(integrationDocument({ id: 'crm', version: '2.0.0' }));
  return { registry, get: getIntegration(registry) };
}

test('gives the latest document in use, and every version, newest first', async () => {
  const { registry, get } = await twoVersions();
  await registry.retire('crm', { version: '2.0.0' });
  const { document, versions } = await get({ scope: '_platform', integration: 'crm' });
  expect(document.version).toBe('1.0.0');
  expect(versions).toEqual([
    { version: '2.0.0', retired: true, registered_at: '2026-03-01T00:00:02.000Z' },
    { version: '1.0.0', retired: false, registered_at: '2026-03-01T00:00:01.000Z' },
  ]);
});

test('gives a version that is named, retired or not', async () => {
  const { registry, get } = await twoVersions();
  await registry.retire('crm');
  await expect(get({ scope: '_platform', integration: 'crm', version: '1.0.0' })).resolves.toMatchObject({
    document: { version: '1.0.0' },
  });
  await expect(get({ scope: '_platform', integration: 'crm' })).resolves.toMatchObject({
    document: { version: '2.0.0' },
  });
});

test.each([
  { scope: '_platform', integration: 'nothing' },
  { scope: 'acme', integration: 'crm' },
  { scope: '_platform', integration: 'crm', version: '3.0.0' },
])('answers tool_not_found for %o', async (request) => {
  const { get } = await twoVersions();
  expect(await failureOf(get(request))).toMatchObject({ code: 'tool_not_found' });
});
