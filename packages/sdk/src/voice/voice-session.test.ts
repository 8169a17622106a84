import { errorBody } from '@patchbay/contracts';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { call, voiceAgent } from './voice-agent.test-support.ts';
import { type LateAnswer, lateTurn, VoiceSession, type VoiceSessionOptions } from './voice-session.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
const passes = (ms: number) => vi.advanceTimersByTimeAsync(ms);

const speech = { waiting: 'Looking for it.' };
const known = {
  desk_find: { speech, latency: { p95_ms: 200 }, risk: 'read' },
  desk_slow: { speech, latency: { p95_ms: 5_000 }, risk: 'read' },
  desk_open: { latency: { p95_ms: 200 }, risk: 'write' },
} as const;

function talk(options: Partial<VoiceSessionOptions> = {}) {
  const fake = voiceAgent(known);
  const said: string[] = [];
  const late: LateAnswer[] = [];
  const voice = new VoiceSession(fake.agent, {
    session: 'call-1',
    say: (line) => said.push(line),
    onLate: (one) => late.push(one),
    ...options,
  });
  return { ...fake, voice, said, late };
}

describe('a call', () => {
  test('is made under the conversation’s id and its own, and answered for the model', async () => {
    const { voice, asked } = talk();
    const answer = voice.run(call('c1', 'desk_find', { query: 'printer' }));
    expect(asked).toMatchObject([
      { tool: 'desk_find', args: { query: 'printer' }, key: 'call-1.c1', session: 'call-1' },
    ]);
    await asked[0]?.end({ output: { number: 7 } });
    expect(await answer).toEqual({ id: 'c1', isError: false, text: '{"number":7}', output: { number: 7 } });
    expect(voice.interrupt()).toBe(0);
  });

  test('that comes twice is made once, also after its end', async () => {
    const { voice, asked } = talk();
    const both = [voice.run(call('c1')), voice.run(call('c1'))];
    await asked[0]?.end({ output: 1 });
    expect((await Promise.all([...both, voice.run(call('c1'))])).map(({ output }) => output)).toEqual([1, 1, 1]);
    expect(asked).toHaveLength(1);
    for (let i = 0; i < 300; i++) {
      const next = voice.run(call(`d${i}`));
      await asked.at(-1)?.end();
      await next;
    }
    // What is forgotten here is known to the executor, by the same key.
    void voice.run(call('c1'));
    expect(asked.at(-1)?.key).toBe('call-1.c1');
  });

  test('that is under way elsewhere is waited for', async () => {
    const { voice, asked } = talk();
    const answer = voice.run(call('c1'));
    await asked[0]?.end({ status: 'refused', output: null, error: errorBody('in_progress') });
    await passes(300);
    await asked[1]?.end({ output: 'from there' });
    expect((await answer).output).toBe('from there');
    expect(asked[1]?.key).toBe('call-1.c1');
  });

  test('that no tool can be is answered without being made', async () => {
    const { voice, asked } = talk();
    expect((await voice.run(call('c1', 'Desk Find'))).text).toContain('tool_not_found');
    expect((await voice.run({ id: 'c2', name: 'desk_find', arguments: null })).text).toContain('invalid_arguments');
    expect(asked).toEqual([]);
  });

  test('that wants a yes says what to ask, and comes again with its token', async () => {
    const { voice, asked } = talk();
    const asking = { token: 't-1', ask: 'Shall I open it?', expires_at: '2030-01-01T00:00:00.000Z' };
    const first = voice.run(call('c1', 'desk_open'));
    const error = errorBody('confirmation_required', { details: { confirmation: asking } });
    await asked[0]?.end({ status: 'refused', output: null, error });
    expect(JSON.parse((await first).text)).toMatchObject({
      patchbay_confirmation: 't-1',
      error: { speakable: asking.ask },
    });
    void voice.run(call('c2', 'desk_open', { patchbay_confirmation: 't-1', patchbay_call: ' ' }));
    expect(asked[1]).toMatchObject({ args: {}, confirmation: 't-1', key: 'call-1.c2' });
  });
});

describe('silence', () => {
  test('is filled at once where a tool usually takes long', async () => {
    const { voice, said } = talk();
    void voice.run(call('c1', 'desk_slow'));
    await passes(0);
    expect(said).toEqual(['Looking for it.']);
  });

  test('is filled when it lasts, where a tool is usually quick, and not when it is', async () => {
    const { voice, said, asked, describe: described } = talk();
    void voice.run(call('c1'));
    await passes(799);
    expect(said).toEqual([]);
    await passes(1);
    expect(said).toEqual(['Looking for it.']);
    void voice.run(call('c2'));
    await asked[1]?.end();
    await passes(5_000);
    expect(said).toHaveLength(1);
    expect(described).toHaveBeenCalledTimes(1);
    await passes(60_000);
    void voice.run(call('c3'));
    expect(described).toHaveBeenCalledTimes(2);
  });

  test('is left where there is no line, or nobody knows the tool, and a voice that fails harms nothing', async () => {
    const { voice, said } = talk();
    void voice.run(call('c1', 'desk_open'));
    void voice.run(call('c2', 'desk_other'));
    await passes(5_000);
    expect(said).toEqual([]);
    const broken = talk({
      say: () => {
        throw new Error('the line is gone');
      },
    });
    const answer = broken.voice.run(call('c1', 'desk_slow'));
    await passes(0);
    await broken.asked[0]?.end({ output: 1 });
    expect((await answer).output).toBe(1);
    const rejecting = talk({ say: () => Promise.reject(new Error('the line is gone')) });
    void rejecting.voice.run(call('c1', 'desk_slow'));
    await passes(1);
  });
});

describe('an answer that comes late', () => {
  test('is a turn of its own, and the turn that waited is told so', async () => {
    const { voice, asked, late } = talk();
    const answer = voice.run(call('c1', 'desk_slow'));
    await passes(8_000);
    const told = await answer;
    expect(told.output).toMatchObject({ status: 'working', patchbay_call: 'c1' });
    // The person speaks: what goes on in the background is no matter of this turn.
    expect(voice.interrupt()).toBe(0);
    await asked[0]?.end({ output: 'three' });
    expect(late).toMatchObject([{ call: { id: 'c1' }, answer: { text: 'three' }, why: 'slow' }]);
    expect((await told.later)?.text).toBe('three');
    expect(lateTurn(late[0] as LateAnswer)).toMatch(/desk_slow.*took longer.*Its result: three$/);
  });

  test('can be asked for by its call, also while it runs', async () => {
    const { voice, asked } = talk();
    void voice.run(call('c1', 'desk_slow'));
    await passes(8_000);
    const again = voice.run(call('c2', 'desk_slow', { patchbay_call: 'c1' }));
    expect(asked).toHaveLength(1);
    await asked[0]?.end({ output: 'three' });
    expect(await again).toMatchObject({ id: 'c2', output: 'three' });
    void voice.run(call('c3', 'desk_slow', { patchbay_call: 'c1' }));
    expect(asked[1]?.key).toBe('call-1.c1');
  });
});

describe('a person who speaks', () => {
  test('cancels what they waited for, and is told of it no more', async () => {
    const { voice, cancelled, late } = talk();
    const answer = voice.run(call('c1', 'desk_slow'));
    expect(voice.interrupt()).toBe(1);
    expect((await answer).output).toMatchObject({ status: 'interrupted' });
    expect(cancelled).toEqual([{ idempotency_key: 'call-1.c1' }]);
    await passes(10_000);
    expect(late).toEqual([]);
  });

  test('is told of an effect that could not be stopped, and not of a read', async () => {
    const { voice, asked, late } = talk();
    const answers = [voice.run(call('c1', 'desk_open')), voice.run(call('c2')), voice.run(call('c3', 'desk_open'))];
    // Ended before the cancel reaches it.
    voice.interrupt();
    for (const one of asked.slice(0, 2)) void one.end({ output: 'done' });
    await asked[2]?.end({ status: 'outcome_unknown', output: null, error: errorBody('outcome_unknown') });
    await Promise.all(answers);
    await passes(0);
    expect(late.map(({ call: { id }, why }) => [id, why])).toEqual([
      ['c1', 'interrupted'],
      ['c3', 'interrupted'],
    ]);
    expect(lateTurn(late[0] as LateAnswer)).toContain('interrupted');
  });

  test('cancels one call by its signal', async () => {
    const { voice, cancelled } = talk();
    const stop = new AbortController();
    const one = voice.run(call('c1'), { signal: stop.signal });
    void voice.run(call('c2'));
    stop.abort();
    expect((await one).output).toMatchObject({ status: 'interrupted' });
    expect((await voice.run(call('c3'), { signal: stop.signal })).output).toMatchObject({ status: 'interrupted' });
    expect(cancelled).toEqual([{ idempotency_key: 'call-1.c1' }, { idempotency_key: 'call-1.c3' }]);
  });
});

test('the end of a conversation cancels what runs in its name, and tells nothing any more', async () => {
  const { voice, cancelled, late } = talk();
  const slow = voice.run(call('c1', 'desk_slow'));
  await passes(8_000);
  await slow;
  const waiting = voice.run(call('c2'));
  await voice.end();
  await waiting;
  await passes(1);
  expect(cancelled).toContainEqual({ session: 'call-1' });
  expect(late).toEqual([]);
});
