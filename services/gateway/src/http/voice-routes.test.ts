import Retell from 'retell-sdk';
import { describe, expect, test } from 'vitest';
import {
  elevenLabsBody,
  elevenLabsWebhook,
  realtimeArguments,
  realtimeDone,
  retellFunction,
} from '../../test/voice-requests.ts';
import { failing, postTo, retellKey, voiceStage } from './voice-stage.test-support.ts';

const stage = voiceStage();
const post = postTo(stage);

describe('Retell', () => {
  const signed = async (body: string, key = retellKey) => ({
    authorization: 'Bearer bot',
    'x-retell-signature': await Retell.sign(body, key),
  });
  const text = JSON.stringify(retellFunction);

  test('gets the documented answer to the documented request, signed by its own library', async () => {
    stage.outcomes['get_weather'] = { output: '25f and sunny' };
    expect(await post('/voice/retell', text, await signed(text))).toMatchObject({ status: 200, body: '25f and sunny' });
    expect(stage.asked).toMatchObject([
      {
        args: { city: 'New York' },
        session: 'Jabr9TXYYJHfvl6Syypi88rdAHYHmcq6',
        key: 'voice.retell.Jabr9TXYYJHfvl6Syypi88rdAHYHmcq6.tool_call_0d8a',
      },
    ]);
    stage.outcomes['get_weather'] = { output: { user_name: 'Ada' } };
    // Response variables are read from the object.
    expect((await post('/voice/retell', text, await signed(text))).body).toEqual({ user_name: 'Ada' });
    stage.outcomes['get_weather'] = failing('rate_limited');
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
    stage.retellKeys = [];
    expect((await post('/voice/retell', text, good)).status).toBe(401);
    stage.retellKeys = ['key_that_comes_next_0000', retellKey];
    expect((await post('/voice/retell', text, good)).status).toBe(200);
    expect(stage.asked).toHaveLength(1);
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
    expect(stage.asked[1]?.key).toBe(stage.asked[0]?.key);
    expect(stage.asked[2]?.key).not.toBe(stage.asked[0]?.key);
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
    expect(stage.asked[0]?.key).toBe('voice.retell.c.tool_call_2');
  });
});

describe('ElevenLabs', () => {
  const session = { authorization: 'Bearer bot', 'patchbay-session': 'conv_xyz789' };

  test('gets the documented answer to the documented request', async () => {
    stage.outcomes['get_weather'] = { output: 'The weather in San Francisco is 68°F and sunny.' };
    expect(await post('/voice/elevenlabs/get_weather', elevenLabsWebhook)).toMatchObject({
      status: 200,
      body: { result: 'The weather in San Francisco is 68°F and sunny.' },
    });
    expect(stage.asked).toMatchObject([
      {
        args: { city: 'San Francisco', units: 'fahrenheit' },
        session: 'conv_xyz789',
        key: 'voice.elevenlabs.conv_xyz789.call_abc123',
      },
    ]);
    expect((await post('/voice/elevenlabs/other_tool', elevenLabsWebhook)).status).toBe(400);
  });

  test('may send body parameters alone, with the conversation in a header', async () => {
    stage.outcomes['get_weather'] = { output: { temperature: 68 } };
    expect((await post('/voice/elevenlabs/get_weather', elevenLabsBody, session)).body).toEqual({
      result: { temperature: 68 },
    });
    const { body } = await post('/voice/elevenlabs/get_weather', {
      ...elevenLabsBody,
      system__conversation_id: 'conv_2',
    });
    expect(body).toEqual({ result: { temperature: 68 } });
    expect(stage.asked.map(({ args, session: of }) => [args, of])).toEqual([
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
    const answer = await stage.server.app.inject({ method: 'GET', url, headers: session });
    expect(answer.json()).toEqual({ result: { days: 3, brief: true, places: ['a'], zip: '0123', other: '5' } });
    await post('/voice/elevenlabs/get_weather?days=4', { days: '5' }, session);
    expect(stage.asked[1]?.args).toEqual({ days: 5 });
  });

  test('acts once for the same call in a conversation, and again in another turn', async () => {
    const url = '/voice/elevenlabs/get_weather';
    await post(url, { a: 1, b: 2 }, session);
    await post(url, { b: 2, a: 1 }, session);
    await post(url, { a: 1, b: 2 }, { ...session, 'patchbay-turn': '2' });
    await post(url, { a: 1, b: 2 }, { ...session, 'patchbay-session': 'conv_other' });
    await post(url, { a: 1, b: 2 }, { ...session, 'idempotency-key': 'mine' });
    expect(stage.asked[1]?.key).toBe(stage.asked[0]?.key);
    expect(new Set(stage.asked.map(({ key }) => key)).size).toBe(4);
  });

  test('is told a failure as a result that says what to do', async () => {
    stage.outcomes['get_weather'] = failing('connection_missing');
    expect(await post('/voice/elevenlabs/get_weather', elevenLabsWebhook)).toMatchObject({
      status: 200,
      body: { result: { error: { code: 'connection_missing', speakable: expect.any(String) } } },
    });
  });
});

describe('OpenAI Realtime', () => {
  test('gets the documented answer to the documented event', async () => {
    stage.outcomes['generate_horoscope'] = { output: { horoscope: 'You will soon meet a new friend.' } };
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
    expect(stage.asked).toMatchObject([{ args: { sign: 'Aquarius' }, session: 'conv_AeqL8XwMUOri' }]);
  });

  test('has the same call of another event under the same key', async () => {
    const session = { authorization: 'Bearer bot', 'patchbay-session': 'sess_1' };
    const [{ output }] = [realtimeDone.response];
    const item = { type: 'response.output_item.done', item: output[0] };
    for (const event of [realtimeArguments, item, realtimeDone]) await post('/voice/openai', event, session);
    expect(stage.asked.map(({ key }) => key)).toEqual(Array(3).fill('voice.openai.sess_1.call_sHlR7iaFwQ2YQOqm'));
  });

  test('has nothing to send for events without calls, or with half of one', async () => {
    const half = structuredClone(realtimeDone);
    (half.response.output[0] as { status: string }).status = 'incomplete';
    for (const event of [half, { type: 'response.done' }, { type: 'input_audio_buffer.speech_started' }])
      expect((await post('/voice/openai', event)).body).toEqual({ events: [] });
    const unread = { ...realtimeArguments, arguments: '{"sign":' };
    expect((await post('/voice/openai', unread)).body.events[0].item.output).toContain('invalid_arguments');
    expect(stage.asked).toEqual([]);
  });

  test('is given the tools of its session', async () => {
    const get = (url: string) =>
      stage.server.app.inject({ method: 'GET', url, headers: { authorization: 'Bearer bot' } });
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
