import { type ExecutionResult, errorBody } from '@patchbay/contracts';
import { describe, expect, test, vi } from 'vitest';
import {
  vapiFunctionCall,
  vapiOpenAiShape,
  vapiParameters,
  vapiStatusUpdate,
  vapiToolCalls,
} from '../../test/voice-requests.ts';
import { failing, postTo, voiceStage } from './voice-stage.test-support.ts';

const stage = voiceStage();
const post = postTo(stage);

describe('Vapi', () => {
  test('gets the documented answer to the documented request', async () => {
    stage.outcomes['get_weather'] = { output: "San Francisco's weather today is 62°C, partly cloudy." };
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
    expect(stage.asked).toMatchObject([
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
    expect(stage.asked.map(({ args }) => args)).toEqual([{ location: 'Berlin' }, { location: 'Paris' }]);
    expect((await post('/voice/vapi', vapiFunctionCall)).body).toEqual({ result: '{"location":"San Francisco"}' });
  });

  test('is told results and errors as one line of text', async () => {
    stage.outcomes['get_weather'] = { output: 'Sunny.\nLater \r\n rain.\u2028Wind.' };
    expect((await post('/voice/vapi', vapiToolCalls)).body.results[0].result).toBe('Sunny. Later rain. Wind.');
    stage.outcomes['get_weather'] = { output: { say: 'a\nb', list: [1] } };
    expect((await post('/voice/vapi', vapiOpenAiShape)).body.results[0].result).toBe('{"say":"a\\nb","list":[1]}');
    stage.outcomes['get_weather'] = failing('upstream_error', 'Two\nlines.');
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
    stage.limited = true;
    expect(await post('/voice/vapi', vapiToolCalls)).toMatchObject({
      status: 200,
      body: { error: expect.stringContaining('rate_limited') },
    });
    expect(stage.asked).toEqual([]);
  });

  test('has other messages acknowledged', async () => {
    expect(await post('/voice/vapi', vapiStatusUpdate)).toMatchObject({ status: 200, body: {} });
    expect(stage.asked).toEqual([]);
  });

  test('may bring its key as its secret, and is turned away without one', async () => {
    expect((await post('/voice/vapi', vapiToolCalls, { 'x-vapi-secret': 'bot' })).status).toBe(200);
    const wrong: Record<string, string>[] = [{}, { 'x-vapi-secret': 'nobody' }, { 'x-vapi-secret': '' }];
    for (const headers of wrong) expect((await post('/voice/vapi', vapiToolCalls, headers)).status).toBe(401);
    // The header counts on this route alone.
    expect((await post('/voice/openai', { type: 'response.done' }, { 'x-vapi-secret': 'bot' })).status).toBe(401);
    expect(stage.asked).toHaveLength(1);
  });

  test('has a call that takes longer than it waits answered in time, and its result when it asks again', async () => {
    const late = Promise.withResolvers<Partial<ExecutionResult>>();
    stage.outcomes['get_weather'] = late.promise;
    const first = await post('/voice/vapi?timeout_ms=1000', vapiToolCalls);
    const told = JSON.parse(first.body.results[0].result);
    expect(told).toMatchObject({ status: 'working', patchbay_call: 'toolu_01DTPAzUm5Gk3zxrpJ969oMF' });
    expect(stage.asked[0]?.deadlineMs).toBeGreaterThan(50_000);
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
    expect(stage.asked).toHaveLength(1);
    // And where another gateway is asked, it is the same call under the same key.
    await post('/voice/vapi', again);
    expect(stage.asked[1]).toMatchObject({ key: stage.asked[0]?.key, args: { location: 'San Francisco' } });
  });

  test('is told what to ask a person, and takes the token of their yes', async () => {
    const asking = { token: 'ct_token', ask: 'Shall I look outside?', expires_at: '2030-01-01T00:00:00.000Z' };
    stage.outcomes['get_weather'] = {
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
    stage.outcomes['get_weather'] = { output: 'Sunny.' };
    expect((await post('/voice/vapi', yes)).body.results[0].result).toBe('Sunny.');
    expect(stage.asked.map(({ args, confirmation }) => [args, confirmation])).toEqual([
      [{ location: 'San Francisco' }, undefined],
      [{ location: 'San Francisco' }, 'ct_token'],
    ]);
  });

  test('has a call that comes twice at once carried out once', async () => {
    const slow = Promise.withResolvers<Partial<ExecutionResult>>();
    stage.outcomes['get_weather'] = slow.promise;
    const both = [post('/voice/vapi', vapiToolCalls), post('/voice/vapi', vapiToolCalls)];
    await vi.waitFor(() => expect(stage.asked).toHaveLength(1));
    slow.resolve({ output: 'once' });
    const texts = (await Promise.all(both)).map(({ text }) => text);
    expect(texts[0]).toContain('once');
    expect(texts[1]).toBe(texts[0]);
    expect(stage.asked).toHaveLength(1);
  });

  test('waits for a call that runs at another gateway', async () => {
    let times = 0;
    Object.defineProperty(stage.outcomes, 'get_weather', {
      get: () => (++times < 3 ? failing('in_progress') : { output: 'from there', replayed: true }),
    });
    expect((await post('/voice/vapi', vapiToolCalls)).body.results[0].result).toBe('from there');
    expect(new Set(stage.asked.map(({ key }) => key)).size).toBe(1);
  });
});
