import { type AddConnectionRequest, type Connection, Credential, newId, routes } from '@patchbay/contracts';
import { createSealingKeys, endpoint, type ServedEndpoints } from '@patchbay/messaging';
import { startCaptureProxy, startTestServers, type TestServers } from '@patchbay/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { credentialsFile, serveAs } from './fake-services.test-support.ts';
import { type Admin, connectAdmin } from './index.ts';

let servers: TestServers;
let admin: Admin;
let open: ServedEndpoints[] = [];

const connectTo = (natsUrls: readonly string[]) =>
  connectAdmin({ servers: natsUrls, tenant: 'acme', credentials: credentialsFile(servers, 'admin') });

beforeAll(async () => {
  servers = await startTestServers({ redis: false });
  admin = await connectTo(servers.natsUrls);
});
afterEach(async () => {
  await Promise.all(open.map((one) => one.stop()));
  open = [];
});
afterAll(async () => {
  await admin?.close();
  await servers?.stop();
});

const connection = (over: Partial<Connection> = {}): Connection => ({
  id: newId('connection'),
  tenant: 'acme',
  integration: 'slack',
  label: '',
  auth_type: 'bearer',
  status: 'active',
  is_default: true,
  variables: {},
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-01T00:00:00Z',
  credential_version: 1,
  health: null,
  ...over,
});

test('a credential goes to the vault sealed, and nothing on the way can read it', async () => {
  const vaultKeys = createSealingKeys();
  const added: { request: AddConnectionRequest; credential: unknown }[] = [];
  open.push(
    await serveAs(
      servers,
      'vault',
      endpoint('get-vault-key', routes.getVaultKey, async () => ({ public_key: vaultKeys.publicKey })),
      endpoint('add-connection', routes.addConnection, async (request) => {
        const { sender, ciphertext } = request.sealed_credential;
        const opened = vaultKeys.open(Buffer.from(ciphertext, 'base64'), sender);
        added.push({ request, credential: Credential.parse(JSON.parse(Buffer.from(opened).toString())) });
        return { connection: connection({ label: request.label }) };
      }),
    ),
  );
  const proxy = await startCaptureProxy(Number(new URL(servers.natsUrls[0] as string).port));
  const watched = await connectTo([proxy.url()]);
  const credential = { type: 'bearer' as const, token: 'canary-5f2e8c1a9b' };
  await watched.addConnection({ integration: 'slack', credential });
  await watched.addConnection({
    integration: 'slack',
    credential,
    label: 'Front desk',
    variables: { subdomain: 'acme' },
    makeDefault: true,
  });
  const passed = Buffer.concat(proxy.captured().flatMap(({ toServer, toClient }) => [toServer, toClient]));
  await watched.close();
  await proxy.stop();
  expect(added.map((one) => one.credential)).toEqual([credential, credential]);
  expect(added[0]?.request).toMatchObject({ tenant: 'acme', label: '', variables: {}, make_default: false });
  expect(added[1]?.request).toMatchObject({
    label: 'Front desk',
    variables: { subdomain: 'acme' },
    make_default: true,
  });
  // A key pair of its own for each credential.
  expect(added[0]?.request.sealed_credential.sender).not.toBe(added[1]?.request.sealed_credential.sender);
  expect(passed.includes('svc.vault.v1.connections.add')).toBe(true);
  for (const encoding of ['utf8', 'base64', 'hex'] as const)
    expect(passed.includes(Buffer.from(credential.token).toString(encoding))).toBe(false);
});

test('connections are listed and removed', async () => {
  const one = connection();
  const listed: unknown[] = [];
  open.push(
    await serveAs(
      servers,
      'vault',
      endpoint('list-connections', routes.listConnections, async (request) => {
        listed.push(request);
        return { connections: [one] };
      }),
      endpoint('remove-connection', routes.removeConnection, async (request) => ({
        connection: connection({ id: request.connection, tenant: request.tenant, status: 'revoked' }),
      })),
    ),
  );
  expect(await admin.listConnections()).toEqual([one]);
  await admin.listConnections('slack');
  expect(listed).toEqual([{ tenant: 'acme' }, { tenant: 'acme', integration: 'slack' }]);
  expect(await admin.removeConnection(one.id)).toEqual({ ...one, status: 'revoked' });
});

test('integrations are registered, read and retired, for all or for one tenant', async () => {
  const document = {
    id: 'weather',
    name: 'Weather',
    version: '1.0.0',
    category: 'other',
    description: 'Weather.',
    base_url: 'https://weather.example.com',
    auth: { type: 'none' },
    tools: {
      ping: { title: 'Ping', description: 'Pings.', risk: 'read', request: { method: 'GET', path: '/ping' } },
    },
  } as const;
  const requests: unknown[] = [];
  open.push(
    await serveAs(
      servers,
      'registry',
      endpoint('register-integration', routes.registerIntegration, async (request) => {
        requests.push(request.scope);
        return { integration: 'weather', version: '1.0.0', tools: ['weather_ping'], created: true };
      }),
      endpoint('get-integration', routes.getIntegration, async (request) => {
        requests.push(request);
        return { document: document as never, versions: [] };
      }),
      endpoint('retire-integration', routes.retireIntegration, async (request) => {
        requests.push(request);
        return { integration: 'weather', retired: ['1.0.0'], latest: null };
      }),
    ),
  );
  expect(await admin.register({ document })).toMatchObject({ created: true, warnings: [] });
  await admin.register({ document, scope: 'acme' });
  expect((await admin.integration('weather')).document).toMatchObject({ id: 'weather' });
  await admin.integration('weather', { scope: 'acme', version: '1.0.0' });
  expect(await admin.retire('weather')).toMatchObject({ retired: ['1.0.0'] });
  await admin.retire('weather', { scope: 'acme', version: '1.0.0' });
  expect(requests).toEqual([
    '_platform',
    'acme',
    { scope: '_platform', integration: 'weather' },
    { scope: 'acme', integration: 'weather', version: '1.0.0' },
    { scope: '_platform', integration: 'weather' },
    { scope: 'acme', integration: 'weather', version: '1.0.0' },
  ]);
});

test('what is decided about integrations and toolsets is asked of the registry, for all or for one tenant', async () => {
  const asked: unknown[] = [];
  const heard = <Answer>(name: string, request: unknown, answer: Answer): Answer => {
    asked.push([name, request]);
    return answer;
  };
  const pinned = { scope: 'acme', integration: 'crm', pin: '1.0.0', served_before: '2.0.0', served: '1.0.0' };
  const installed = { scope: 'acme', integration: 'crm', installed: false, said_by: 'tenant' as const };
  const toolset = {
    ...{ scope: 'acme', name: 'desk', title: 'Desk', tools: ['crm.*'], changed_at: '2026-01-01T00:00:00Z' },
    ...{ resolved: ['crm_find'], missing: [], tokens: 80, warnings: [] },
  };
  open.push(
    await serveAs(
      servers,
      'registry',
      endpoint('pin', routes.pinIntegration, async (request) => heard('pin', request, pinned)),
      endpoint('rollback', routes.rollBackIntegration, async (request) => heard('rollback', request, pinned)),
      endpoint('install', routes.installIntegration, async (request) => heard('install', request, installed)),
      endpoint('choices', routes.listChoices, async (request) => heard('choices', request, { choices: [] })),
      endpoint('deprecate', routes.deprecateIntegration, async (request) => {
        return heard('deprecate', request, { integration: 'crm', versions: ['1.0.0'] });
      }),
      endpoint('diff', routes.diffIntegration, async (request) => {
        return heard('diff', request, { integration: 'crm', from: '1.0.0', to: '2.0.0', changes: [] });
      }),
      endpoint('folder', routes.folderState, async () => ({
        registry: 'registry-1',
        folder: null,
        problem: null,
        files: [],
      })),
      endpoint('set', routes.setToolset, async (request) => heard('set', request, { toolset, created: true })),
      endpoint('show', routes.showToolset, async (request) => heard('show', request, { toolset })),
      endpoint('list', routes.listToolsets, async (request) => heard('list', request, { toolsets: [toolset] })),
      endpoint('remove', routes.removeToolset, async (request) => heard('remove', request, request)),
    ),
  );
  const { integrations, toolsets } = admin;
  const acme = { scope: 'acme' };
  expect(await integrations.pin('crm', '1.0.0', acme)).toEqual(pinned);
  await integrations.unpin('crm');
  await integrations.rollBack('crm', acme);
  expect(await integrations.uninstall('crm', acme)).toEqual(installed);
  await integrations.install('crm');
  await integrations.forget('crm', acme);
  await integrations.setDefault(false, acme);
  expect(await integrations.choices(acme)).toEqual([]);
  await integrations.deprecate('crm', { message: 'Use chat.' }, { version: '1.0.0' });
  await integrations.undeprecate('crm');
  expect((await integrations.diff('crm', { from: '1.0.0' })).to).toBe('2.0.0');
  expect((await integrations.folder()).folder).toBeNull();
  expect((await toolsets.set('desk', { title: 'Desk', tools: ['crm.*'] }, acme)).created).toBe(true);
  expect(await toolsets.show('desk', acme)).toEqual(toolset);
  expect(await toolsets.list()).toEqual([toolset]);
  await toolsets.remove('desk', acme);
  const platform = { scope: '_platform' };
  expect(asked).toEqual([
    ['pin', { ...acme, integration: 'crm', version: '1.0.0' }],
    ['pin', { ...platform, integration: 'crm', version: null }],
    ['rollback', { ...acme, integration: 'crm' }],
    ['install', { ...acme, integration: 'crm', installed: false }],
    ['install', { ...platform, integration: 'crm', installed: true }],
    ['install', { ...acme, integration: 'crm', installed: null }],
    ['install', { ...acme, integration: null, installed: false }],
    ['choices', acme],
    ['deprecate', { ...platform, integration: 'crm', version: '1.0.0', deprecation: { message: 'Use chat.' } }],
    ['deprecate', { ...platform, integration: 'crm', deprecation: null }],
    ['diff', { ...platform, integration: 'crm', from: '1.0.0' }],
    ['set', { ...acme, name: 'desk', title: 'Desk', tools: ['crm.*'] }],
    ['show', { ...acme, name: 'desk' }],
    ['list', platform],
    ['remove', { ...acme, name: 'desk' }],
  ]);
});

test("the audit log is asked for the admin's tenant", async () => {
  const asked: unknown[] = [];
  open.push(
    await serveAs(
      servers,
      'audit',
      endpoint('query-audit', routes.queryAudit, async (request) => {
        asked.push(request);
        return { events: [], next_cursor: null };
      }),
    ),
  );
  expect(await admin.queryAudit()).toEqual({ events: [], next_cursor: null });
  await admin.queryAudit({ class: 'execution', limit: 1 });
  expect(asked).toEqual([
    { tenant: 'acme', limit: 100 },
    { tenant: 'acme', class: 'execution', limit: 1 },
  ]);
});

test('what no service takes fails with the code of the service', async () => {
  await expect(admin.listConnections()).rejects.toMatchObject({ code: 'vault_unavailable' });
  await expect(admin.queryAudit()).rejects.toMatchObject({ code: 'audit_unavailable' });
});

test('circuits are asked for, all or of one host', async () => {
  const asked: unknown[] = [];
  const executors = [{ executor: 'executor-1.ab', circuits: [], omitted: 0 }];
  open.push(
    await serveAs(
      servers,
      'executor',
      endpoint('list-circuits', routes.listCircuits, async (request) => {
        asked.push(request);
        return { executors };
      }),
    ),
  );
  expect(await admin.circuits()).toEqual(executors);
  expect(await admin.circuits({ host: 'slack.com' })).toEqual(executors);
  expect(asked).toEqual([{}, { host: 'slack.com' }]);
});
