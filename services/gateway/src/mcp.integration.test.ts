import { routes } from '@patchbay/contracts';
import { serversForSuite } from '@patchbay/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { confirmation } from '../test/fake-executor.ts';
import { type McpStage, type Revision, startMcpStage } from '../test/mcp-stage.ts';
import { makeKey } from '../test/running-gateway.ts';

const servers = serversForSuite({ beforeAll, afterAll }, { tenants: ['acme'], redis: false });
let stage: McpStage;
beforeAll(async () => {
  stage = await startMcpStage(servers());
});
afterAll(() => stage?.stop());
beforeEach(() => stage.reset());
afterEach(() => stage.closeClients());

describe.each<Revision>(['2026-07-28', '2025-11-25'])('a client of revision %s', (revision) => {
  test('lists the tools of its tenant with their annotations, and calls one', async () => {
    stage.registry.tools.set('theirs', { risk: 'read', tenant: 'rival' });
    const client = await stage.connect(revision);
    expect(client.getServerVersion()).toMatchObject({ name: 'patchbay' });
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['echo', 'count', 'endless', 'erase', 'patchbay_call_tool']);
    expect(tools[0]).toMatchObject({
      annotations: { readOnlyHint: true, destructiveHint: false, openWorldHint: true },
    });
    expect(tools[3]).toMatchObject({ annotations: { readOnlyHint: false, destructiveHint: true } });
    expect(tools[0]).not.toHaveProperty('execution');
    const result = await client.callTool({ name: 'echo', arguments: { text: 'hello' } });
    expect(result).toMatchObject({
      isError: false,
      content: [{ type: 'text', text: '{"text":"hello"}' }],
      structuredContent: { text: 'hello' },
    });
    expect(stage.executor.asked.at(-1)).toMatchObject({
      tenant: 'acme',
      request: { tool: 'echo', context: { agent: 'bot' } },
      traceparent: expect.stringMatching(/^00-/),
    });
  });

  test('is told of a failure as a result that a model reads', async () => {
    const client = await stage.connect(revision);
    for (const [name, code, speakable] of [
      ['fail', 'upstream_error', "The service couldn't complete that."],
      ['nothing', 'tool_not_found', "I don't have a way to do that."],
      ['Not A Name', 'tool_not_found', "I don't have a way to do that."],
    ] as const) {
      const result = await client.callTool({ name, arguments: {} });
      expect(result.isError).toBe(true);
      expect(JSON.parse((result.content[0] as { text: string }).text).error).toMatchObject({ code, speakable });
    }
  });

  test('hears how far a call is that streams', async () => {
    const client = await stage.connect(revision);
    const heard: unknown[] = [];
    const result = await client.callTool({ name: 'count', arguments: {} }, { onprogress: (one) => heard.push(one) });
    expect(result).toMatchObject({ isError: false, content: [{ text: 'told' }] });
    expect(heard[0]).toMatchObject({ progress: 1, message: '{"part":1}' });
  });

  test('cancels a call where it runs', async () => {
    const client = await stage.connect(revision);
    const stop = new AbortController();
    const before = stage.executor.cancelled.length;
    const call = client.callTool(
      { name: 'endless', arguments: {} },
      { signal: stop.signal, onprogress: () => stop.abort('enough') },
    );
    await expect(call).rejects.toThrow();
    await vi.waitFor(() => expect(stage.executor.cancelled.length).toBeGreaterThan(before), 5_000);
  });

  test('cancels a call that says nothing until it ends', async () => {
    const client = await stage.connect(revision);
    const stop = new AbortController();
    const asked = stage.executor.asked.length;
    const call = client.callTool({ name: 'endless', arguments: {} }, { signal: stop.signal });
    await vi.waitFor(() => expect(stage.executor.asked.length).toBeGreaterThan(asked));
    stop.abort('enough');
    await expect(call).rejects.toThrow();
    const { idempotency_key } = stage.executor.asked.at(-1)?.request ?? {};
    expect(idempotency_key).toMatch(/^mcp:/);
    await vi.waitFor(
      () => expect(stage.executor.cancels).toContainEqual(expect.objectContaining({ idempotency_key })),
      5_000,
    );
  });

  test('has the person asked where a call must be confirmed', async () => {
    const asked: string[] = [];
    let says: 'yes' | 'no' | 'nothing' = 'no';
    const client = await stage.connect(revision, { options: { capabilities: { elicitation: {} } } });
    client.setRequestHandler('elicitation/create', async ({ params }) => {
      asked.push(params.message);
      return says === 'nothing' ? { action: 'decline' } : { action: 'accept', content: { confirm: says === 'yes' } };
    });
    for (const no of ['no', 'nothing'] as const) {
      says = no;
      expect(await client.callTool({ name: 'erase', arguments: {} })).toMatchObject({ isError: true });
    }
    says = 'yes';
    expect((await client.callTool({ name: 'erase', arguments: {} })).structuredContent).toEqual({ erased: true });
    expect(asked).toEqual(Array(3).fill(confirmation.ask));
  });

  test('that cannot ask gets the question and a token, with which it calls again', async () => {
    const client = await stage.connect(revision);
    const refused = await client.callTool({ name: 'erase', arguments: {} });
    expect(refused.isError).toBe(true);
    const told = JSON.parse((refused.content[1] as { text: string }).text);
    expect(told).toMatchObject({ confirmation: confirmation.token, ask: confirmation.ask });
    const again = { name: 'erase', arguments: {}, confirmation: told.confirmation };
    expect((await client.callTool({ name: 'patchbay_call_tool', arguments: again })).structuredContent).toEqual({
      erased: true,
    });
  });

  test('is told that its tools changed, and sees them', async () => {
    const seen: string[] = [];
    const onChanged = (_error: unknown, tools: { name: string }[] | null) =>
      void seen.push(...(tools ?? []).map(({ name }) => name));
    const client = await stage.connect(revision, { options: { listChanged: { tools: { onChanged } } } });
    await client.listTools();
    stage.registry.tools.set('fresh', { risk: 'read' });
    stage.announce();
    // One may still tell of an earlier change.
    await vi.waitFor(() => expect(seen).toContain('fresh'), 10_000);
  });

  test('searches where there are too many tools to list, and calls what it found', async () => {
    for (let i = 0; i < 60; i++) stage.registry.tools.set(`tool_${i}`, { risk: 'read' });
    stage.announce('acme');
    const client = await stage.connect(revision);
    await vi.waitFor(async () => {
      const { tools } = await client.listTools(undefined, { cache: 'bypass' } as never);
      expect(tools.map(({ name }) => name)).toEqual(['patchbay_search_tools', 'patchbay_call_tool']);
    });
    const found = await client.callTool({ name: 'patchbay_search_tools', arguments: { query: 'an echo', limit: 3 } });
    expect(found.structuredContent).toMatchObject({ tools: [{ name: 'echo', inputSchema: { type: 'object' } }] });
    const called = await client.callTool({
      name: 'patchbay_call_tool',
      arguments: { name: 'echo', arguments: { text: 'found' } },
    });
    expect(called.structuredContent).toEqual({ text: 'found' });
    const wrong = await client.callTool({ name: 'patchbay_call_tool', arguments: { tool: 'echo' } });
    expect(wrong).toMatchObject({ isError: true });
    const whole = await stage.connect(revision, { query: '?tools=list' });
    expect((await whole.listTools()).tools).toHaveLength(65);
  });

  test('sees a toolset as it was chosen', async () => {
    const client = await stage.connect(revision, { query: '?toolset=desk' });
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['echo']);
    const lost = await stage.connect(revision, { query: '?toolset=nobodys' });
    await expect(lost.listTools()).rejects.toThrow(/no toolset/);
  });

  test('with a key that may only look is refused the call, as a result', async () => {
    const looking = await makeKey(stage.admin, { role: 'agent', scopes: ['tools:read'] });
    const client = await stage.connect(revision, { as: looking.text });
    expect((await client.listTools()).tools).not.toHaveLength(0);
    const refused = await client.callTool({ name: 'echo', arguments: {} });
    expect(JSON.parse((refused.content[0] as { text: string }).text).error.code).toBe('not_permitted');
  });

  test('ends within two seconds when its key is revoked, its call with it', async () => {
    const made = await makeKey(stage.admin, { role: 'agent' });
    const client = await stage.connect(revision, { as: made.text });
    const before = stage.executor.cancelled.length;
    const begun = Promise.withResolvers<void>();
    const call = client.callTool({ name: 'endless', arguments: {} }, { onprogress: () => begun.resolve() });
    // Over when its key is, or at the latest with its client.
    call.catch(() => {});
    await begun.promise;
    await stage.admin.request(routes.revokeApiKey, {}, { tenant: 'acme', key: made.key.id });
    await vi.waitFor(() => expect(stage.executor.cancelled.length).toBeGreaterThan(before), 2_000);
    await expect(client.callTool({ name: 'echo', arguments: {} })).rejects.toThrow();
  });
});
