import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { routes } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import { openRegistryCopy, type RegistryCopy } from '@patchbay/registry-copy';
import type { RunningService } from '@patchbay/service-kit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startRegistry } from '../src/main.ts';
import { integrationDocument } from './documents.ts';
import { type NatsFixture, startNatsFixture } from './nats-fixture.ts';

let nats: NatsFixture;
let folder: string;
/** Two that watch the same folder. */
let registries: RunningService[];
let admin: Messaging;
let agent: Messaging;
/** Copies as executors hold them. */
let copies: RegistryCopy[];

beforeAll(async () => {
  nats = await startNatsFixture();
  folder = mkdtempSync(join(tmpdir(), 'patchbay-integrations-'));
  registries = await Promise.all(
    ['registry-1', 'registry-2'].map((instance) => startRegistry(nats.registryConfig(instance, false, folder))),
  );
  admin = await nats.connect('admin');
  agent = await nats.connect('agent', 'acme');
  copies = await Promise.all([1, 2].map(async () => openRegistryCopy({ messaging: await nats.connect('executor') })));
}, 60_000);

afterAll(async () => {
  for (const copy of copies ?? []) copy.close();
  await Promise.all((registries ?? []).map((registry) => registry.stop()));
  await nats?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Written beside and put in place, as most editors do. */
function save(file: string, document: object, edit: (text: string) => string = (text) => text): void {
  const beside = join(folder, `.${file.replace('/', '-')}.new`);
  writeFileSync(beside, edit(JSON.stringify(document, null, 2)));
  renameSync(beside, join(folder, file));
}
const crm = (more: object = {}) => integrationDocument({ id: 'crm', ...more });
const meant = (tenant = 'acme', name = 'crm_ping') =>
  copies.map((copy) => copy.resolve(tenant, name)?.document.version ?? null);
const everywhere = (version: string | null, tenant?: string, name?: string) =>
  vi.waitFor(() => expect(meant(tenant, name)).toEqual([version, version]), { timeout: 20_000, interval: 2 });
const stateOf = async (file: string) =>
  (await admin.request(routes.folderState, {}, {})).files.find((one) => one.file === file);
/** Either registry answers; each has to be asked until both agree. */
const stateIs = (file: string, expected: object) =>
  vi.waitFor(
    async () => {
      for (let asked = 0; asked < 6; asked++) expect(await stateOf(file)).toMatchObject(expected);
    },
    { timeout: 20_000, interval: 50 },
  );

describe('a folder of two registries', () => {
  test('a file written into it can be called within a second, also after it changed', async () => {
    const took: number[] = [];
    for (let round = 0; round < 5; round++) {
      const version = `1.${round}.0`;
      const written = performance.now();
      save('crm.yaml', crm({ version }));
      await everywhere(version);
      took.push(Math.round(performance.now() - written));
    }
    process.stdout.write(`from the file's last byte until two executors' copies had it: ${took.join(', ')} ms\n`);
    // About 150 ms on a quiet machine; the bound is for one that many tests share.
    expect(Math.min(...took)).toBeLessThan(1_000);
    await stateIs('crm.yaml', { state: 'served', version: '1.4.0', served: '1.4.0', scope: '_platform' });
  });

  test('both give a content that changed under one version the same next patch', async () => {
    save('crm.yaml', crm({ version: '1.4.0', description: 'Better words.' }));
    await everywhere('1.4.1');
    await stateIs('crm.yaml', { state: 'served', version: '1.4.1', warnings: [{ path: 'version', line: 4 }] });
    const { versions } = await admin.request(routes.getIntegration, {}, { integration: 'crm' });
    expect(versions.map(({ version }) => version).slice(0, 2)).toEqual(['1.4.1', '1.4.0']);
  });

  test('a typo is told with its place and what was meant, and the old version goes on', async () => {
    save('crm.yaml', crm({ version: '1.5.0' }), (text) => text.replace('"risk": "read"', '"rsik": "read"'));
    await stateIs('crm.yaml', {
      state: 'wrong',
      version: '1.4.1',
      served: '1.4.1',
      problems: expect.arrayContaining([
        { path: 'tools.ping.rsik', message: 'there is no such field', suggestion: 'risk', line: 15, column: 7 },
      ]),
    });
    expect(meant()).toEqual(['1.4.1', '1.4.1']);
    save('crm.yaml', crm({ version: '1.5.0' }));
    await everywhere('1.5.0');
    await stateIs('crm.yaml', { state: 'served', problems: [] });
  });

  test('a tenant’s file is for that tenant, and what leaves the folder is retired', async () => {
    mkdirSync(join(folder, 'acme'));
    save('acme/own.json', integrationDocument({ id: 'own' }));
    await everywhere('1.0.0', 'acme', 'own_ping');
    expect(meant('globex', 'own_ping')).toEqual([null, null]);
    rmSync(join(folder, 'acme'), { recursive: true });
    await everywhere(null, 'acme', 'own_ping');
    await vi.waitFor(async () => {
      for (let asked = 0; asked < 6; asked++) expect(await stateOf('acme/own.json')).toBeUndefined();
    }, 20_000);
    expect(meant()).toEqual(['1.5.0', '1.5.0']);
  });
});

describe('choices reach executors', () => {
  test('a pin, a roll-back, and what is installed', async () => {
    await admin.request(routes.pinIntegration, {}, { scope: 'acme', integration: 'crm', version: '1.2.0' });
    await everywhere('1.2.0');
    expect(meant('globex')).toEqual(['1.5.0', '1.5.0']);
    await vi.waitFor(async () =>
      expect(await admin.request(routes.rollBackIntegration, {}, { scope: 'acme', integration: 'crm' })).toMatchObject({
        served_before: '1.2.0',
        served: '1.1.0',
      }),
    );
    await everywhere('1.1.0');
    await admin.request(routes.installIntegration, {}, { scope: 'acme', integration: 'crm', installed: false });
    await everywhere(null);
    expect(meant('globex')).toEqual(['1.5.0', '1.5.0']);
    await vi.waitFor(async () => {
      for (let asked = 0; asked < 6; asked++)
        expect((await agent.request(routes.listTools, { tenant: 'acme' }, {})).total).toBe(0);
    });
    await expect(
      agent.request(
        routes.installIntegration,
        {},
        { scope: 'acme', integration: 'crm', installed: true },
        { timeoutMs: 300 },
      ),
    ).rejects.toThrow();
  });

  test('a toolset narrows what an agent is told', async () => {
    save('chat.yaml', integrationDocument({ id: 'chat', tools: { post: {}, read: {} } }));
    await everywhere('1.0.0', 'acme', 'chat_post');
    const set = { scope: 'acme', name: 'reader', title: 'Reads only', tools: ['chat_read', 'crm.*'] };
    await vi.waitFor(async () =>
      expect(await admin.request(routes.setToolset, {}, set)).toMatchObject({
        toolset: { resolved: ['chat_read'], missing: ['crm.*'] },
      }),
    );
    await vi.waitFor(async () => {
      for (let asked = 0; asked < 6; asked++)
        expect(await agent.request(routes.listTools, { tenant: 'acme' }, { toolset: 'reader' })).toMatchObject({
          total: 1,
          tools: [{ name: 'chat_read' }],
        });
    });
  });
});
