import { type ErrorCode, type ExecutionResult, errorBody, newId } from '@patchbay/contracts';
import { type Principal, scopesOf } from '@patchbay/identity';
import type { Agent } from '@patchbay/sdk';
import Retell from 'retell-sdk';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  elevenLabsBody,
  elevenLabsWebhook,
  realtimeArguments,
  realtimeDone,
  retellFunction,
  vapiFunctionCall,
  vapiOpenAiShape,
  vapiParameters,
  vapiStatusUpdate,
  vapiToolCalls,
} from '../../test/voice-requests.ts';
import { PendingAnswers } from '../operations/voice/pending-answers.ts';
import { type DoorServer, doorServer } from './door-server.test-support.ts';
import type { GatewayPorts } from './gateway-ports.ts';
import { voiceRoutes } from './voice-routes.ts';

const retellKey = 'key_0123456789abcdef0123456789ab';
const principal = (id: string, scopes = scopesOf('agent', 'acme')): Principal => ({
  kind: 'key',
  id,
  tenant: 'acme',
  role: 'agent',
  scopes: new Set(scopes),
  agent: null,
  session: null,
});

interface Asked {
  readonly tool: string;
  readonly args: Record<string, unknown>;
  readonly key: string;
  readonly session: string | undefined;
  readonly agent: string | undefined;
  readonly deadlineMs: number;
  readonly confirmation: string | undefined;
}

/** What executions come to, by tool. Default: the arguments themselves. */
let outcomes: Record<string, Partial<ExecutionResult> | Promise<Partial<ExecutionResult>>>;
let asked: Asked[];
let retellKeys: string[];
let server: DoorServer;
let limited: boolean;

const execute: Agent['execute'] = async (tool, args = {}, options = {}) => {
  const { idempotencyKey = '', context, deadlineMs = 0, confirmation } = options;
  asked.push({ tool, args, key: idempotencyKey, session: context?.session, agent: context?.agent, deadlineMs, confirmation });
  return {
    execution_id: newId('execution'),
    status: 'succeeded',
    output: args,
    error: null,
    truncated: false,
    tokens: 0,
    replayed: false,
    attempts: 1,
    tool,
    version: '1.0.0',
    timing: { total_ms: 1, upstream_ms: 1, overhead_ms: 0 },
    ...(await outcomes[tool]),
  };
};
const failing = (code: ErrorCode, message?: string): Partial<ExecutionResult> => ({
  status: 'failed',
  output: null,
  error: errorBody(code, message === undefined ? {} : { message }),
});
const definition = (name: string) => ({
  type: 'function',
  name,
  description: 'Says the weather.',
  inputSchema: {
    type: 'object',
    properties: {
      days: { type: 'integer' },
      brief: { type: 'boolean' },
      places: { type: 'array' },
      zip: { type: 'string' },
    },
  },
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
});
const tools = {
  list: async () => ({ tools: [{ name: 'get_weather' }], next_cursor: null, total: 1 }),
  describe: async (names: readonly string[]) => ({
    tools: names.map(definition),
    missing: [],
    latencies: {},
    deprecations: {},
  }),
} as unknown as Agent['tools'];

beforeEach(async () => {
  outcomes = {};
  asked = [];
  retellKeys = [retellKey];
  limited = false;
  const ports = {
    agentOf: () => ({ execute, tools }),
    voice: { pending: new PendingAnswers(), retellKeysOf: (tenant: string) => (tenant === 'acme' ? retellKeys : []) },
  } as unknown as GatewayPorts;
  server = await doorServer(voiceRoutes(ports), [principal('bot'), principal('reader', ['tools:read'])], {
    takeRate: () => ({ allowed: !limited, remaining: 0, retryAfterMs: 10 }),
    maxBodyBytes: 65_536,
  });
});
afterEach(() => server.close());

async function post(url: string, body: unknown, headers: Record<string, string> = { authorization: 'Bearer bot' }) {
  const answer = await server.app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json', ...headers },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.statusCode, body: answer.json(), text: answer.body };
}

describe('Vapi', () => {
  test('gets the documented answer to the documented request', async () => {
    outcomes['get_weather'] = { output: "San Francisco's weather today is 62°C, partly cloudy." };
    const answer = await post('/voice/vapi', vapiToolCalls);
    expect(answer).toMatchObject({
      status: 200,
      body: {
        results: [
          {
            name: 'get_weather',
            toolCallId: 'toolu_01DTPAzUm5Gk3zxrpJ969oMF',
            result: "San Francisco's weather today is 62°C, partly cloudy.",
          },
        ],
      },
    });
    expect(asked).toMatchObject([
      {
        tool: 'get_weather',
        args: { location: 'San Francisco' },
        key: 'voice.vapi.call-uuid.toolu_01DTPAzUm5Gk3zxrpJ969oMF',
        session: 'call-uuid',
        agent: 'bot',
      },
    ]);
  });

  test('may name arguments in each of its ways, and several calls at once', async () => {
    const email = await post('/voice/vapi', vapiParameters);
    // A name that can be none of ours is told so.
    expect(email.body.results).toMatchObject([
      { toolCallId: 'abc123', error: expect.stringContaining('tool_not_found') },
    ]);
    await post('/voice/vapi', vapiOpenAiShape);
    expect(asked.map(({ args }) => args)).toEqual([{ location: 'Berlin' }, { location: 'Paris' }]);
    expect((await post('/voice/vapi', vapiFunctionCall)).body).toEqual({ result: '{"location":"San Francisco"}' });
  });

  test('is told results and errors as one line of text', async () => {
    outcomes['get_weather'] = { output: 'Sunny.\nLater \r\n rain.\u2028Wind.' };
    expect((await post('/voice/vapi', vapiToolCalls)).body.results[0].result).toBe('Sunny. Later rain. Wind.');
    outcomes['get_weather'] = { output: { say: 'a\nb', list: [1] } };
    expect((await post('/voice/vapi', vapiOpenAiShape)).body.results[0].result).toBe('{"say":"a\\nb","list":[1]}');
    outcomes['get_weather'] = failing('upstream_error', 'Two\nlines.');
    const { error, result } = (await post('/voice/vapi', vapiToolCalls)).body.results[0];
    expect(result).toBeUndefined();
    expect(error).toMatch(/^\{"error":\{"code":"upstream_error","message":"Two\\nlines\..*\}$/);
    expect(error).not.toMatch(/[\r\n]/);
  });

  test('is answered 200 whatever is wrong, once its key is known', async () => {
    for (const body of [
      '{',
      '',
      'null',
      '[]',
      '{}',
      '{"message":{}}',
      '{"message":{"type":"tool-calls","toolCallList":[{}]}}',
    ])
      expect([body, await post('/voice/vapi', body)]).toMatchObject([
        body,
        { status: 200, body: { error: expect.stringContaining('invalid_request') } },
      ]);
    const large = JSON.stringify({ message: { type: 'x', text: 'x'.repeat(70_000) } });
    expect(await post('/voice/vapi', large)).toMatchObject({ status: 200, body: { error: expect.any(String) } });
    expect(await post('/voice/vapi', vapiToolCalls, { authorization: 'Bearer reader' })).toMatchObject({
      status: 200,
      body: { error: expect.stringContaining('not_permitted') },
    });
    limited = true;
    expect(await post('/voice/vapi', vapiToolCalls)).toMatchObject({
      status: 200,
      body: { error: expect.stringContaining('rate_limited') },
    });
    expect(asked).toEqual([]);
  });

  test('has other messages acknowledged', async () => {
    expect(await post('/voice/vapi', vapiStatusUpdate)).toMatchObject({ status: 200, body: {} });
    expect(asked).toEqual([]);
  });

  test('may bring its key as its secret, and is turned away without one', async () => {
    expect((await post('/voice/vapi', vapiToolCalls, { 'x-vapi-secret': 'bot' })).status).toBe(200);
    const wrong: Record<string, string>[] = [{}, { 'x-vapi-secret': 'nobody' }, { 'x-vapi-secret': '' }];
    for (const headers of wrong) expect((await post('/voice/vapi', vapiToolCalls, headers)).status).toBe(401);
    // The header counts on this route alone.
    expect((await post('/voice/openai', realtimeDone, { 'x-vapi-secret': 'bot' })).status).toBe(401);
    expect(asked).toHaveLength(1);
  });

  test('has a call that takes longer than it waits answered in time, and its result when it asks again', async () => {
    const late = Promise.withResolvers<Partial<ExecutionResult>>();
    outcomes['get_weather'] = late.promise;
    const first = await post('/voice/vapi?timeout_ms=1000', vapiToolCalls);
    const told = JSON.parse(first.body.results[0].result);
    expect(told).toMatchObject({ status: 'working', patchbay_call: 'toolu_01DTPAzUm5Gk3zxrpJ969oMF' });
    expect(asked[0]?.deadlineMs).toBeGreaterThan(50_000);
    late.resolve({ output: 'Rain, at last.' });
    const again = structuredClone(vapiToolCalls);
    again.message.toolCallList = [
      {
        id: 'toolu_02',
        name: 'get_weather',
        arguments: { location: 'San Francisco', patchbay_call: told.patchbay_call } as { location: string },
      },
    ];
    expect((await post('/voice/vapi', again)).body.results).toEqual([
      { name: 'get_weather', toolCallId: 'toolu_02', result: 'Rain, at last.' },
    ]);
    expect(asked).toHaveLength(1);
    // And where another gateway is asked, it is the same call under the same key.
    await post('/voice/vapi', again);
    expect(asked[1]).toMatchObject({ key: asked[0]?.key, args: { location: 'San Francisco' } });
  });

  test('is told what to ask a person, and takes the token of their yes', async () => {
    const asking = { token: 'ct_token', ask: 'Shall I look outside?', expires_at: '2030-01-01T00:00:00.000Z' };
    outcomes['get_weather'] = {
      status: 'refused',
      output: null,
      error: errorBody('confirmation_required', { details: { confirmation: asking } }),
    };
    const { error } = (await post('/voice/vapi', vapiToolCalls)).body.results[0];
    expect(JSON.parse(error)).toMatchObject({
      error: { code: 'confirmation_required', speakable: asking.ask },
      patchbay_confirmation: 'ct_token',
      next: expect.stringContaining('Ask the person: "Shall I look outside?"'),
    });
    const yes = structuredClone(vapiToolCalls);
    Object.assign(yes.message.toolCallList[0] as object, {
      id: 'toolu_yes',
      arguments: { location: 'San Francisco', patchbay_confirmation: 'ct_token' },
    });
    outcomes['get_weather'] = { output: 'Sunny.' };
    expect((await post('/voice/vapi', yes)).body.results[0].result).toBe('Sunny.');
    expect(asked.map(({ args, confirmation }) => [args, confirmation])).toEqual([
      [{ location: 'San Francisco' }, undefined],
      [{ location: 'San Francisco' }, 'ct_token'],
    ]);
  });

  test('has a call that comes twice at once carried out once', async () => {
    const slow = Promise.withResolvers<Partial<ExecutionResult>>();
    outcomes['get_weather'] = slow.promise;
    const both = [post('/voice/vapi', vapiToolCalls), post('/voice/vapi', vapiToolCalls)];
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    slow.resolve({ output: 'once' });
    const texts = (await Promise.all(both)).map(({ text }) => text);
    expect(texts[0]).toContain('once');
    expect(texts[1]).toBe(texts[0]);
    expect(asked).toHaveLength(1);
  });

  test('waits for a call that runs at another gateway', async () => {
    let times = 0;
    Object.defineProperty(outcomes, 'get_weather', {
      get: () => (++times < 3 ? failing('in_progress') : { output: 'from there', replayed: true }),
    });
    expect((await post('/voice/vapi', vapiToolCalls)).body.results[0].result).toBe('from there');
    expect(new Set(asked.map(({ key }) => key)).size).toBe(1);
  });
});

describe('Retell', () => {
  const signed = async (body: string, key = retellKey) => ({
    authorization: 'Bearer bot',
    'x-retell-signature': await Retell.sign(body, key),
  });
  const text = JSON.stringify(retellFunction);

  test('gets the documented answer to the documented request, signed by its own library', async () => {
    outcomes['get_weather'] = { output: '25f and sunny' };
    expect(await post('/voice/retell', text, await signed(text))).toMatchObject({ status: 200, body: '25f and sunny' });
    expect(asked).toMatchObject([
      {
        args: { city: 'New York' },
        session: 'Jabr9TXYYJHfvl6Syypi88rdAHYHmcq6',
        key: 'voice.retell.Jabr9TXYYJHfvl6Syypi88rdAHYHmcq6.tool_call_0d8a',
      },
    ]);
    outcomes['get_weather'] = { output: { user_name: 'Ada' } };
    // Response variables are read from the object.
    expect((await post('/voice/retell', text, await signed(text))).body).toEqual({ user_name: 'Ada' });
    outcomes['get_weather'] = failing('rate_limited');
    expect(await post('/voice/retell', text, await signed(text))).toMatchObject({
      status: 200,
      body: { error: { code: 'rate_limited', next: expect.any(String) } },
    });
  });

  test('is not heard without a key of ours, its signature and the tenant’s secret', async () => {
    const good = await signed(text);
    const old = await (Retell as unknown as { sign: typeof Retell.sign }).sign(text, retellKey);
    const stale = old.replace(/v=\d+/, `v=${Date.now() - 400_000}`);
    const bad: [string, Record<string, string>][] = [
      [text, { 'x-retell-signature': good['x-retell-signature'] }],
      [text, { authorization: 'Bearer bot' }],
      [text, { ...good, 'x-retell-signature': 'v=1,d=00' }],
      [text, { ...good, 'x-retell-signature': stale }],
      [text, await signed(text, 'key_of_somebody_else')],
      [`${text} `, good],
      [text.replace('New York', 'Old York'), good],
    ];
    for (const [body, headers] of bad)
      expect([headers, (await post('/voice/retell', body, headers)).status]).toEqual([headers, 401]);
    retellKeys = [];
    expect((await post('/voice/retell', text, good)).status).toBe(401);
    retellKeys = ['key_that_comes_next_0000', retellKey];
    expect((await post('/voice/retell', text, good)).status).toBe(200);
    expect(asked).toHaveLength(1);
  });

  test('acts once for a request that it sends again, and again for another call with the same arguments', async () => {
    const { call } = retellFunction;
    const without = {
      ...retellFunction,
      call: { ...call, transcript_with_tool_calls: call.transcript_with_tool_calls.slice(0, 1) },
    };
    const again = {
      ...without,
      call: {
        ...without.call,
        transcript_with_tool_calls: [
          ...without.call.transcript_with_tool_calls,
          { role: 'user', content: 'Once more.' },
        ],
      },
    };
    for (const one of [without, without, again]) {
      const body = JSON.stringify(one);
      await post('/voice/retell', body, await signed(body));
    }
    expect(asked[1]?.key).toBe(asked[0]?.key);
    expect(asked[2]?.key).not.toBe(asked[0]?.key);
    const bare = JSON.stringify({ name: 'get_weather', args: {} });
    expect((await post('/voice/retell', bare, await signed(bare))).status).toBe(400);
  });

  test('means the call that has no result yet', async () => {
    const [said, first] = retellFunction.call.transcript_with_tool_calls;
    const ended = { role: 'tool_call_result', tool_call_id: 'tool_call_0d8a', content: 'rain' };
    const second = { ...first, tool_call_id: 'tool_call_2' };
    const body = JSON.stringify({
      ...retellFunction,
      call: { call_id: 'c', transcript_with_tool_calls: [said, second, first, ended] },
    });
    await post('/voice/retell', body, await signed(body));
    expect(asked[0]?.key).toBe('voice.retell.c.tool_call_2');
  });
});

describe('ElevenLabs', () => {
  const session = { authorization: 'Bearer bot', 'patchbay-session': 'conv_xyz789' };

  test('gets the documented answer to the documented request', async () => {
    outcomes['get_weather'] = { output: 'The weather in San Francisco is 68°F and sunny.' };
    expect(await post('/voice/elevenlabs/get_weather', elevenLabsWebhook)).toMatchObject({
      status: 200,
      body: { result: 'The weather in San Francisco is 68°F and sunny.' },
    });
    expect(asked).toMatchObject([
      {
        args: { city: 'San Francisco', units: 'fahrenheit' },
        session: 'conv_xyz789',
        key: 'voice.elevenlabs.conv_xyz789.call_abc123',
      },
    ]);
    expect((await post('/voice/elevenlabs/other_tool', elevenLabsWebhook)).status).toBe(400);
  });

  test('may send body parameters alone, with the conversation in a header', async () => {
    outcomes['get_weather'] = { output: { temperature: 68 } };
    expect((await post('/voice/elevenlabs/get_weather', elevenLabsBody, session)).body).toEqual({
      result: { temperature: 68 },
    });
    const { body } = await post('/voice/elevenlabs/get_weather', {
      ...elevenLabsBody,
      system__conversation_id: 'conv_2',
    });
    expect(body).toEqual({ result: { temperature: 68 } });
    expect(asked.map(({ args, session: of }) => [args, of])).toEqual([
      [elevenLabsBody, 'conv_xyz789'],
      [elevenLabsBody, 'conv_2'],
    ]);
    expect(await post('/voice/elevenlabs/get_weather', elevenLabsBody)).toMatchObject({
      status: 400,
      body: { issues: [{ path: 'Patchbay-Session', message: expect.stringContaining('system__conversation_id') }] },
    });
  });

  test('may send query parameters, which are read as what the tool takes', async () => {
    const url = '/voice/elevenlabs/get_weather?days=3&brief=true&places=a&zip=0123&other=5&timeout_ms=5000';
    const answer = await server.app.inject({ method: 'GET', url, headers: session });
    expect(answer.json()).toEqual({ result: { days: 3, brief: true, places: ['a'], zip: '0123', other: '5' } });
    await post('/voice/elevenlabs/get_weather?days=4', { days: '5' }, session);
    expect(asked[1]?.args).toEqual({ days: 5 });
  });

  test('acts once for the same call in a conversation, and again in another turn', async () => {
    const url = '/voice/elevenlabs/get_weather';
    await post(url, { a: 1, b: 2 }, session);
    await post(url, { b: 2, a: 1 }, session);
    await post(url, { a: 1, b: 2 }, { ...session, 'patchbay-turn': '2' });
    await post(url, { a: 1, b: 2 }, { ...session, 'patchbay-session': 'conv_other' });
    await post(url, { a: 1, b: 2 }, { ...session, 'idempotency-key': 'mine' });
    expect(asked[1]?.key).toBe(asked[0]?.key);
    expect(new Set(asked.map(({ key }) => key)).size).toBe(4);
  });

  test('is told a failure as a result that says what to do', async () => {
    outcomes['get_weather'] = failing('connection_missing');
    expect(await post('/voice/elevenlabs/get_weather', elevenLabsWebhook)).toMatchObject({
      status: 200,
      body: { result: { error: { code: 'connection_missing', speakable: expect.any(String) } } },
    });
  });
});

describe('OpenAI Realtime', () => {
  test('gets the documented answer to the documented event', async () => {
    outcomes['generate_horoscope'] = { output: { horoscope: 'You will soon meet a new friend.' } };
    expect(await post('/voice/openai', realtimeDone)).toMatchObject({
      status: 200,
      body: {
        events: [
          {
            type: 'conversation.item.create',
            item: {
              type: 'function_call_output',
              call_id: 'call_sHlR7iaFwQ2YQOqm',
              output: '{"horoscope":"You will soon meet a new friend."}',
            },
          },
          { type: 'response.create' },
        ],
      },
    });
    expect(asked).toMatchObject([{ args: { sign: 'Aquarius' }, session: 'conv_AeqL8XwMUOri' }]);
  });

  test('has the same call of another event under the same key', async () => {
    const session = { authorization: 'Bearer bot', 'patchbay-session': 'sess_1' };
    const [{ output }] = [realtimeDone.response];
    const item = { type: 'response.output_item.done', item: output[0] };
    for (const event of [realtimeArguments, item, realtimeDone]) await post('/voice/openai', event, session);
    expect(asked.map(({ key }) => key)).toEqual(Array(3).fill('voice.openai.sess_1.call_sHlR7iaFwQ2YQOqm'));
  });

  test('has nothing to send for events without calls, or with half of one', async () => {
    const half = structuredClone(realtimeDone);
    (half.response.output[0] as { status: string }).status = 'incomplete';
    for (const event of [half, { type: 'response.done' }, { type: 'input_audio_buffer.speech_started' }])
      expect((await post('/voice/openai', event)).body).toEqual({ events: [] });
    const unread = { ...realtimeArguments, arguments: '{"sign":' };
    expect((await post('/voice/openai', unread)).body.events[0].item.output).toContain('invalid_arguments');
    expect(asked).toEqual([]);
  });

  test('is given the tools of its session', async () => {
    const get = (url: string) => server.app.inject({ method: 'GET', url, headers: { authorization: 'Bearer bot' } });
    const update = (await get('/voice/openai/session?toolset=front_desk')).json();
    expect(update).toMatchObject({
      type: 'session.update',
      session: { type: 'realtime', tool_choice: 'auto', tools: [{ type: 'function', name: 'get_weather' }] },
    });
    const { parameters } = update.session.tools[0];
    expect(Object.keys(parameters.properties)).toEqual(['city', 'patchbay_call', 'patchbay_confirmation']);
    expect(parameters.required).toEqual(['city']);
    expect((await get('/voice/openai/session?tools=one_tool&tools=two_tool')).json().session.tools).toHaveLength(2);
  });
});
