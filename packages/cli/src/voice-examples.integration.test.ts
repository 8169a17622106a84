import { spawn, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Agent, connect } from '@patchbay/sdk';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { serveRelay, type Turn } from '../../../docs/examples/voice/conversation-relay.ts';
import { deskTools } from '../../../docs/examples/voice/livekit-agent.ts';
import { serveRealtime } from '../../../docs/examples/voice/realtime-agent.ts';
import { type SandboxControl, sandboxControl } from './demo/sandbox-control.ts';
import { directoryWith, type Installation, startInstallation } from './running-patchbay.fixture.ts';

const examples = fileURLToPath(new URL('../../../docs/examples/voice', import.meta.url));
const retellKey = 'key_made_up_for_this_test';
const names = ['slack_lookup_user', 'slack_post_message'];

let here: Installation;
let agent: Agent;
let sandbox: SandboxControl;
let key: string;
beforeAll(async () => {
  const kept = directoryWith({ 'voice.json': JSON.stringify({ acme: { retell: retellKey } }) });
  here = await startInstallation({ gateway: { PATCHBAY_GATEWAY_VOICE_SECRETS_FILE: join(kept, 'voice.json') } });
  const {
    nats_url: servers,
    tenant,
    agent_credentials: credentials,
    sandbox_url,
    sandbox_control_token,
  } = here.patchbay.facts;
  agent = await connect({ servers, tenant, credentials });
  sandbox = sandboxControl(sandbox_url as string, readFileSync(sandbox_control_token as string, 'utf8'));
  key = (await here.cli(['keys', 'create', 'front-desk', '--role', 'agent', '--header'])).out
    .trim()
    .split(' ')
    .at(-1) as string;
}, 120_000);
afterAll(async () => {
  await agent?.close();
  await here?.stop();
});

const posted = (text: string) => ({ channel: '#sales', text });
const effectsOf = async (text: string) =>
  (await sandbox.effects('slack_post_message')).filter(({ arguments: args }) => args['text'] === text).length;

describe('voice platforms over HTTP', () => {
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${here.patchbay.facts.gateway_url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const toolCalls = (id: string, text: string, session: string) => ({
    message: {
      type: 'tool-calls',
      call: { id: session },
      toolCallList: [{ id, name: 'slack_post_message', arguments: posted(text) }],
    },
  });

  test('have a call that comes several times at once carried out once, and again under another id', async () => {
    const twice = await Promise.all(
      Array.from({ length: 4 }, async () => (await post('/voice/vapi', toolCalls('t1', 'vapi once', 'v-1'))).text()),
    );
    expect(twice[0]).toContain('"toolCallId":"t1","result":');
    expect(new Set(twice).size).toBe(1);
    expect(await (await post('/voice/vapi', toolCalls('t1', 'vapi once', 'v-1'))).text()).toBe(twice[0]);
    expect(await effectsOf('vapi once')).toBe(1);
    await post('/voice/vapi', toolCalls('t2', 'vapi once', 'v-1'));
    expect(await effectsOf('vapi once')).toBe(2);
    const other = (await (await post('/voice/vapi', toolCalls('t1', 'other words', 'v-1'))).json()) as {
      results: { error: string }[];
    };
    expect(other.results[0]?.error).toContain('invalid_request');
    expect(await effectsOf('other words')).toBe(0);
  });

  test('are answered in time, and given the result of what took longer, without a second effect', async () => {
    const calm = await sandbox.behave({ tool: 'slack_post_message', do: { kind: 'delay', ms: 1_500 } });
    const call = toolCalls('late-1', 'took its time', 'v-2');
    const first = (await (await post('/voice/vapi?timeout_ms=1000', call)).json()) as { results: { result: string }[] };
    expect(JSON.parse(first.results[0]?.result as string)).toMatchObject({
      status: 'working',
      patchbay_call: 'late-1',
    });
    const again = toolCalls('late-2', 'took its time', 'v-2');
    Object.assign(again.message.toolCallList[0]?.arguments as object, { patchbay_call: 'late-1' });
    const second = await (await post('/voice/vapi', again)).json();
    expect(second).toMatchObject({ results: [{ toolCallId: 'late-2', result: expect.stringContaining('ts') }] });
    expect(await effectsOf('took its time')).toBe(1);
    await calm();
  });

  test('of ElevenLabs and OpenAI act, each in its words', async () => {
    const eleven = await post('/voice/elevenlabs/slack_post_message', posted('eleven'), { 'patchbay-session': 'e-1' });
    expect(await eleven.json()).toMatchObject({ result: { ts: expect.any(String) } });
    const done = {
      type: 'response.done',
      response: {
        output: [
          {
            type: 'function_call',
            call_id: 'o1',
            name: 'slack_post_message',
            arguments: JSON.stringify(posted('openai')),
          },
        ],
      },
    };
    const openai = await post('/voice/openai', done, { 'patchbay-session': 'o-1' });
    expect(await openai.json()).toMatchObject({ events: [{ item: { call_id: 'o1' } }, { type: 'response.create' }] });
    expect([await effectsOf('eleven'), await effectsOf('openai')]).toEqual([1, 1]);
  });

  test('ask a person before something is destroyed, and act on their yes', async () => {
    const event = { event_id: '0f3b9c2d4e5f60718293a4b5c6d7e8f9' };
    const remove = async (id: string, more: Record<string, unknown> = {}) => {
      const calls = toolCalls(id, '', 'v-3');
      Object.assign(calls.message.toolCallList[0] as object, {
        name: 'google_calendar_cancel_meeting',
        arguments: { ...event, ...more },
      });
      return ((await (await post('/voice/vapi', calls)).json()) as { results: { error: string; result: string }[] })
        .results[0];
    };
    const asked = JSON.parse((await remove('d1'))?.error as string);
    expect(asked).toMatchObject({
      error: { code: 'confirmation_required' },
      next: expect.stringContaining('Shall I cancel that meeting'),
    });
    expect(await sandbox.effects('google_calendar_cancel_meeting')).toEqual([]);
    const done = await remove('d2', { patchbay_confirmation: asked.patchbay_confirmation });
    expect(done?.error).toBeUndefined();
    expect(await sandbox.effects('google_calendar_cancel_meeting')).toHaveLength(1);
  });

  test('of Retell act once, signed under the key that is kept of the tenant', async () => {
    const body = { name: 'slack_post_message', args: posted('retell'), call: { call_id: 'r-1' } };
    const send = (by: string) => {
      const stamp = Date.now();
      const digest = createHmac('sha256', by)
        .update(`${JSON.stringify(body)}${stamp}`)
        .digest('hex');
      return post('/voice/retell', body, { 'x-retell-signature': `v=${stamp},d=${digest}` });
    };
    expect((await send('key_of_somebody_else')).status).toBe(401);
    const [first, again] = [await send(retellKey), await send(retellKey)];
    expect(await first.json()).toMatchObject({ ts: expect.any(String) });
    expect(again.status).toBe(200);
    expect(await effectsOf('retell')).toBe(1);
  });
});

test('what sets a platform up is printed, and refused for what is none', async () => {
  const setup = (...args: string[]) => here.cli(['voice', 'setup', ...args]);
  const url = ['--url', 'https://tools.example.com/'];
  const printed = await setup('vapi', '--tools', names.join(','), ...url);
  expect(JSON.parse(printed.out)).toMatchObject([
    { function: { name: names[0] }, server: { url: 'https://tools.example.com/voice/vapi' } },
    { function: { name: names[1] }, messages: [{ content: 'Posting that now.' }] },
  ]);
  for (const bad of [
    ['twilio', '--integration', 'slack', ...url],
    ['vapi', ...url],
    ['vapi', '--url', 'here'],
    ['vapi'],
  ])
    expect((await setup(...bad)).code).toBe(2);
  expect((await setup('retell', '--tools', 'slack_none', ...url)).code).toBe(3);
});

describe('the LiveKit example', () => {
  class ToolError extends Error {}
  type Execute = (args: unknown, options: unknown) => Promise<Record<string, unknown>>;
  const llm = { tool: (definition: never) => definition as { execute: Execute }, ToolError };

  test('acts once, fills the silence, is interrupted, and answers late', { timeout: 60_000 }, async () => {
    const [say, generateReply] = [vi.fn(), vi.fn()];
    const ctx = { session: { say, generateReply } };
    const { tools, end } = await deskTools(agent, llm, 'room-1', names);
    const speech = new AbortController();
    const run = (toolCallId: string, args: unknown, abortSignal?: AbortSignal, from = tools) =>
      from['slack_post_message']?.execute(args, { toolCallId, ctx, abortSignal });
    expect(await run('l1', posted('livekit'))).toMatchObject({ ts: expect.any(String) });
    await run('l1', posted('livekit'));
    expect(await effectsOf('livekit')).toBe(1);
    await expect(run('l2', {})).rejects.toThrow('invalid_arguments');

    const calm = await sandbox.behave({ tool: 'slack_post_message', do: { kind: 'delay', ms: 2_500 } });
    const hasty = await deskTools(agent, llm, 'room-2', names, 1_000);
    expect(await run('l3', posted('late'), undefined, hasty.tools)).toMatchObject({
      status: 'working',
      patchbay_call: 'l3',
    });
    expect(say).toHaveBeenCalledWith('Posting that now.', { addToChatCtx: false });
    await vi.waitFor(() =>
      expect(generateReply).toHaveBeenCalledWith({ instructions: expect.stringMatching(/took longer.*"ts"/) }),
    );
    expect(await effectsOf('late')).toBe(1);
    const stopped = run('l4', posted('interrupted'), speech.signal);
    speech.abort();
    expect(await stopped).toMatchObject({ status: 'interrupted' });
    await calm();
    await Promise.all([end(), hasty.end()]);
  });
});

describe('the Realtime example', () => {
  test('gives the session its tools and answers its calls', async () => {
    const sent: Record<string, unknown>[] = [];
    const heard = new EventEmitter();
    const socket = {
      send: (text: string) => sent.push(JSON.parse(text)),
      addEventListener: (type: string, listener: (message: { data: unknown }) => void) => void heard.on(type, listener),
    };
    await serveRealtime(agent, socket, 'realtime-1', names);
    expect(sent[0]).toMatchObject({
      type: 'session.update',
      session: { tools: [{ name: names[0] }, { name: names[1] }] },
    });
    const call = {
      type: 'function_call',
      call_id: 'c1',
      name: 'slack_post_message',
      arguments: JSON.stringify(posted('realtime')),
    };
    const event = { data: JSON.stringify({ type: 'response.done', response: { output: [call] } }) };
    heard.emit('message', event);
    heard.emit('message', event);
    await vi.waitFor(() => expect(sent.filter(({ type }) => type === 'conversation.item.create')).toHaveLength(2));
    expect(sent.find(({ type }) => type === 'conversation.item.create')).toMatchObject({
      item: { type: 'function_call_output', call_id: 'c1', output: expect.stringContaining('"ts"') },
    });
    expect(await effectsOf('realtime')).toBe(1);
    heard.emit('close');
  });
});

describe('the ConversationRelay example', () => {
  const [url, signature] = ['wss://example.com/relay?call=1', 'Qo5poBilpb4lZ2KcGOOHu1D9398='];
  function open(signed: string | undefined, model: (said: string, answers: readonly string[]) => Promise<Turn>) {
    const heard = new EventEmitter();
    const sent: Record<string, unknown>[] = [];
    const close = vi.fn();
    const socket = Object.assign(heard, { send: (text: string) => sent.push(JSON.parse(text)), close });
    const request = { headers: { 'x-twilio-signature': signed } } as unknown as IncomingMessage;
    serveRelay(agent, model, { socket, request, url, authToken: '12345' });
    return { sent, close, hear: (message: unknown) => heard.emit('message', JSON.stringify(message)), heard };
  }

  test('answers a caller with what a tool did', async () => {
    const { sent, hear, heard } = open(signature, async (said, [answer]) =>
      answer === undefined
        ? { call: { id: 'c1', name: 'slack_post_message', arguments: posted(said) } }
        : { say: answer.includes('"ts"') ? 'It is posted.' : answer },
    );
    hear({ type: 'setup', sessionId: 'VX1', callSid: 'CA1' });
    hear({ type: 'prompt', voicePrompt: 'relayed', lang: 'en-US', last: true });
    await vi.waitFor(() => expect(sent.at(-1)).toEqual({ type: 'text', token: 'It is posted.', last: true }));
    expect(await effectsOf('relayed')).toBe(1);
    heard.emit('close');
  });

  test('takes nobody but Twilio', () => {
    const { close, heard } = open(undefined, async () => ({ say: '' }));
    expect(close).toHaveBeenCalledWith(1008);
    expect(heard.listenerCount('message')).toBe(0);
  });
});

describe.skipIf(spawnSync('python3', ['--version']).error !== undefined)('the Pipecat example', () => {
  test('acts once, fills the silence, is interrupted, and answers late', { timeout: 90_000 }, async () => {
    const cwd = directoryWith({ key });
    const pipeline = spawn('python3', [join(examples, 'pipecat_pipeline.py')], {
      env: {
        PATH: process.env.PATH,
        PYTHONDONTWRITEBYTECODE: '1',
        PATCHBAY_URL: here.patchbay.facts.gateway_url as string,
        PATCHBAY_KEY_FILE: join(cwd, 'key'),
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    try {
      const heard: Record<string, unknown>[] = [];
      createInterface(pipeline.stdout).on('line', (line) => heard.push(JSON.parse(line)));
      const write = (line: unknown) => pipeline.stdin.write(`${JSON.stringify(line)}\n`);
      const call = (id: string, args: unknown) => write({ call: { id, name: 'slack_post_message', arguments: args } });
      const hear = (wanted: Record<string, unknown>, times = 1) =>
        vi.waitFor(() =>
          expect(
            heard.filter((line) => Object.entries(wanted).every(([name, value]) => line[name] === value)),
          ).toHaveLength(times),
        );
      const resultOf = (id: string) =>
        heard.filter((line) => line['id'] === id && line['final'] === true).at(-1)?.['result'];

      write({ define: names });
      await vi.waitFor(() => expect(heard).toHaveLength(1));
      expect(heard[0]).toMatchObject({
        definitions: [{ name: names[0] }, { name: names[1], required: expect.arrayContaining(['channel']) }],
      });
      call('p1', posted('pipecat'));
      call('p1', posted('pipecat'));
      await hear({ id: 'p1', final: true }, 2);
      expect(resultOf('p1')).toMatchObject({ ts: expect.any(String) });
      expect(await effectsOf('pipecat')).toBe(1);
      call('p2', {});
      await hear({ id: 'p2', final: true });
      expect(resultOf('p2')).toMatchObject({ error: { code: 'invalid_arguments' } });

      const calm = await sandbox.behave({ tool: 'slack_lookup_user', do: { kind: 'delay', ms: 2_800 } });
      write({ patience: 1 });
      write({ call: { id: 'p3', name: 'slack_lookup_user', arguments: { email: 'ada@example.com' } } });
      await hear({ id: 'p3', final: false });
      expect(heard).toContainEqual({ said: 'Let me look them up.' });
      await hear({ id: 'p3', final: true });
      expect(resultOf('p3')).not.toHaveProperty('status', 'working');
      write({ call: { id: 'p4', name: 'slack_lookup_user', arguments: { email: 'ada@example.com' } } });
      await hear({ said: 'Let me look them up.' }, 2);
      write({ interrupt: true });
      await hear({ id: 'p4', final: true });
      expect(resultOf('p4')).toMatchObject({ status: 'interrupted' });
      write({ call: { id: 'p5', name: 'slack_lookup_user', arguments: { email: 'ada@example.com' } } });
      await hear({ said: 'Let me look them up.' }, 3);
      write({ abandon: 'p5' });
      await hear({ abandoned: 'p5' });
      await calm();
    } finally {
      pipeline.stdin.end();
      pipeline.kill();
    }
  });
});
