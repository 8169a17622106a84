import { describe, expect, test } from 'vitest';
import { integrationDocument } from '../../test/documents.ts';
import { failureOf } from '../../test/failure-of.ts';
import { admin, memoryRegistry } from '../../test/memory-registry.ts';
import { deprecateIntegration } from './deprecate-integration.ts';
import { describeTools } from './describe-tools.ts';
import { diffIntegration } from './diff-integration.ts';
import { getIntegration } from './get-integration.ts';
import { listTools } from './list-tools.ts';

const wider = { ping: {}, pong: {} };

async function withVersions(...versions: string[]) {
  const registry = memoryRegistry();
  for (const version of versions) await registry.register(integrationDocument({ id: 'crm', version }));
  registry.audit.length = 0;
  const deprecate = deprecateIntegration(registry.ports);
  return {
    ...registry,
    deprecate: (request: object) =>
      deprecate({ scope: '_platform', integration: 'crm', deprecation: { message: 'Use chat.' }, ...request }, admin),
  };
}

describe('a deprecation', () => {
  test('is told wherever the version is, which can still be called, and is taken back', async () => {
    const registry = await withVersions('1.0.0', '2.0.0');
    const deprecation = { message: 'Use chat.', replaced_by: 'chat_ping', sunset: '2027-03-01' };
    await expect(registry.deprecate({ deprecation })).resolves.toEqual({
      integration: 'crm',
      versions: ['1.0.0', '2.0.0'],
    });
    const told = { ...deprecation, since: expect.any(String) };
    expect((await listTools(registry)('acme', { limit: 9 })).tools[0]?.deprecated).toEqual(told);
    const described = await describeTools(registry)('acme', { tools: ['crm_ping'], format: 'anthropic' });
    expect(described.deprecations).toEqual({ crm_ping: told });
    expect(described.tools[0]).not.toHaveProperty('deprecated');
    const read = await getIntegration(registry)({ scope: '_platform', integration: 'crm' });
    expect(read.versions.map(({ deprecated }) => deprecated?.sunset)).toEqual(['2027-03-01', '2027-03-01']);
    expect(registry.documents.resolve('acme', 'crm_ping')?.document.version).toBe('2.0.0');
    expect(registry.audited()).toEqual(Array(2).fill(['deprecated intent', 'deprecated succeeded']).flat());

    await registry.deprecate({ deprecation: null });
    expect((await listTools(registry)('acme', { limit: 9 })).tools[0]).not.toHaveProperty('deprecated');
  });

  test('concerns one version where one is named, and none that comes later', async () => {
    const registry = await withVersions('1.0.0', '2.0.0');
    await registry.deprecate({ version: '1.0.0' });
    expect(registry.documents.resolve('acme', 'crm_ping')?.deprecated).toBeUndefined();
    expect(registry.documents.resolve('acme', 'crm_ping', '1.0.0')?.deprecated?.message).toBe('Use chat.');
    await registry.register(integrationDocument({ id: 'crm', version: '3.0.0' }));
    expect(registry.documents.resolve('acme', 'crm_ping')?.deprecated).toBeUndefined();
  });

  test('of what is not there is refused', async () => {
    const registry = await withVersions('1.0.0');
    expect(await failureOf(registry.deprecate({ version: '9.0.0' }))).toMatchObject({ code: 'tool_not_found' });
    expect(await failureOf(registry.deprecate({ integration: 'nothing' }))).toMatchObject({ code: 'tool_not_found' });
    expect(registry.audited()).toEqual(['refused refused', 'refused refused']);
  });
});

describe('a diff', () => {
  test('is of what is served and the newest, of two versions, or of a version and a text', async () => {
    const registry = await withVersions('1.0.0');
    await registry.register(integrationDocument({ id: 'crm', version: '2.0.0', tools: wider }));
    const diff = diffIntegration(registry);
    const request = { scope: 'acme', integration: 'crm' };
    await expect(diff(request)).resolves.toEqual({ integration: 'crm', from: '2.0.0', to: '2.0.0', changes: [] });
    await expect(diff({ ...request, from: '1.0.0', to: '2.0.0' })).resolves.toMatchObject({
      changes: [{ path: 'tools.pong', breaking: false }],
    });
    const text = JSON.stringify(integrationDocument({ id: 'crm', version: '2.0.1' }));
    await expect(diff({ ...request, text })).resolves.toMatchObject({
      from: '2.0.0',
      to: '2.0.1',
      changes: [{ path: 'tools.pong', breaking: true }],
    });
    expect(await failureOf(diff({ ...request, from: '7.0.0' }))).toMatchObject({ code: 'tool_not_found' });
    expect(await failureOf(diff({ ...request, text: '{}' }))).toMatchObject({ code: 'invalid_request' });
    const other = JSON.stringify(integrationDocument({ id: 'chat' }));
    expect(await failureOf(diff({ ...request, text: other }))).toMatchObject({ paths: ['id'] });
  });

  test('stands in the answer to a registration, with a warning where the version is raised too little', async () => {
    const registry = memoryRegistry();
    await registry.register(integrationDocument({ id: 'crm', tools: wider }));
    const narrower = (version: string) => integrationDocument({ id: 'crm', version });
    await expect(registry.register(narrower('1.1.0'), { dry_run: true })).resolves.toMatchObject({
      created: true,
      compared_to: '1.0.0',
      changes: [{ path: 'tools.pong', breaking: true }],
      warnings: [
        { path: 'version', message: expect.stringMatching(/1\.1\.0 breaks callers of 1\.0\.0.*2\.0\.0 would/) },
      ],
    });
    await expect(registry.register(narrower('2.0.0'))).resolves.toMatchObject({ compared_to: '1.0.0', warnings: [] });
    const own = await registry.register(narrower('9.0.0'), { scope: 'acme' });
    expect(own.compared_to).toBeNull();
  });
});
