import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Anthropic from '@anthropic-ai/sdk';
import { errorBody, type PlanCallResult, type PlanRequest, routes } from '@patchbay/contracts';
import { endpoint } from '@patchbay/messaging';
import { startTestServers, type TestServers } from '@patchbay/testkit';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, expectTypeOf, test } from 'vitest';
import { agentOver } from '../agent.ts';
import { resultOf, serveAs } from '../fake-services.test-support.ts';
import type { Agent, AnthropicMessage, OpenAiMessage, OpenAiOutputItem } from '../index.ts';

let servers: TestServers;
let agent: Agent;
let vendor: Server;
let baseURL: string;
/** Bodies that the vendor's API was sent, and what it answers, in order. */
let asked: Record<string, unknown>[] = [];
let answers: unknown[] = [];
/** Keys of the calls that Patchbay was asked for. */
let keys: (string | undefined)[] = [];

beforeAll(async () => {
  servers = await startTestServers({ redis: false });
  agent = agentOver(await servers.connect('agent', 'acme'), 'acme');
  await serveAs(
    servers,
    'executor',
    endpoint('execute-plan', routes.executePlan, async ({ plan_id, calls }: PlanRequest) => {
      keys.push(...calls.map(({ idempotency_key }) => idempotency_key));
      return {
        plan_id: plan_id as string,
        status: 'failed' as const,
        results: calls.map(({ id, tool }): PlanCallResult => {
          const failed = tool === 'calendar_book';
          return {
            ...resultOf(
              failed
                ? {
                    status: 'failed',
                    output: null,
                    error: errorBody('upstream_error', { message: 'The slot is taken.' }),
                  }
                : { output: { from: tool } },
            ),
            id,
            skipped: null,
            started_ms: 0,
            output_left_out: false,
          };
        }),
        counts: {},
        error: null,
        timing: { total_ms: 1, calls_ms: 1 },
      };
    }),
  );
  vendor = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    asked.push(JSON.parse(Buffer.concat(chunks).toString()));
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answers.shift()));
  });
  await new Promise<void>((resolve) => vendor.listen(0, '127.0.0.1', resolve));
  baseURL = `http://127.0.0.1:${(vendor.address() as AddressInfo).port}`;
});
beforeEach(() => {
  asked = [];
  answers = [];
  keys = [];
});
afterAll(async () => {
  vendor?.close();
  await servers?.stop();
});

/** What the failed call is told as. */
const refused = expect.stringMatching(/^\{"error":\{"code":"upstream_error","message":"The slot is taken\."/);
const options = { apiKey: 'a-key-for-tests', maxRetries: 0 };
const inputSchema = { type: 'object' as const, properties: {} };

describe("Anthropic's client", () => {
  test('carries the calls of a message to Patchbay and the results back', async () => {
    const client = new Anthropic({ ...options, baseURL });
    const usage = { input_tokens: 1, output_tokens: 1 };
    const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude', stop_sequence: null, usage };
    answers = [
      {
        ...message,
        stop_reason: 'tool_use',
        content: [
          { type: 'thinking', thinking: 'Three things to do.', signature: 'c2lnbmVk' },
          { type: 'text', text: 'One moment.' },
          { type: 'tool_use', id: 'toolu_03', name: 'slack_lookup_user', input: { email: 'a@example.com' } },
          { type: 'tool_use', id: 'toolu_01', name: 'calendar_book', input: { at: '10:00' } },
          { type: 'tool_use', id: 'toolu_02', name: 'slack_post_message', input: {} },
        ],
      },
      { ...message, stop_reason: 'end_turn', content: [{ type: 'text', text: 'Done.' }] },
    ];
    const request = {
      model: 'claude',
      max_tokens: 100,
      tools: [{ name: 'slack_lookup_user', input_schema: inputSchema }],
    };
    const messages: Anthropic.MessageParam[] = [{ role: 'user', content: 'Book it, and tell them.' }];
    const answer: Anthropic.Message = await client.messages.create({ ...request, messages });
    const results: Anthropic.ToolResultBlockParam[] = await agent.runToolUse(answer);
    messages.push({ role: 'assistant', content: answer.content }, { role: 'user', content: results });
    const last = await client.messages.create({ ...request, messages });

    expect(last.content).toEqual([{ type: 'text', text: 'Done.' }]);
    expect(keys).toEqual(['toolu_03', 'toolu_01', 'toolu_02']);
    expect(asked[1]?.['messages']).toMatchObject([
      { role: 'user' },
      { role: 'assistant', content: answer.content },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'toolu_03', content: '{"from":"slack_lookup_user"}', is_error: false },
          { type: 'tool_result', tool_use_id: 'toolu_01', content: refused, is_error: true },
          { type: 'tool_result', tool_use_id: 'toolu_02', content: '{"from":"slack_post_message"}', is_error: false },
        ],
      },
    ]);
  });

  test('has types that fit in both directions', () => {
    expectTypeOf<Anthropic.Message>().toExtend<AnthropicMessage>();
    expectTypeOf<Anthropic.MessageParam>().toExtend<AnthropicMessage>();
    expectTypeOf<Awaited<ReturnType<Agent['runToolUse']>>>().toExtend<Anthropic.ToolResultBlockParam[]>();
    expectTypeOf<Awaited<ReturnType<Agent['runToolUse']>>>().toExtend<Anthropic.MessageParam['content']>();
  });
});

describe("OpenAI's client", () => {
  test('carries the calls of a chat completion to Patchbay and the results back', async () => {
    const client = new OpenAI({ ...options, baseURL });
    const completion = { id: 'chatcmpl-1', object: 'chat.completion', created: 1, model: 'gpt' };
    const functionCall = (id: string, name: string, args: string) => ({
      id,
      type: 'function',
      function: { name, arguments: args },
    });
    const choiceOf = (message: object, finish_reason: string) => ({
      ...completion,
      choices: [{ index: 0, finish_reason, logprobs: null, message: { role: 'assistant', refusal: null, ...message } }],
    });
    answers = [
      choiceOf(
        {
          content: null,
          tool_calls: [
            functionCall('call_c', 'slack_lookup_user', '{"email":"a@example.com"}'),
            functionCall('call_a', 'calendar_book', '{"at":"10:00"}'),
            functionCall('call_b', 'slack_post_message', '{"text":'),
          ],
        },
        'tool_calls',
      ),
      choiceOf({ content: 'Done.' }, 'stop'),
    ];
    const request = {
      model: 'gpt',
      tools: [{ type: 'function' as const, function: { name: 'slack_lookup_user', parameters: inputSchema } }],
    };
    const messages: OpenAI.Chat.Completions.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Book it.' }];
    const first = await client.chat.completions.create({ ...request, messages });
    const message = first.choices[0]?.message as OpenAI.Chat.Completions.ChatCompletionMessage;
    const results: OpenAI.Chat.Completions.ChatCompletionToolMessageParam[] = await agent.runToolCalls(message);
    messages.push(message, ...results);
    const last = await client.chat.completions.create({ ...request, messages });

    expect(last.choices[0]?.message.content).toBe('Done.');
    // What the model wrote of the third is no JSON: it is told so, and nothing is carried out.
    expect(keys).toEqual(['call_c', 'call_a']);
    expect(asked[1]?.['messages']).toMatchObject([
      { role: 'user' },
      { role: 'assistant', tool_calls: [{ id: 'call_c' }, { id: 'call_a' }, { id: 'call_b' }] },
      { role: 'tool', tool_call_id: 'call_c', content: '{"from":"slack_lookup_user"}' },
      { role: 'tool', tool_call_id: 'call_a', content: refused },
      { role: 'tool', tool_call_id: 'call_b', content: expect.stringContaining('invalid_arguments') },
    ]);
  });

  test('carries the calls of a response to Patchbay and the results back', async () => {
    const client = new OpenAI({ ...options, baseURL });
    const functionCall = (call_id: string, name: string) => ({
      type: 'function_call',
      id: `fc_${call_id}`,
      call_id,
      name,
      arguments: '{}',
      status: 'completed',
    });
    const response = { object: 'response', created_at: 1, model: 'gpt', status: 'completed', error: null };
    const text = { type: 'output_text', text: 'Done.', annotations: [] };
    answers = [
      {
        ...response,
        id: 'resp_1',
        output: [
          { type: 'reasoning', id: 'rs_1', summary: [] },
          functionCall('call_2', 'calendar_book'),
          functionCall('call_1', 'slack_lookup_user'),
        ],
      },
      {
        ...response,
        id: 'resp_2',
        output: [{ type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content: [text] }],
      },
    ];
    const input: OpenAI.Responses.ResponseInputItem[] = [{ role: 'user', content: 'Book it.' }];
    const first = await client.responses.create({ model: 'gpt', input });
    const results: OpenAI.Responses.ResponseInputItem.FunctionCallOutput[] = await agent.runFunctionCalls(first.output);
    const last = await client.responses.create({
      model: 'gpt',
      input: results,
      previous_response_id: first.id,
    });

    expect(last.output_text).toBe('Done.');
    expect(keys).toEqual(['call_2', 'call_1']);
    expect(asked[1]).toMatchObject({
      previous_response_id: 'resp_1',
      input: [
        { type: 'function_call_output', call_id: 'call_2', output: refused },
        { type: 'function_call_output', call_id: 'call_1', output: '{"from":"slack_lookup_user"}' },
      ],
    });
  });

  test('has types that fit in both directions', () => {
    type ToolMessages = Awaited<ReturnType<Agent['runToolCalls']>>;
    expectTypeOf<OpenAI.Chat.Completions.ChatCompletionMessage>().toExtend<OpenAiMessage>();
    expectTypeOf<OpenAI.Chat.Completions.ChatCompletionAssistantMessageParam>().toExtend<OpenAiMessage>();
    expectTypeOf<ToolMessages>().toExtend<OpenAI.Chat.Completions.ChatCompletionMessageParam[]>();
    type Outputs = Awaited<ReturnType<Agent['runFunctionCalls']>>;
    expectTypeOf<OpenAI.Responses.Response['output']>().toExtend<readonly OpenAiOutputItem[]>();
    expectTypeOf<Outputs>().toExtend<OpenAI.Responses.ResponseInputItem[]>();
  });
});
