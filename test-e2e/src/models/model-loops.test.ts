import { readFileSync } from 'node:fs';
import Anthropic from '@anthropic-ai/sdk';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { loadIntegration } from '@patchbay/catalog';
import { ensureDemoConnections } from '@patchbay/launcher';
import { MockLanguageModelV4 } from 'ai/test';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type System, startSystem } from '../system.ts';
import * as aiSdk from './ai-sdk.snippet.ts';
import * as anthropic from './anthropic.snippet.ts';
import * as langChain from './langchain.snippet.ts';
import { mcpServer } from './mcp.snippet.ts';
import { type ModelServer, startModelServer } from './model-server.ts';
import * as chat from './openai-chat.snippet.ts';
import * as realtime from './openai-realtime.snippet.ts';
import * as responses from './openai-responses.snippet.ts';

let system: System;
let model: ModelServer;
beforeAll(async () => {
  model = await startModelServer();
  // A tenant has a few integrations. Search over all of them has a test of its own.
  system = await startSystem({ seedCatalog: false });
  const documents = await Promise.all(['slack', 'hubspot', 'google_calendar'].map((id) => loadIntegration(id)));
  for (const document of documents) {
    await system.admin.register({ document });
    await system.sandbox.addDocument(document);
  }
  await ensureDemoConnections(system.admin, documents);
});
afterAll(async () => {
  model?.stop();
  await system?.stop();
});

const names = ['slack_post_message', 'slack_lookup_user'];
const message = { channel: 'C0123456789', text: 'hello' };
const person = { email: 'ada@example.com' };
const client = { apiKey: 'a-key-for-tests', maxRetries: 0 };
/** The messages of a request that the model's API got. */
const messagesOf = (request: number) => (model.asked[request]?.['messages'] ?? []) as { content: unknown }[];
/** What a call with arguments that do not fit is told as: a reason, and what to do next. */
const refused = expect.stringMatching(/"code":"invalid_arguments".*"issues":\[.*"next":"Correct the arguments/);
/** Whom the sandbox knows by any address. */
const known = expect.stringContaining('"name":"Egon Spengler"');
const posted = expect.stringMatching(/^\{"channel":/);

describe("Anthropic's tool runner", () => {
  const reply = (content: object[], stop_reason = 'tool_use') => ({
    ...{ id: 'msg_1', type: 'message', role: 'assistant', model: 'claude', stop_sequence: null, stop_reason, content },
    usage: { input_tokens: 1, output_tokens: 1 },
  });
  const use = (id: string, name: string, input: object) => ({ type: 'tool_use', id, name, input });

  test('searches, calls what it found in parallel, and is told what failed', async () => {
    model.play(
      () => reply([use('toolu_1', 'patchbay_search_tools', { query: 'eine Nachricht auf Slack senden' })]),
      () =>
        reply([
          use('toolu_2', 'slack_post_message', message),
          use('toolu_3', 'slack_lookup_user', person),
          use('toolu_4', 'slack_post_message', { text: 'to nobody' }),
        ]),
      () => reply([{ type: 'text', text: 'Done.' }], 'end_turn'),
    );
    const api = new Anthropic({ ...client, baseURL: model.url });
    const last = await anthropic.answer(system.agent, api, names, 'Tell the team.');
    expect(last.content).toEqual([{ type: 'text', text: 'Done.' }]);
    expect(model.asked[0]?.['tools']).toMatchObject([
      { name: 'patchbay_search_tools' },
      { name: 'slack_post_message', defer_loading: true, strict: true },
      { name: 'slack_lookup_user', defer_loading: true, strict: true },
    ]);
    const results = (request: number) => messagesOf(request).at(-1)?.content;
    expect(results(1)).toMatchObject([
      {
        tool_use_id: 'toolu_1',
        content: expect.arrayContaining([{ type: 'tool_reference', tool_name: 'slack_post_message' }]),
      },
    ]);
    expect(results(2)).toMatchObject([
      { type: 'tool_result', tool_use_id: 'toolu_2', content: posted },
      { type: 'tool_result', tool_use_id: 'toolu_3', content: known },
      { type: 'tool_result', tool_use_id: 'toolu_4', content: refused, is_error: true },
    ]);
  });
});

describe("OpenAI's client", () => {
  test('in Responses loads what a search found and calls it, in one round trip each', async () => {
    const response = (id: string, output: object[]) => ({
      ...{ id, object: 'response', created_at: 1, model: 'gpt', status: 'completed', error: null, output },
    });
    const call = (call_id: string, name: string, args: object) => ({
      ...{ type: 'function_call', id: `fc_${call_id}`, call_id, name, arguments: JSON.stringify(args) },
    });
    const search = { type: 'tool_search_call', id: 'ts_1', execution: 'client', status: 'completed' };
    const text = { type: 'output_text', text: 'Done.', annotations: [] };
    model.play(
      () => response('resp_1', [{ ...search, call_id: 'call_1', arguments: { query: 'post a message on Slack' } }]),
      () =>
        response('resp_2', [
          call('call_2', 'slack_post_message', { ...message, thread_ts: null }),
          call('call_3', 'slack_lookup_user', person),
          call('call_4', 'slack_post_message', {}),
        ]),
      () =>
        response('resp_3', [{ type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content: [text] }]),
    );
    const api = new OpenAI({ ...client, baseURL: model.url });
    expect(await responses.answer(system.agent, api, 'Tell the team.')).toBe('Done.');
    expect(model.asked[1]?.['input']).toMatchObject([
      {
        ...{ type: 'tool_search_output', call_id: 'call_1', execution: 'client', status: 'completed' },
        tools: expect.arrayContaining([expect.objectContaining({ name: 'slack_post_message', strict: true })]),
      },
    ]);
    expect(model.asked[2]?.['input']).toMatchObject([
      { type: 'function_call_output', call_id: 'call_2', output: posted },
      { type: 'function_call_output', call_id: 'call_3', output: known },
      { type: 'function_call_output', call_id: 'call_4', output: refused },
    ]);
  });

  test('in Chat runs the tools itself, two equal calls under two ids', async () => {
    const choice = (said: object, finish_reason: string) => ({
      ...{ id: 'chatcmpl-1', object: 'chat.completion', created: 1, model: 'gpt' },
      choices: [{ index: 0, finish_reason, logprobs: null, message: { role: 'assistant', refusal: null, ...said } }],
    });
    const call = (id: string, name: string, args: object) => ({
      ...{ id, type: 'function', function: { name, arguments: JSON.stringify(args) } },
    });
    model.play(
      () =>
        choice(
          {
            content: null,
            tool_calls: [
              call('call_5', 'slack_lookup_user', person),
              call('call_6', 'slack_lookup_user', person),
              call('call_7', 'slack_post_message', {}),
            ],
          },
          'tool_calls',
        ),
      () => choice({ content: 'Done.' }, 'stop'),
    );
    const api = new OpenAI({ ...client, baseURL: model.url });
    expect(await chat.answer(system.agent, api, names, 'Who is Ada?')).toBe('Done.');
    expect(model.asked[0]?.['tools']).toMatchObject([
      { type: 'function', function: { name: 'slack_post_message', strict: true } },
      { type: 'function', function: { name: 'slack_lookup_user', strict: true } },
    ]);
    expect(messagesOf(1).slice(2)).toMatchObject([
      { role: 'tool', tool_call_id: 'call_5', content: known },
      { role: 'tool', tool_call_id: 'call_6', content: known },
      { role: 'tool', tool_call_id: 'call_7', content: refused },
    ]);
  });

  test('in Realtime gets the outputs of a response, and is asked to go on', async () => {
    const sent: OpenAI.Realtime.RealtimeClientEvent[] = [];
    const send = (event: OpenAI.Realtime.RealtimeClientEvent) => sent.push(event);
    await realtime.onSessionCreated(system.agent, send, names);
    const output: OpenAI.Realtime.ConversationItem[] = [
      { type: 'function_call', call_id: 'call_8', name: 'slack_lookup_user', arguments: JSON.stringify(person) },
    ];
    const done = { type: 'response.done' as const, event_id: 'event_1' };
    await realtime.onResponseDone(system.agent, send, { ...done, response: { output } });
    await realtime.onResponseDone(system.agent, send, { ...done, response: {} });
    expect(sent).toMatchObject([
      { type: 'session.update', session: { tools: [{ name: 'slack_post_message' }, { name: 'slack_lookup_user' }] } },
      {
        type: 'conversation.item.create',
        item: { type: 'function_call_output', call_id: 'call_8', output: known },
      },
      { type: 'response.create' },
    ]);
  });
});

test("MCP's client lists the tools and calls them, and gets errors as results", async () => {
  const [here, there] = InMemoryTransport.createLinkedPair();
  const mcp = new Client({ name: 'test', version: '1.0.0' });
  await Promise.all([mcpServer(system.agent, names).connect(there), mcp.connect(here)]);
  const { tools } = await mcp.listTools();
  expect(tools.map(({ name, annotations }) => [name, annotations?.readOnlyHint])).toEqual([
    ['slack_post_message', false],
    ['slack_lookup_user', true],
  ]);
  expect(await mcp.callTool({ name: 'slack_post_message', arguments: message })).toMatchObject({
    content: [{ type: 'text', text: posted }],
    structuredContent: { channel: expect.any(String) },
    isError: false,
  });
  const failed = await mcp.callTool({ name: 'slack_post_message' });
  expect(failed).toMatchObject({ content: [{ type: 'text', text: refused }], isError: true });
  expect(failed).not.toHaveProperty('structuredContent');
  await mcp.close();
});

test('the AI SDK runs its loop over real tools', async () => {
  const usage = {
    inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: 1, text: 1, reasoning: 0 },
  };
  const call = (toolCallId: string, toolName: string, input: object) => ({
    ...{ type: 'tool-call' as const, toolCallId, toolName, input: JSON.stringify(input) },
  });
  const scripted = new MockLanguageModelV4({
    doGenerate: [
      {
        content: [
          call('call_9', 'slack_lookup_user', person),
          call('call_10', 'slack_post_message', { channel: '', text: 'x', thread_ts: null }),
        ],
        finishReason: { unified: 'tool-calls', raw: undefined },
        usage,
        warnings: [],
      },
      {
        content: [{ type: 'text', text: 'Done.' }],
        finishReason: { unified: 'stop', raw: undefined },
        usage,
        warnings: [],
      },
    ],
  });
  const { text, steps } = await aiSdk.answer(system.agent, scripted, names, 'Who is Ada?');
  expect(text).toBe('Done.');
  expect(steps[0]?.content.slice(2)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ type: 'tool-result', toolCallId: 'call_9' }),
      expect.objectContaining({
        type: 'tool-error',
        toolCallId: 'call_10',
        error: expect.objectContaining({ message: refused }),
      }),
    ]),
  );
  expect(scripted.doGenerateCalls[0]?.tools).toMatchObject([
    { type: 'function', name: 'slack_post_message', strict: true },
    { type: 'function', name: 'slack_lookup_user', strict: true },
  ]);
});

test('LangChain invokes tools with a model’s calls, and gets content and artifact', async () => {
  const [post, lookup] = await langChain.toolsFor(system.agent, names);
  const call = { type: 'tool_call' as const, id: 'call_11', name: 'slack_lookup_user', args: person };
  const found = await lookup?.invoke(call);
  expect(found).toMatchObject({
    tool_call_id: 'call_11',
    content: known,
    artifact: expect.any(Object),
  });
  await system.sandbox.behave({
    tool: 'slack_post_message',
    do: { kind: 'status', status: 400, body: { ok: false, error: 'channel_not_found' } },
  });
  await expect(post?.invoke(message)).rejects.toThrow(/"code":"[a-z_]+".*"next":"/);
});

test('the documentation shows these very programs', () => {
  const page = readFileSync(new URL('../../../docs/model-formats.md', import.meta.url), 'utf8');
  for (const format of [
    'anthropic',
    'openai-responses',
    'openai-chat',
    'openai-realtime',
    'mcp',
    'ai-sdk',
    'langchain',
  ])
    expect(page).toContain(readFileSync(new URL(`./${format}.snippet.ts`, import.meta.url), 'utf8').trim());
});
