import { errorBody, errorCodes, newId, type PlanCallResult } from '@patchbay/contracts';
import { describe, expect, test, vi } from 'vitest';
import type { Agent } from '../agent.ts';
import { aiSdkTools } from './ai-sdk.ts';
import { anthropicRunnableTools } from './anthropic-runner.ts';
import { langChainTools } from './langchain.ts';
import { callOfMcp, mcpResult } from './mcp.ts';
import { nextSteps } from './next-step.ts';
import { openAiRunnableTools } from './openai-runner.ts';
import { realtimeOutput } from './realtime.ts';
import { answerOpenAiSearch, anthropicRunnableSearch } from './tool-search.ts';

/** An agent whose calls end as the test says, with what was asked of it. */
function agentThat(ends: Partial<PlanCallResult> = {}) {
  const keys: (string | undefined)[] = [];
  const cancel = vi.fn(async () => ({ cancelled: [] }));
  const plan: Agent['plan'] = async ({ calls }) => {
    keys.push(...calls.map(({ idempotencyKey }) => idempotencyKey));
    return {
      plan_id: newId('plan'),
      status: 'succeeded',
      results: calls.map(({ id, tool }) => ({
        ...{
          truncated: false,
          tokens: 0,
          cached: false,
          replayed: false,
          attempts: 1,
          version: '1.0.0',
          started_ms: 0,
        },
        ...{ id, tool, execution_id: newId('execution'), status: 'succeeded', output: { ok: true }, error: null },
        ...{ timing: { total_ms: 1, upstream_ms: 1, overhead_ms: 0 }, skipped: null, output_left_out: false },
        ...ends,
      })),
      counts: {},
      error: null,
      timing: { total_ms: 1, calls_ms: 1 },
    };
  };
  return { plan, cancel, keys };
}
const failing = { status: 'failed', output: null, error: errorBody('upstream_error') } as const;
const told = /"code":"upstream_error".*"next":"Read the message/;

test('every error has a next step', () => {
  expect(Object.keys(nextSteps).sort()).toEqual([...errorCodes].sort());
});

describe('results', () => {
  test('of MCP hold an object as data too, and nothing else', () => {
    const answer = { id: 'a', text: '{"x":1}', isError: false };
    const content = [{ type: 'text', text: '{"x":1}' }];
    expect(mcpResult({ ...answer, output: { x: 1 } })).toEqual({
      content,
      structuredContent: { x: 1 },
      isError: false,
    });
    for (const output of [[1], null, 'text', undefined])
      expect(mcpResult({ ...answer, output })).toEqual({ content, isError: false });
    expect(callOfMcp({ name: 'a' }, 'k')).toEqual({ id: 'k', name: 'a', arguments: {} });
  });

  test('of Realtime are events', () => {
    expect(realtimeOutput({ id: 'call_1', text: '{}', isError: false })).toEqual({
      type: 'conversation.item.create',
      item: { type: 'function_call_output', call_id: 'call_1', output: '{}' },
    });
  });
});

describe('tools of other libraries', () => {
  type Execute = { execute(input: unknown, call: { toolCallId: string; abortSignal?: AbortSignal }): Promise<unknown> };
  const aiSdk = {
    tool: (definition: never) => definition as unknown as Execute,
    jsonSchema: (schema: never) => schema,
  };
  const definition = { name: 'desk_act', description: 'Acts.', inputSchema: {}, outputSchema: {} };

  test('call under the id of the model, and give the output', async () => {
    const agent = agentThat();
    const tools = aiSdkTools(agent, aiSdk, [definition]);
    expect(await tools['desk_act']?.execute({}, { toolCallId: 'call_1' })).toEqual({ ok: true });
    expect(agent.keys).toEqual(['call_1']);
    const large = aiSdkTools(agentThat({ output: null, output_left_out: true }), aiSdk, [definition]);
    expect(await large['desk_act']?.execute({}, { toolCallId: 'call_2' })).toContain('too large');
  });

  test('throw what a model is told of a failure, also of arguments that are no object', async () => {
    const tools = aiSdkTools(agentThat(failing), aiSdk, [definition]);
    await expect(tools['desk_act']?.execute({}, { toolCallId: 'call_1' })).rejects.toThrow(told);
    await expect(tools['desk_act']?.execute([], { toolCallId: 'call_1' })).rejects.toThrow('invalid_arguments');
    const [anthropic] = anthropicRunnableTools(agentThat(failing), [{ name: 'desk_act', input_schema: {} }]);
    await expect(anthropic?.run({}, { toolUse: { id: 'toolu_1' } })).rejects.toThrow(told);
  });

  test('cancel what an abort stops', async () => {
    const agent = agentThat();
    const stop = new AbortController();
    const { plan } = agent;
    const slow = {
      ...agent,
      plan(asked: Parameters<Agent['plan']>[0]) {
        stop.abort();
        return plan(asked);
      },
    };
    const tools = aiSdkTools(slow, aiSdk, [definition]);
    await tools['desk_act']?.execute({}, { toolCallId: 'call_1', abortSignal: stop.signal });
    expect(agent.cancel).toHaveBeenCalledWith({ idempotency_key: 'call_1' });
  });

  test('of LangChain are another call each time when invoked without one', async () => {
    class Tool {
      readonly fields: { func(input: unknown): Promise<unknown> };
      constructor(fields: never) {
        this.fields = fields;
      }
    }
    const agent = agentThat();
    const [tool] = langChainTools(agent, Tool, [{ name: 'desk_act' }]);
    expect(await tool?.fields.func({})).toEqual(['{"ok":true}', { ok: true }]);
    await tool?.fields.func({});
    expect(new Set(agent.keys).size).toBe(2);
  });

  test('of OpenAI’s runner answer a failure, and refuse a call that nobody made', async () => {
    const [tool] = openAiRunnableTools(agentThat(failing), [{ function: { name: 'desk_act' } }]);
    const call = { id: 'call_1', type: 'function', function: { name: 'desk_act', arguments: '{}' } };
    const runner = { messages: [{ role: 'assistant', tool_calls: [call] }] };
    expect(await tool?.function.function('{}', runner)).toMatch(told);
    await expect(tool?.function.function('{}', runner)).rejects.toThrow(TypeError);
  });
});

describe('a search that a model asks for', () => {
  const searching = () => {
    const search = vi.fn(async () => ({ tools: [{ name: 'desk_act' }], definitions: [{ name: 'desk_act' }] }));
    return { search, tools: { search } as unknown as Agent['tools'] };
  };

  test('is answered with references, or with definitions', async () => {
    const { search, tools } = searching();
    expect(await anthropicRunnableSearch({ tools }).run({ query: 'act' })).toEqual([
      { type: 'tool_reference', tool_name: 'desk_act' },
    ]);
    const call = { type: 'tool_search_call', call_id: 'call_1', arguments: '{"query":"act"}' };
    expect(await answerOpenAiSearch({ tools }, call, { limit: 3 })).toEqual({
      ...{ type: 'tool_search_output', call_id: 'call_1', execution: 'client', status: 'completed' },
      tools: [{ name: 'desk_act' }],
    });
    expect(search).toHaveBeenLastCalledWith('act', { limit: 3, format: 'openai-responses' });
  });

  test.each(['{"query":', '"text"', null, { query: ' ' }, { query: 7 }])('finds nothing for %j', async (args) => {
    const { search, tools } = searching();
    const found = await answerOpenAiSearch({ tools }, { type: 'tool_search_call', arguments: args });
    expect(found).toMatchObject({ call_id: null, tools: [] });
    expect(search).not.toHaveBeenCalled();
    expect(await anthropicRunnableSearch({ tools }).run(args)).toEqual([]);
  });
});
