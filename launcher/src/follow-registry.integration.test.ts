import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Admin, type Agent, connect, connectAdmin } from '@patchbay/sdk';
import { type SandboxClient, sandboxClient } from '@patchbay/testkit/sandbox';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { followRegistry, type RegistryFollower } from './follow-registry.ts';
import { type RunningPatchbay, startPatchbay } from './start-patchbay.ts';

let stateDir: string;
let patchbay: RunningPatchbay;
let admin: Admin;
let agent: Agent;
let sandbox: SandboxClient;
let follower: RegistryFollower;
const failures: string[] = [];

/** A document with one tool that reads, under the auth given. */
function document(id: string, auth: Record<string, unknown>, over: Record<string, unknown> = {}) {
  return {
    id,
    name: id,
    version: '1.0.0',
    category: 'other',
    description: `The ${id} API, for tests.`,
    base_url: `https://${id.replaceAll('_', '-')}.example.com`,
    auth,
    tools: {
      look: {
        title: 'Look',
        description: 'Looks something up, for tests.',
        risk: 'read',
        request: { method: 'GET', path: '/look' },
        parameters: {},
        examples: [{ arguments: {}, response: { status: 200, body: { ok: true } } }],
      },
    },
    ...over,
  } as never;
}

beforeAll(async () => {
  stateDir = mkdtempSync(join(tmpdir(), 'launcher-follow-'));
  patchbay = await startPatchbay({
    stateDir,
    tenants: ['demo'],
    shape: 'one_process',
    executors: 1,
    sandbox: true,
    seedCatalog: false,
    sandboxCatalog: false,
    logLevel: 'warn',
    ports: { nats: 0, redis: 0, sandbox: 0, ingress: 0, gateway: 0 },
  });
  const { facts } = patchbay;
  const place = { servers: facts.nats_url, tenant: facts.tenant };
  admin = await connectAdmin({ ...place, credentials: facts.admin_credentials });
  agent = await connect({ ...place, credentials: facts.agent_credentials });
  sandbox = sandboxClient(facts.sandbox_url as string, patchbay.sandbox?.controlToken as string);
  await admin.register({ document: document('earlier', { type: 'bearer' }) });
  await admin.register({ document: document('earlier_own', { type: 'bearer' }), scope: 'demo' });
  await admin.register({ document: document('known_already', { type: 'bearer' }) });
  follower = await followRegistry({
    admin,
    agent,
    sandbox,
    known: new Set(['known_already']),
    onError: (integration) => failures.push(integration),
  });
  await follower.settled();
}, 90_000);
afterAll(async () => {
  await follower?.stop();
  await Promise.all([admin?.close(), agent?.close()]);
  await patchbay?.stop();
  rmSync(stateDir, { recursive: true, force: true });
}, 60_000);

/** The tool answers once both the sandbox and the connection are there. */
const answers = (integration: string) =>
  vi.waitFor(
    async () =>
      expect(await agent.execute(`${integration}_look`)).toMatchObject({ status: 'succeeded', output: { ok: true } }),
    { timeout: 10_000, interval: 50 },
  );

describe('the registry is followed', () => {
  test.each(['earlier', 'earlier_own'])('what was registered before can be called: %s', answers);

  test('what was known already is left alone', async () => {
    expect(await admin.listConnections('known_already')).toEqual([]);
  });

  test.each([
    ['by_key', { type: 'api_key' }],
    ['by_password', { type: 'basic' }],
    ['by_bearer', { type: 'bearer' }],
    [
      'by_oauth',
      { type: 'oauth2', authorize_url: 'https://by-oauth.example.com/a', token_url: 'https://by-oauth.example.com/t' },
    ],
    ['by_template', { type: 'custom', headers: { 'X-Key': '{api_key}' } }],
  ])('what is registered now can be called with a connection of its own: %s', async (id, auth) => {
    await admin.register({ document: document(id, auth) });
    await answers(id);
    expect(await admin.listConnections(id)).toMatchObject([{ auth_type: auth.type, label: `${id} (demo)` }]);
  });

  test('an integration without a credential needs no connection', async () => {
    await admin.register({ document: document('open_to_all', { type: 'none' }) });
    await answers('open_to_all');
    expect(await admin.listConnections('open_to_all')).toEqual([]);
  });

  test('variables take their example, else their default, else a word', async () => {
    const variables = { place: { example: 'north' }, region: { default: 'eu' }, account: {} };
    const base_url = 'https://{place}.{region}.{account}.example.com';
    await admin.register({ document: document('with_variables', { type: 'bearer' }, { base_url, variables }) });
    await answers('with_variables');
    expect((await admin.listConnections('with_variables'))[0]?.variables).toEqual({
      place: 'north',
      region: 'eu',
      account: 'example',
    });
  });

  test('a second version adds no second connection, and a retirement nothing', async () => {
    await admin.register({ document: document('earlier', { type: 'bearer' }, { version: '1.1.0' }) });
    await admin.retire('earlier', { version: '1.0.0' });
    await admin.messaging.flush();
    await follower.settled();
    expect(await admin.listConnections('earlier')).toHaveLength(1);
  });
});

test('what cannot be followed is told, and the next is followed', async () => {
  let refuse = true;
  const told: string[] = [];
  const fragile = await followRegistry({
    admin,
    agent,
    sandbox: {
      addDocument: async (added) => {
        if (refuse) throw new Error('refused');
        await sandbox.addDocument(added);
      },
    },
    known: new Set(),
    onError: (integration) => told.push(integration),
  });
  await fragile.settled();
  expect(told).toContain('known_already');
  refuse = false;
  await admin.register({ document: document('afterwards', { type: 'bearer' }) });
  await answers('afterwards');
  await fragile.stop();
  expect(told).not.toContain('afterwards');
  expect(failures).toEqual([]);
});
