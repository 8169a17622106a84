import { routes } from '@patchbay/contracts';
import { serversForSuite } from '@patchbay/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type McpStage, startMcpStage } from '../test/mcp-stage.ts';
import { callWith, makeKey } from '../test/running-gateway.ts';

const servers = serversForSuite({ beforeAll, afterAll }, { tenants: ['acme'], redis: false });
let stage: McpStage;
beforeAll(async () => {
  stage = await startMcpStage(servers());
});
afterAll(() => stage?.stop());
beforeEach(() => stage.reset());

const both = { accept: 'application/json, text/event-stream' };
const post = (body: unknown, headers: Record<string, string> = {}, key: string | null = stage.key, path = '/mcp') =>
  callWith(stage.gateway.url, key)('POST', path, body, { ...both, ...headers });

const envelope = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};
/** A request of revision 2026-07-28, with the headers that it goes with. */
const modern = (
  method: string,
  params: Record<string, unknown> = {},
  meta: Record<string, unknown> = {},
  id: unknown = 1,
) =>
  [
    { jsonrpc: '2.0', id, method, params: { ...params, _meta: { ...envelope, ...meta } } },
    {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(typeof params['name'] === 'string' && { 'mcp-name': params['name'] }),
    },
  ] as const;
const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
};
const begin = async (key = stage.key) => {
  const { headers } = await post(initialize, {}, key);
  const session = { 'mcp-session-id': headers.get('mcp-session-id') as string, 'mcp-protocol-version': '2025-11-25' };
  await post({ jsonrpc: '2.0', method: 'notifications/initialized' }, session, key);
  return session;
};
const call = (id: unknown, args = {}) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name: 'echo', arguments: args },
});

describe('whoever comes', () => {
  test('without a key that is good learns where to get a token', async () => {
    const { origin } = new URL(stage.gateway.url);
    for (const key of [null, 'pbk_nobody']) {
      const { status, headers, body } = await post(modern('tools/list')[0], {}, key);
      expect([status, body.code]).toEqual([401, 'not_authenticated']);
      const where = /resource_metadata="([^"]+)"/.exec(headers.get('www-authenticate') ?? '')?.[1] as string;
      expect(where).toBe(`${origin}/.well-known/oauth-protected-resource/mcp`);
      expect(await (await fetch(where)).json()).toEqual({
        resource: `${origin}/mcp`,
        resource_name: 'Patchbay',
        bearer_methods_supported: ['header'],
        scopes_supported: ['tools:read', 'tools:execute'],
      });
    }
  });

  test('with a key that lacks the scope learns which', async () => {
    const { text } = await makeKey(stage.admin, { role: 'owner', scopes: ['keys:read'] });
    const { status, headers } = await post(...modern('tools/list'), text);
    expect(status).toBe(403);
    expect(headers.get('www-authenticate')).toMatch(/error="insufficient_scope", scope="tools:read"/);
  });

  test('from a page in a browser is turned away, but for one of our own on this machine', async () => {
    const [body, headers] = modern('tools/list');
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:1', 'http://localhost'])
      expect((await post(body, { ...headers, origin })).status).toBe(403);
    expect((await post(body, { ...headers, origin: stage.gateway.url })).status).toBe(200);
  });

  test.each([
    ['no JSON', '{"jsonrpc":', {}, 400, -32_700],
    ['a batch', [call(1), call(2)], {}, 400, -32_600],
    ['more than is taken', call(1, { text: 'x'.repeat(1_100_000) }), {}, 413, -32_600],
    ['a body that is no JSON by its type', call(1), { 'content-type': 'text/plain' }, 415, -32_600],
    ['a session that is none', call(1), { 'mcp-session-id': 'made-up' }, 404, -32_001],
    ['no session', call(1), {}, 400, -32_000],
    ['headers that say something else', modern('tools/list')[0], { 'mcp-method': 'tools/call' }, 400, undefined],
    ['a revision that there is not', modern('tools/list')[0], { 'mcp-protocol-version': '2031-01-01' }, 400, undefined],
  ])('with %s is told so as JSON-RPC has it', async (_what, body, headers, status, code) => {
    const answer = await post(typeof body === 'string' ? body : body, headers);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ jsonrpc: '2.0', error: code === undefined ? {} : { code } });
  });

  test('finds no session but their own', async () => {
    const session = await begin();
    const other = await makeKey(stage.admin, { role: 'agent' });
    expect((await post(call(2), session, other.text)).status).toBe(404);
    expect((await callWith(stage.gateway.url, other.text)('DELETE', '/mcp', undefined, session)).status).toBe(404);
    expect((await post(call(2), session)).status).toBe(200);
    expect((await callWith(stage.gateway.url, stage.key)('DELETE', '/mcp', undefined, session)).status).toBe(200);
    expect((await post(call(3), session)).status).toBe(404);
  });
});

describe('a call', () => {
  const lastKey = () => stage.executor.asked.at(-1)?.request.idempotency_key;

  test('that is sent again in its session has the same key, and another has not', async () => {
    const [one, two] = [await begin(), await begin()];
    const keys: unknown[] = [];
    for (const [session, id] of [
      [one, 7],
      [one, 7],
      [one, '7'],
      [one, 8],
      [two, 7],
    ] as const) {
      await post(call(id), session);
      keys.push(lastKey());
    }
    expect(keys[0]).toBe(keys[1]);
    expect(new Set(keys).size).toBe(4);
    const long = 'x'.repeat(5_000);
    await post(call(long), one);
    expect((lastKey() as string).length).toBeLessThan(190);
  });

  test('that stands alone has a key of its own, or the one that it names', async () => {
    await post(...modern('tools/call', { name: 'echo', arguments: {} }));
    const first = lastKey();
    await post(...modern('tools/call', { name: 'echo', arguments: {} }));
    expect(lastKey()).not.toBe(first);
    await post(...modern('tools/call', { name: 'echo', arguments: {} }, { 'patchbay/idempotency_key': 'order-7' }));
    expect(lastKey()).toBe('order-7');
    const [body, headers] = modern('tools/call', { name: 'echo', arguments: {} });
    await post(body, { ...headers, 'idempotency-key': 'order-8' });
    expect(lastKey()).toBe('order-8');
  });

  test('goes by the deadline, version and conversation that it names', async () => {
    const meta = {
      'patchbay/deadline_ms': 1_000,
      'patchbay/version': '1.2.0',
      'patchbay/session': 'call-9',
      'patchbay/end_user': 'ada',
      'patchbay/dry_run': true,
    };
    await post(...modern('tools/call', { name: 'echo', arguments: {} }, meta));
    expect(stage.executor.asked.at(-1)?.request).toMatchObject({
      version: '1.2.0',
      dry_run: true,
      context: { agent: 'bot', session: 'call-9', end_user: 'ada' },
    });
    expect(stage.executor.asked.at(-1)?.request.deadline_ms).toBeLessThanOrEqual(1_000);
    const [body, headers] = modern('tools/call', { name: 'echo', arguments: {} });
    await post(body, headers, stage.key, '/mcp?deadline_ms=2000');
    expect(stage.executor.asked.at(-1)?.request.deadline_ms).toBeLessThanOrEqual(2_000);
    const wrong = await post(
      ...modern('tools/call', { name: 'echo', arguments: {} }, { 'patchbay/deadline_ms': 'soon' }),
    );
    expect(wrong.body.result).toMatchObject({ isError: true });
    expect((await post(body, headers, stage.key, '/mcp?deadline_ms=never')).status).toBe(400);
  });

  test('ends where it runs when its client hangs up', async () => {
    const [body, headers] = modern('tools/call', { name: 'endless', arguments: {} });
    const hangUp = new AbortController();
    const asked = stage.executor.asked.length;
    const answer = fetch(`${stage.gateway.url}/mcp`, {
      method: 'POST',
      headers: { ...both, ...headers, 'content-type': 'application/json', authorization: `Bearer ${stage.key}` },
      body: JSON.stringify(body),
      signal: hangUp.signal,
    });
    await vi.waitFor(() => expect(stage.executor.asked.length).toBeGreaterThan(asked));
    hangUp.abort();
    await expect(answer).rejects.toThrow();
    const idempotency_key = lastKey();
    await vi.waitFor(() => expect(stage.executor.cancels).toContainEqual(expect.objectContaining({ idempotency_key })));
  });
});

test('a stream of changes ends when the tenant is suspended', async () => {
  const made = await makeKey(stage.admin, { tenant: 'rival', role: 'agent' });
  const [body, headers] = modern('subscriptions/listen', { notifications: { toolsListChanged: true } });
  const session = await begin(made.text);
  const streams = await Promise.all(
    [
      { method: 'POST', body: JSON.stringify(body), headers: { ...headers, 'content-type': 'application/json' } },
      { method: 'GET', headers: session },
    ].map(({ headers: own, ...init }) =>
      fetch(`${stage.gateway.url}/mcp`, {
        ...init,
        headers: { ...both, ...own, authorization: `Bearer ${made.text}` },
      }),
    ),
  );
  expect(streams.map(({ status }) => status)).toEqual([200, 200]);
  const ends = Promise.all(streams.map((stream) => stream.text()));
  await stage.admin.request(routes.suspendTenant, {}, { tenant: 'rival', suspended: true });
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error('still open')), 2_000).unref());
  await Promise.race([ends, late]);
});
