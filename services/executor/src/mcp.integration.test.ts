import { normaliseDocument } from '@patchbay/catalog';
import { type ExecuteRequestInput, type IntegrationDocument, routes } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import { startTestServers, type TestServers } from '@patchbay/testkit';
import { startMcpServer, stdioProgram, type TestMcpServer } from '@patchbay/testkit/mcp';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type FakeVault, startFakeVault } from './fake-vault.test-support.ts';
import { followAudit, publish, type RunningExecutor, runExecutor } from './running-executor.test-support.ts';

let servers: TestServers;
let older: TestMcpServer;
let newer: TestMcpServer;
let vault: FakeVault;
let executor: RunningExecutor;
let agent: Messaging;
let rival: Messaging;
let audit: Awaited<ReturnType<typeof followAudit>>;

const patience = { timeout: 20_000 };

/** A document over the desk's tools; `id` is also the first part of their names. */
function deskDocument(id: string, mcp: object, over: object = {}): IntegrationDocument {
  const about = (title: string, risk: 'read' | 'write') => ({ title, description: `${title} at the desk.`, risk });
  const read = { ...about('Look', 'read'), idempotency: { kind: 'natural' } };
  const normalised = normaliseDocument({
    id,
    name: 'Desk',
    version: '1.0.0',
    category: 'helpdesk',
    description: 'A desk, for tests.',
    mcp,
    auth: { type: 'bearer' },
    tools: {
      add: {
        ...read,
        mcp: { tool: 'add' },
        parameters: { first: { type: 'number', required: true, 'x-name': 'a' }, b: { 'x-const': 10 } },
        response: { pick: { total: 'sum' } },
      },
      open: {
        ...about('Open', 'write'),
        mcp: { tool: 'open-ticket' },
        parameters: { subject: { type: 'string', required: true } },
      },
      open_keyed: {
        ...about('Open', 'write'),
        mcp: { tool: 'open-ticket' },
        idempotency: { kind: 'field', name: 'key' },
        parameters: { subject: { type: 'string', required: true } },
      },
      fail: { ...read, mcp: { tool: 'fail' } },
      closed: {
        ...read,
        mcp: { tool: 'fail' },
        errors: [
          { when: 'exists(message)', code: 'invalid_arguments', message: 'message', speakable: 'They are closed.' },
        ],
      },
      wait: { ...read, mcp: { tool: 'wait' } },
      wait_and_write: { ...about('Wait', 'write'), mcp: { tool: 'wait-and-write' } },
      pinned: { ...read, mcp: { tool: 'add', digest: 'a'.repeat(64) }, parameters: { a: { type: 'number' } } },
    },
    ...over,
  });
  if (!normalised.ok) throw new Error(JSON.stringify(normalised.issues));
  return normalised.document;
}

beforeAll(async () => {
  servers = await startTestServers({ tenants: ['acme', 'rival'] });
  [older, newer] = await Promise.all([startMcpServer('2025-11-25'), startMcpServer('2026-07-28')]);
  vault = await startFakeVault(servers);
  await publish(
    servers,
    deskDocument('older', { url: older.url }),
    deskDocument('newer', { url: newer.url }),
    deskDocument('inside', { url: 'https://localhost/mcp' }),
    deskDocument('program', { command: 'desk', args: ['--environment'], env: { DESK_KEY: '{token}' } }),
    deskDocument('nobody', { command: 'nobody' }, { auth: { type: 'none' } }),
  );
  executor = await runExecutor(servers, 'executor-1', {
    trustedOrigins: [older.origin, newer.origin],
    mcpCommands: new Map([['desk', stdioProgram()]]),
  });
  [agent, rival] = await Promise.all([servers.connect('agent', 'acme'), servers.connect('agent', 'rival')]);
  audit = await followAudit(servers);
});
afterEach(() => {
  vault.answer = () => ({});
});
afterAll(async () => {
  await executor?.stop();
  await Promise.all([older?.close(), newer?.close()]);
  await servers?.stop();
});

const execute = (tool: string, args: object = {}, request: Partial<ExecuteRequestInput> = {}) =>
  agent.request(routes.executeTool, { tenant: 'acme' }, { tool, arguments: args as never, ...request });

describe.each(['older', 'newer'] as const)('an MCP server of the %s protocol', (id) => {
  const server = () => (id === 'older' ? older : newer);
  const opened = () => server().log.calls.filter(({ tool }) => tool === 'open-ticket').length;

  test('is called with the borrowed credential; the answer is shaped, and its outcome recorded', async () => {
    const before = server().requests.length;
    const result = await execute(`${id}_add`, { first: 3 });
    expect(result).toMatchObject({ status: 'succeeded', output: { total: 13 }, attempts: 1, version: '1.0.0' });
    const seen = server().requests.slice(before);
    expect(seen.map(({ headers }) => headers['authorization'])).toEqual(
      seen.map(() => expect.stringMatching(/^Bearer token-\d+$/)),
    );
    await vi.waitFor(() => expect(audit.of(result.execution_id)).toEqual(['succeeded']), patience);
    expect(executor.log()).not.toMatch(/token-\d/);
  });

  test('acts once for a key, which also reaches a tool that takes one', async () => {
    const before = opened();
    const request = { idempotency_key: `key-${id}` };
    const first = await execute(`${id}_open`, { subject: 'Printer' }, request);
    expect(first).toMatchObject({ status: 'succeeded', output: { number: before + 1 } });
    await vi.waitFor(
      async () =>
        expect(await execute(`${id}_open`, { subject: 'Printer' }, request)).toMatchObject({
          execution_id: first.execution_id,
          replayed: true,
        }),
      patience,
    );
    expect(opened()).toBe(before + 1);
    await execute(`${id}_open_keyed`, { subject: 'Printer' }, { idempotency_key: `keyed-${id}` });
    expect(server().log.calls.at(-1)?.arguments).toEqual({
      subject: 'Printer',
      key: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  test('that says that it failed gives its message, or what the document makes of it', async () => {
    expect(await execute(`${id}_fail`)).toMatchObject({
      status: 'failed',
      error: { code: 'upstream_error', message: 'Desk answered with an error: The desk is closed on Sundays.' },
    });
    expect(await execute(`${id}_closed`)).toMatchObject({
      status: 'failed',
      error: { code: 'invalid_arguments', speakable: 'They are closed.' },
    });
  });

  test('that hangs is left at the deadline: a read is late, a write of unknown outcome', async () => {
    const { cancelled } = server().log;
    expect(await execute(`${id}_wait`, {}, { deadline_ms: 1_500 })).toMatchObject({
      status: 'failed',
      error: { code: 'deadline_exceeded' },
    });
    expect(await execute(`${id}_wait_and_write`, {}, { deadline_ms: 1_500 })).toMatchObject({
      status: 'outcome_unknown',
      error: { code: 'outcome_unknown' },
    });
    await expect.poll(() => server().log.cancelled).toBe(cancelled + 2);
  });

  test('hears of a cancel', async () => {
    const { log } = server();
    const [calls, cancelled] = [log.calls.length, log.cancelled];
    const key = `cancel-${id}`;
    const waiting = execute(`${id}_wait`, {}, { deadline_ms: 30_000, idempotency_key: key });
    await expect.poll(() => log.calls.length).toBe(calls + 1);
    await agent.request(routes.cancelExecution, { tenant: 'acme' }, { idempotency_key: key });
    expect(await waiting).toMatchObject({ status: 'cancelled' });
    await expect.poll(() => log.cancelled).toBe(cancelled + 1);
  });

  test('whose answer is lost leaves a write unknown, and a read is asked again', async () => {
    await execute(`${id}_add`, { first: 1 });
    server().interrupt('tools/call', (response) => response.destroy());
    expect(await execute(`${id}_open`, { subject: 'x' })).toMatchObject({ status: 'outcome_unknown', attempts: 1 });
    let left = 1;
    server().interrupt('tools/call', (response) => {
      if (--left === 0) server().interrupt('tools/call', null);
      response.destroy();
    });
    expect(await execute(`${id}_add`, { first: 1 })).toMatchObject({ status: 'succeeded', attempts: 2 });
  });

  test('that started again is called in a new session', async () => {
    await execute(`${id}_add`, { first: 1 });
    await server().restart();
    const before = opened();
    expect(await execute(`${id}_open`, { subject: 'x' })).toMatchObject({ status: 'succeeded', attempts: 1 });
    expect(opened()).toBe(before + 1);
  });

  test('shares no session between tenants', async () => {
    const opening = id === 'older' ? 'initialize' : 'server/discover';
    await execute(`${id}_add`, { first: 1 });
    const before = server().requests.filter(({ rpc }) => rpc === opening).length;
    vault.answer = () => ({ payload: { credential: { type: 'bearer', token: 'rivals-own-token' } as never } });
    const other = { tool: `${id}_add`, arguments: { first: 1 } };
    const result = await rival.request(routes.executeTool, { tenant: 'rival' }, other);
    expect(result).toMatchObject({ status: 'succeeded' });
    expect(server().requests.filter(({ rpc }) => rpc === opening).length).toBe(before + 1);
    const ids = server().requests.map(({ headers }) => `${headers['mcp-session-id']} ${headers['authorization']}`);
    const sessions = new Map<string, Set<string>>();
    for (const [session = '', ...authorization] of ids.map((text) => text.split(' ')))
      if (session !== 'undefined')
        sessions.set(session, (sessions.get(session) ?? new Set()).add(authorization.join(' ')));
    expect([...sessions.values()].every((credentials) => credentials.size === 1)).toBe(true);
  });

  test('whose tool is not the one that the document pins is not called', async () => {
    const calls = server().log.calls.length;
    const result = await execute(`${id}_pinned`, { a: 1 });
    expect(result).toMatchObject({
      status: 'refused',
      error: { code: 'response_invalid', details: { reason: 'mcp_tool_changed' } },
    });
    expect(server().log.calls.length).toBe(calls);
  });

  test('is not followed elsewhere', async () => {
    await execute(`${id}_add`, { first: 1 });
    server().interrupt('tools/call', (response) => response.writeHead(307, { location: `${server().origin}/x` }).end());
    expect(await execute(`${id}_add`, { first: 1 })).toMatchObject({
      status: 'failed',
      error: { code: 'upstream_error', details: { upstream_status: 307 } },
    });
    server().interrupt('tools/call', null);
  });
});

test('a server at a private address is refused', async () => {
  expect(await execute('inside_add', { first: 1 })).toMatchObject({
    status: 'refused',
    error: { code: 'egress_denied' },
  });
});

describe('a program', () => {
  test('is given its credential by its environment, and its standard error is logged without it', async () => {
    const result = await execute('program_add', { first: 1 }, { deadline_ms: 20_000 });
    expect(result).toMatchObject({ status: 'succeeded', output: { total: 11 } });
    await vi.waitFor(() => expect(audit.of(result.execution_id)).toEqual(['succeeded']), patience);
    expect(executor.log()).toContain('DESK_KEY');
    expect(executor.log()).not.toMatch(/token-\d/);
    expect(await execute('program_open', { subject: 'x' }, { deadline_ms: 20_000 })).toMatchObject({
      output: { number: 1 },
    });
  });

  test('runs only if the operator allows it, and never for a document of a tenant', async () => {
    expect(await execute('nobody_add', { first: 1 })).toMatchObject({
      status: 'refused',
      error: { code: 'egress_denied', details: { reason: 'mcp_command_not_allowed' } },
    });
    const registry = await servers.connect('registry');
    const bucket = await registry.bucket('integrations');
    const document = deskDocument('smuggled', { command: 'desk' }, { auth: { type: 'none' } });
    const stored = { scope: 'acme', document, registered_at: '2026-01-01T00:00:00.000Z', retired: false, digest: 'd' };
    await bucket.put('doc.acme.smuggled.1_0_0', JSON.stringify(stored));
    await vi.waitFor(
      async () =>
        expect(await execute('smuggled_add', { first: 1 })).toMatchObject({
          status: 'refused',
          error: { code: 'not_permitted', details: { reason: 'mcp_command_of_tenant' } },
        }),
      patience,
    );
    expect(document.base_url).toBe('https://desk.stdio.invalid');
    await registry.close();
  });
});
