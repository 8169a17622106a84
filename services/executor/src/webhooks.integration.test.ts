import { newId, type PatchbayError, type RegisterWebhookRequest, routes } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import { startTestServers, type TestServers } from '@patchbay/testkit';
import { type Sandbox, startSandbox } from '@patchbay/testkit/sandbox';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type FakeVault, refuse, startFakeVault } from './fake-vault.test-support.ts';
import { followAudit, publish, type RunningExecutor, runExecutor } from './running-executor.test-support.ts';
import { hooksDocument } from './webhooks.test-support.ts';

let servers: TestServers;
let sandbox: Sandbox;
let vault: FakeVault;
let executor: RunningExecutor;
let ingress: Messaging;
let audit: Awaited<ReturnType<typeof followAudit>>;

const documents = [
  hooksDocument('vendor_hooks', 'of the vendor'),
  hooksDocument('our_hooks', 'ours'),
  hooksDocument('plain_hooks', 'none', { list: false }),
];
const connection = newId('connection');
const patience = { timeout: 20_000 };
const urlOf = (source: string) => `https://hooks.example.com/hooks/${source}`;

beforeAll(async () => {
  servers = await startTestServers({ tenants: ['acme'] });
  sandbox = await startSandbox({ documents });
  vault = await startFakeVault(servers);
  await publish(servers, ...documents);
  executor = await runExecutor(servers, 'executor-1', { redisUrl: servers.redisUrl, dialOverride: sandbox.url });
  ingress = await servers.connect('webhook-ingress');
  audit = await followAudit(servers);
}, 60_000);
afterEach(() => {
  sandbox.reset();
  vault.answer = () => ({});
});
afterAll(async () => {
  await executor?.stop();
  await sandbox?.close();
  await servers?.stop();
});

const place = (integration: string) => ({
  tenant: 'acme',
  integration,
  connection,
  url: urlOf('src_A'),
  arguments: { team: 'red' },
});
const register = (integration: string, over: Partial<RegisterWebhookRequest> = {}) =>
  ingress.request(routes.registerWebhook, {}, { ...place(integration), events: ['opened'], scheme: 'github', ...over });
const find = (integration: string, url = urlOf('src_A')) =>
  ingress.request(routes.findWebhooks, {}, { ...place(integration), url });
const remove = (integration: string, webhook_id: string) =>
  ingress.request(routes.removeWebhook, {}, { ...place(integration), webhook_id, settings: { state: 'on' } });
const failureOf = (work: Promise<unknown>) =>
  work.then(
    (value) => expect.fail(`answered ${JSON.stringify(value)}`),
    (error: PatchbayError) => error.body,
  );

describe('webhooks at a vendor', () => {
  test('are registered as an execution, and the secret that the vendor makes is sealed to the vault', async () => {
    const answer = await register('vendor_hooks');
    const [hook] = sandbox.webhooks();
    expect(hook).toMatchObject({ url: urlOf('src_A'), id: answer.webhook_id, events: ['opened'] });
    expect(answer).toMatchObject({ events: ['opened'], settings: { state: 'on' }, expires_at: null });
    expect(answer.sealed_secret && vault.open(answer.sealed_secret)).toEqual({ value: hook?.secret });
    expect(JSON.stringify(answer)).not.toContain(hook?.secret);
    expect(sandbox.requests()).toMatchObject([{ arguments: { names: 'for opened' }, verdict: 'accepted' }]);
    expect(sandbox.violations()).toEqual([]);
    await vi.waitFor(() => expect(audit.of(answer.execution_id)).toEqual(['intent', 'succeeded']), patience);
    expect(executor.log()).not.toContain(hook?.secret);
  });

  test('take a secret of ours, a new one each time, where the vendor makes none', async () => {
    const [first, second] = [await register('our_hooks'), await register('our_hooks', { url: urlOf('src_B') })];
    const secrets = sandbox.webhooks().map(({ secret }) => secret);
    expect([first, second].map(({ sealed_secret }) => sealed_secret && vault.open(sealed_secret))).toEqual(
      secrets.map((value) => ({ value })),
    );
    expect(new Set(secrets).size).toBe(2);
    expect(first.expires_at).toBe(new Date(1_796_000_000_000).toISOString());
    const [asked, again] = sandbox.requests().map((request) => request.arguments);
    expect(Date.parse(asked?.['until'] as string) - Date.now()).toBeGreaterThan(7_000_000);
    expect(asked?.['nonce']).not.toBe(again?.['nonce']);
    expect(secrets[0]).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(executor.log()).not.toContain(secrets[0]);
  });

  test('need no secret where a handshake brings it, and tell of the events that the document names', async () => {
    const answer = await register('plain_hooks', { events: [] });
    expect(answer).toMatchObject({ sealed_secret: null, events: ['opened', 'closed'] });
  });

  test('are found by their URL alone, and removed', async () => {
    const { webhook_id } = await register('vendor_hooks');
    await register('vendor_hooks', { url: urlOf('src_B') });
    expect((await find('vendor_hooks')).webhook_ids).toEqual([webhook_id]);
    expect((await find('vendor_hooks', urlOf('src_C'))).webhook_ids).toEqual([]);
    expect((await find('plain_hooks')).webhook_ids).toBeNull();
    expect(await remove('vendor_hooks', webhook_id)).toMatchObject({ removed: true });
    expect(sandbox.webhooks().map(({ url }) => url)).toEqual([urlOf('src_B')]);
    expect(await remove('vendor_hooks', webhook_id)).toMatchObject({ removed: false });
  });

  test('are not taken for removed when the vendor says so of what is still there', async () => {
    const { webhook_id } = await register('vendor_hooks');
    sandbox.behave({ tool: 'vendor_hooks_webhooks_remove', do: { kind: 'status', status: 404, body: {} } });
    expect(await failureOf(remove('vendor_hooks', webhook_id))).toMatchObject({ details: { upstream_status: 404 } });
  });

  test('are registered once when the vendor does not answer, and nobody knows whether they are', async () => {
    sandbox.behave({ tool: 'vendor_hooks_webhooks_register', do: { kind: 'drop', at: 'before_response' } });
    expect(await failureOf(register('vendor_hooks'))).toMatchObject({ code: 'outcome_unknown' });
    expect(sandbox.webhooks()).toHaveLength(1);
    expect((await find('vendor_hooks')).webhook_ids).toEqual([sandbox.webhooks()[0]?.id]);
  });

  test('say which one is of no use when the vendor keeps its secret to itself', async () => {
    const body = { hook: { id: 'half', state: 'on', secret: ' ' } };
    sandbox.behave({ tool: 'vendor_hooks_webhooks_register', do: { kind: 'status', status: 200, body } });
    expect(await failureOf(register('vendor_hooks'))).toMatchObject({
      code: 'response_invalid',
      details: { webhook_id: 'half' },
    });
  });

  test.each<[string, Partial<RegisterWebhookRequest> & { integration?: string }, string]>([
    ['another scheme than the document’s', { scheme: 'stripe' }, 'scheme'],
    ['an argument too few', { arguments: {} }, 'arguments.team'],
    ['an argument that nobody asked for', { arguments: { team: 'red', colour: 1 } }, 'arguments.colour'],
  ])('are not registered with %s', async (_what, over, path) => {
    expect(await failureOf(register('vendor_hooks', over))).toMatchObject({
      code: 'invalid_request',
      details: { issues: [{ path }] },
    });
    expect(sandbox.requests()).toEqual([]);
  });

  test('are not registered without the vault: neither its key nor a credential', async () => {
    expect(await failureOf(register('numbers'))).toMatchObject({ code: 'invalid_request' });
    vault.answer = () => refuse('connection_missing');
    const failure = await failureOf(register('our_hooks', { connection: newId('connection') }));
    expect(failure).toMatchObject({ code: 'connection_missing' });
    expect(sandbox.requests()).toEqual([]);
  });

  test('are nobody’s to register but the ingress’s', async () => {
    for (const identity of ['admin', 'vault'] as const) {
      const other = await servers.connect(identity);
      const asked = other.request(routes.registerWebhook, {}, { ...place('our_hooks'), events: [], scheme: 'github' });
      expect(await failureOf(asked)).toMatchObject({ code: 'not_permitted' });
    }
    const agent = await servers.connect('agent', 'acme');
    const tool = await agent.request(
      routes.executeTool,
      { tenant: 'acme' },
      { tool: 'our_hooks_webhooks_register', arguments: { team: 'red' } },
    );
    expect(tool.error).toMatchObject({ code: 'tool_not_found' });
  });
});
