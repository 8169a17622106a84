import { errorBody } from '@patchbay/contracts';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ConversationRelay, isSignedByTwilio, type RelayCommand } from './conversation-relay.ts';
import { liveKitTools } from './livekit.ts';
import { pipecatHandler } from './pipecat.ts';
import { type RealtimeClientEvent, RealtimeTools } from './realtime-tools.ts';
import { call, voiceAgent } from './voice-agent.test-support.ts';
import { VoiceSession } from './voice-session.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
const passes = (ms: number) => vi.advanceTimersByTimeAsync(ms);

const tools = { desk_slow: { speech: { waiting: 'One moment.' }, latency: { p95_ms: 9_000 } } };
function talk() {
  const fake = voiceAgent(tools);
  return { ...fake, voice: new VoiceSession(fake.agent, { session: 's' }) };
}
const failed = { status: 'failed', output: null, error: errorBody('upstream_error') } as const;

describe('tools of LiveKit', () => {
  class ToolError extends Error {}
  type Execute = (args: unknown, options: unknown) => Promise<unknown>;
  const llm = { tool: (definition: never) => definition as { description: string; execute: Execute }, ToolError };
  const definition = { name: 'desk_slow', description: 'Looks.', parameters: { type: 'object' } };
  const conversation = () => {
    const [say, generateReply] = [vi.fn(), vi.fn()];
    return { say, generateReply, ctx: { session: { say, generateReply } } };
  };

  test('say their filler, give the output, and fail by what the model reads', async () => {
    const { voice, asked } = talk();
    const { say, ctx } = conversation();
    const { desk_slow: tool } = liveKitTools(voice, llm, [definition]);
    expect(tool).toMatchObject({ description: 'Looks.', parameters: { type: 'object' } });
    const output = tool?.execute({ a: 1 }, { toolCallId: 'c1', ctx });
    await passes(0);
    expect(say).toHaveBeenCalledWith('One moment.', { addToChatCtx: false });
    await asked[0]?.end({ output: { ok: 1 } });
    expect(await output).toEqual({ ok: 1 });
    const bad = tool?.execute({}, { toolCallId: 'c2', ctx });
    const verdict = expect(bad).rejects.toThrow(ToolError);
    await asked[1]?.end(failed);
    await verdict;
  });

  test('are cancelled with their speech, and answer late by a reply', async () => {
    const { voice, asked, cancelled } = talk();
    const { generateReply, ctx } = conversation();
    const { desk_slow: tool } = liveKitTools(voice, llm, [definition]);
    const speech = new AbortController();
    const stopped = tool?.execute({}, { toolCallId: 'c1', abortSignal: speech.signal, ctx });
    speech.abort();
    expect(await stopped).toMatchObject({ status: 'interrupted' });
    expect(cancelled).toEqual([{ idempotency_key: 's.c1' }]);
    const slow = tool?.execute({}, { toolCallId: 'c2', ctx });
    await passes(8_000);
    expect(await slow).toMatchObject({ status: 'working' });
    await asked[1]?.end({ output: 'found' });
    expect(generateReply).toHaveBeenCalledWith({ instructions: expect.stringMatching(/result: found$/) });
  });
});

describe('a handler in Pipecat’s manner', () => {
  test('tells a result once, or that it takes longer and then the result', async () => {
    const { voice, asked } = talk();
    const spoken: string[] = [];
    const told: unknown[][] = [];
    const handle = pipecatHandler(voice, (line) => spoken.push(line));
    const params = (id: string) => ({
      function_name: 'desk_slow',
      tool_call_id: id,
      arguments: {},
      result_callback: (...result: unknown[]) => told.push(result),
    });
    const quick = handle(params('c1'));
    await asked[0]?.end({ output: { ok: 1 } });
    await quick;
    expect(told).toEqual([[{ ok: 1 }]]);
    const slow = handle(params('c2'));
    await passes(8_000);
    expect(told[1]).toEqual([expect.objectContaining({ status: 'working' }), { properties: { is_final: false } }]);
    await asked[1]?.end(failed);
    await slow;
    expect(told[2]).toEqual([expect.stringContaining('upstream_error')]);
    expect(spoken.length).toBeGreaterThan(0);
    await handle(params('c1'));
    expect([asked.length, told.length]).toEqual([2, 4]);
  });
});

describe('an OpenAI Realtime session', () => {
  const done = (...ids: string[]) => doneOf('desk_slow', ...ids);
  const doneOf = (name: string, ...ids: string[]) => ({
    type: 'response.done',
    response: {
      output: ids.map((id) => ({
        type: 'function_call',
        status: 'completed',
        call_id: id,
        name,
        arguments: '{}',
      })),
    },
  });
  function session() {
    const sent: RealtimeClientEvent[] = [];
    const { voice, ...rest } = talk();
    return { ...rest, sent, realtime: new RealtimeTools(voice, (event) => sent.push(event)) };
  }
  const output = (id: string, text: unknown) => ({
    type: 'conversation.item.create',
    item: { type: 'function_call_output', call_id: id, output: text },
  });

  test('is given each call’s output, and then asked for one response', async () => {
    const { realtime, asked, sent } = session();
    const received = realtime.receive(doneOf('desk_find', 'c1', 'c2'));
    for (const one of asked) await one.end({ output: { ok: 1 } });
    await received;
    expect(sent).toEqual([output('c1', '{"ok":1}'), output('c2', '{"ok":1}'), { type: 'response.create' }]);
    await realtime.receive({ type: 'response.done', response: { output: [{ type: 'message' }] } });
    await realtime.receive({
      type: 'response.done',
      response: { output: [{ ...done('x').response.output[0], type: 'function_call', status: 'incomplete' }] },
    });
    await realtime.receive({ type: 'response.done' });
    expect(sent).toHaveLength(3);
  });

  test('says a filler beside the conversation, and is asked for a response when that is said', async () => {
    const { realtime, asked, sent } = session();
    const received = realtime.receive(done('c1'));
    await passes(0);
    expect(sent).toMatchObject([
      {
        type: 'response.create',
        response: { conversation: 'none', instructions: expect.stringContaining('One moment.') },
      },
    ]);
    await realtime.receive({ type: 'response.created' });
    await asked[0]?.end({ output: 1 });
    await received;
    expect(sent.map(({ type }) => type)).toEqual(['response.create', 'conversation.item.create']);
    await realtime.receive({ type: 'response.done' });
    expect(sent.at(-1)).toEqual({ type: 'response.create' });
    expect(sent).toHaveLength(3);
  });

  test('has calls cancelled by speech, without asking for a response, and is told late ones', async () => {
    const { realtime, asked, sent, cancelled } = session();
    const received = realtime.receive(done('c1'));
    await realtime.receive({ type: 'input_audio_buffer.speech_started' });
    await received;
    expect(cancelled).toEqual([{ idempotency_key: 's.c1' }]);
    expect(sent).toEqual([output('c1', expect.stringContaining('interrupted'))]);
    const slow = realtime.receive(done('c2'));
    await passes(8_000);
    await slow;
    // The filler's response is under way, and then the one after the outputs.
    await realtime.receive({ type: 'response.done' });
    await realtime.receive({ type: 'response.done' });
    const before = sent.length;
    await asked[1]?.end({ output: 'found' });
    expect(sent.slice(before)).toMatchObject([
      {
        type: 'conversation.item.create',
        item: { role: 'system', content: [{ text: expect.stringMatching(/found$/) }] },
      },
      { type: 'response.create' },
    ]);
  });
});

describe('a ConversationRelay socket', () => {
  const setup = { type: 'setup', sessionId: 'VX00', callSid: 'CA00', from: '+18005550100', customParameters: {} };
  function relay(onPrompt: (text: string, relay: ConversationRelay) => unknown = () => {}) {
    const fake = voiceAgent(tools);
    const sent: RelayCommand[] = [];
    const late = vi.fn();
    const one = new ConversationRelay(fake.agent, { send: (command) => sent.push(command), onPrompt, onLate: late });
    return { ...fake, sent, late, relay: one, receive: (message: unknown) => one.receive(JSON.stringify(message)) };
  }

  test('gives whole prompts, says answers and fillers, under the call’s SID', async () => {
    const prompts: string[] = [];
    const { receive, sent, asked } = relay(async (text, one) => {
      prompts.push(text);
      const { text: answer } = await one.voice.run(call('c1', 'desk_slow'));
      one.say(answer);
    });
    await receive({ type: 'prompt', voicePrompt: 'too early', last: true });
    await receive(setup);
    await receive({ type: 'prompt', voicePrompt: 'Find my ', lang: 'en-US', last: false });
    const answered = receive({ type: 'prompt', voicePrompt: 'ticket.', lang: 'en-US', last: true });
    await passes(0);
    expect(asked).toMatchObject([{ key: 'CA00.c1', session: 'CA00' }]);
    await asked[0]?.end({ output: 'It is open.' });
    await answered;
    expect(prompts).toEqual(['Find my ticket.']);
    expect(sent).toEqual([
      { type: 'text', token: 'One moment. ', last: false },
      { type: 'text', token: 'It is open.', last: true },
    ]);
  });

  test('cancels by an interruption, tells late answers, and ends all with itself', async () => {
    const { receive, relay: one, cancelled, asked, late } = relay();
    expect(() => one.voice).toThrow(TypeError);
    await receive(setup);
    await receive({ ...setup, callSid: 'CA_other' });
    const first = one.voice.run(call('c1', 'desk_slow'));
    await receive({ type: 'interrupt', utteranceUntilInterrupt: 'Life is', durationUntilInterruptMs: 460 });
    expect((await first).output).toMatchObject({ status: 'interrupted' });
    void one.voice.run(call('c2', 'desk_slow'));
    await passes(8_000);
    await asked[1]?.end({ output: 'found' });
    expect(late).toHaveBeenCalledWith(expect.objectContaining({ why: 'slow' }), one);
    for (const bad of ['{', 'null', '7', '{"type":"dtmf","digit":"1"}', '{"type":"prompt"}']) await one.receive(bad);
    await one.close();
    expect(cancelled).toEqual([{ idempotency_key: 'CA00.c1' }, { session: 'CA00' }]);
    await relay().relay.close();
  });

  test('is Twilio’s by its signature over the URL', () => {
    // As npm twilio makes it for this URL and token.
    const [url, signature] = ['wss://example.com/relay?call=1', 'Qo5poBilpb4lZ2KcGOOHu1D9398='];
    expect(isSignedByTwilio(url, signature, '12345')).toBe(true);
    for (const [at, by, token] of [
      [`${url}0`, signature, '12345'],
      [url, signature, '12346'],
      [url, 'Qo5p', '12345'],
      [url, null, '12345'],
      [url, signature, ''],
    ] as const)
      expect(isSignedByTwilio(at, by, token)).toBe(false);
  });
});
