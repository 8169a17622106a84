import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ExecutionResult } from '@patchbay/contracts';
import { type Chunk, connect, ExecutionError, type ToolStream } from '@patchbay/sdk';
import type { Behaviour } from '@patchbay/testkit/sandbox';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { feedDocument } from './feed-document.ts';
import { bytesInKernel } from './kernel-buffers.ts';
import { type Fate, startLosingProxy } from './losing-proxy.ts';
import { noDoors, publish, type System, startSystem } from './system.ts';

/** Ample on a busy machine; nothing here is held to its speed. */
const patient = { timeout: 30_000, interval: 20 };
const argument = { number: 1 };
const long = { deadlineMs: 100_000 };

let system: System;
beforeAll(async () => {
  // Two executors: credits and cancels must find the one that has the stream.
  system = await startSystem({ shape: 'processes', executors: 2, seedCatalog: false, leaveOut: noDoors });
  await publish(system, feedDocument());
});
afterEach(() => system.sandbox.reset());
afterAll(() => system?.stop());

const upstream = (stream: Omit<Extract<Behaviour, { kind: 'stream' }>, 'kind'>) =>
  system.sandbox.behave({ do: { kind: 'stream', ...stream } });
const line = `${JSON.stringify({ text: 'x'.repeat(2_000) })}\n`;
const endless = () => upstream({ chunks: [line], repeat: 'endless', contentType: 'application/x-ndjson' });

interface Taken {
  readonly chunks: Chunk[];
  readonly thrown: unknown;
  readonly result: ExecutionResult;
}

async function takeAll(stream: ToolStream): Promise<Taken> {
  const chunks: Chunk[] = [];
  try {
    for await (const chunk of stream) chunks.push(chunk);
    return { chunks, thrown: null, result: await stream.result };
  } catch (thrown) {
    return { chunks, thrown, result: await stream.result };
  }
}

const sequences = (count: number) => Array.from({ length: count }, (_, at) => at + 1);
const upstreamClosed = () =>
  vi.waitFor(async () => expect((await system.sandbox.streams()).map(({ open }) => open)).toEqual([false]), patient);
const audited = (outcome: string, of: { execution_id?: string; session?: string }) =>
  vi.waitFor(async () => {
    const { events } = await system.admin.queryAudit({ class: 'execution', ...of });
    expect(events.map(({ data }) => data.outcome)).toEqual([outcome, 'intent']);
  }, patient);

describe('a streamed answer', () => {
  const words = sequences(500).map((n) => `Wort ${n}, `);
  const event = (data: string) => `event: delta\ndata: ${data}\n\n`;

  // A small window, so that order and count hold over many credits.
  test.each([
    {
      what: 'server-sent events',
      tool: 'feed_words',
      contentType: 'text/event-stream',
      chunks: [...words.map((text) => event(JSON.stringify({ delta: { text } }))), event('[DONE]')],
      items: words.map((text) => ({ text })),
      output: words.join(''),
    },
    {
      what: 'lines of JSON',
      tool: 'feed_rows',
      contentType: 'application/x-ndjson',
      chunks: sequences(2_000).map((n) => `${JSON.stringify({ n })}\n`),
      items: sequences(2_000).map((n) => ({ n })),
      output: { count: 2_000 },
    },
  ])(
    'of $what arrives in order, item by item, with a final result',
    async ({ what: _, tool, items, output, ...stream }) => {
      await upstream(stream);
      const { chunks, thrown, result } = await takeAll(system.agent.stream(tool, argument, { ...long, window: 8 }));
      expect(thrown).toBeNull();
      expect(chunks.map(({ data }) => data)).toEqual(items);
      expect(chunks.map(({ sequence }) => sequence)).toEqual(sequences(items.length));
      expect(result).toMatchObject({ status: 'succeeded', output, stream: { chunks: items.length, cut_by: null } });
      await audited('succeeded', { execution_id: result.execution_id });
    },
  );

  test('of chunked text arrives in order, in pieces that join to the text, with a final result', async () => {
    const text = sequences(400).map((n) => `Grüße ${n} — `);
    await upstream({ chunks: text, contentType: 'text/plain; charset=utf-8' });
    const { chunks, thrown, result } = await takeAll(
      system.agent.stream('feed_text', argument, { ...long, window: 8 }),
    );
    expect(thrown).toBeNull();
    expect(chunks.map(({ data }) => data).join('')).toBe(text.join(''));
    expect(chunks.map(({ sequence }) => sequence)).toEqual(sequences(chunks.length));
    expect(result).toMatchObject({ status: 'succeeded', output: text.join(''), stream: { chunks: chunks.length } });
    await audited('succeeded', { execution_id: result.execution_id });
  });
});

describe('a slow reader', () => {
  /** Until the upstream could write nothing for a while; what it has written until then. */
  async function stalled(): Promise<number> {
    let before = -1;
    const isStalled = async () => {
      const [{ bytes } = { bytes: 0 }] = await system.sandbox.streams();
      const still = bytes > 0 && bytes === before;
      before = bytes;
      expect(still).toBe(true);
    };
    await vi.waitFor(isStalled, { timeout: 60_000, interval: 300 });
    return before;
  }

  test('slows the upstream to its own pace, and the executor holds a bounded part of the answer', {
    timeout: 180_000,
  }, async () => {
    await endless();
    const stream = system.agent.stream('feed_rows', argument, { ...long, window: 16 });
    const chunks = stream[Symbol.asyncIterator]();
    const { port } = new URL(system.patchbay.facts.sandbox_url as string);
    let taken = 0;
    for (let pause = 0; pause < 4; pause++) {
      // Far more than the executor may hold, so that what it held at the last pause is long gone.
      for (const goal = taken + 4_000_000; taken < goal; taken += line.length) await chunks.next();
      const written = await stalled();
      const inKernel = bytesInKernel(Number(port));
      // Around each line stands its size in the answer on the wire: `7d7`, two line ends.
      const onWire = Math.ceil((written - taken) * (1 + 7 / line.length));
      // The rest is held by the executor, by NATS or by the agent: a window of 16 lines, and of what was read one buffer
      // and one read of 64 KiB each. Where the kernel does not tell its share, that may be some 40 MB of two buffers.
      if (inKernel === null) expect(onWire).toBeLessThan(48_000_000);
      else expect(onWire - inKernel).toBeLessThan(500_000);
    }
    stream.cancel();
    expect(await stream.result).toMatchObject({ status: 'cancelled' });
    await upstreamClosed();
  });
});

describe('a stream that ends in the middle', () => {
  const ways: Record<string, (stream: ToolStream, abort: AbortController, session: string) => unknown> = {
    'by cancel()': (stream) => stream.cancel(),
    'by its signal': (_, abort) => abort.abort(),
    'by a cancel of its session from elsewhere': (_stream, _abort, session) => system.agent.cancel({ session }),
  };

  test.each(Object.entries(ways))(
    '%s closes the upstream’s socket, and says so after the chunks that came',
    async (way, cancel) => {
      await endless();
      const abort = new AbortController();
      const options = { ...long, signal: abort.signal, context: { session: way } };
      const stream = system.agent.stream('feed_rows', argument, options);
      const chunks: Chunk[] = [];
      const reading = async () => {
        for await (const chunk of stream) if (chunks.push(chunk) === 20) await cancel(stream, abort, way);
      };
      await expect(reading()).rejects.toMatchObject({ code: 'cancelled' });
      expect(chunks.map(({ sequence }) => sequence)).toEqual(sequences(chunks.length));
      const { status, execution_id } = await stream.result;
      expect(status).toBe('cancelled');
      await upstreamClosed();
      await audited('cancelled', { execution_id });
    },
  );

  test('by leaving the loop closes the upstream’s socket too', async () => {
    await endless();
    const stream = system.agent.stream('feed_rows', argument, long);
    for await (const { sequence } of stream) if (sequence === 20) break;
    const { status, execution_id } = await stream.result;
    expect(status).toBe('cancelled');
    await upstreamClosed();
    await audited('cancelled', { execution_id });
  });

  test('at the deadline ends with a typed error after the chunks that came', async () => {
    let ended: Taken;
    let tries = 0;
    do {
      await system.sandbox.reset();
      await upstream({ end: 'open' });
      ended = await takeAll(system.agent.stream('feed_rows', argument, { deadlineMs: 2_000 }));
      // A machine that stands still for a tenth of a second around the deadline delays the answer past the agent's patience.
    } while (ended.result.status === 'outcome_unknown' && ++tries < 5);
    expect(ended.chunks.map(({ data }) => data)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
    expect(ended.thrown).toBeInstanceOf(ExecutionError);
    expect(ended.thrown).toMatchObject({ code: 'deadline_exceeded' });
    expect(ended.result).toMatchObject({
      status: 'failed',
      error: { code: 'deadline_exceeded', details: { items_before: 3 } },
      stream: { chunks: 3 },
    });
    await upstreamClosed();
    await audited('failed', { execution_id: ended.result.execution_id });
  });

  test('because its agent was killed closes the upstream’s socket', async () => {
    await endless();
    const { nats_url, tenant, agent_credentials } = system.patchbay.facts;
    const entry = fileURLToPath(new URL('lone-reader.ts', import.meta.url));
    const argv = [nats_url, tenant, agent_credentials, 'feed_rows', 'call-killed'];
    const reader = fork(entry, argv, { execArgv: [] });
    try {
      // It is in the middle of the stream.
      await once(reader, 'message');
    } finally {
      reader.kill('SIGKILL');
    }
    await upstreamClosed();
    await audited('cancelled', { session: 'call-killed' });
  });
});

describe('a chunk', () => {
  /** What an agent takes whose connection does this to the chunks with these sequences. */
  async function takeThrough(fates: Readonly<Record<number, Fate>>): Promise<Taken> {
    const { nats_url, tenant, agent_credentials } = system.patchbay.facts;
    const proxy = await startLosingProxy(nats_url, (payload) => {
      const sequence = /"sequence":(\d+)/.exec(payload)?.[1];
      return sequence === undefined ? 1 : (fates[Number(sequence)] ?? 1);
    });
    const agent = await connect({ servers: proxy.url, tenant, credentials: agent_credentials });
    try {
      return await takeAll(agent.stream('feed_rows', argument, long));
    } finally {
      await agent.close();
      await proxy.stop();
    }
  }

  test('that is lost in the middle is told after the chunks before it, and ends the upstream’s call', async () => {
    await endless();
    const { chunks, thrown, result } = await takeThrough({ 4: 0 });
    expect(chunks.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    expect(thrown).toMatchObject({ code: 'chunk_lost', body: { details: { expected: 4, received: 5 } } });
    expect(result.status).toBe('cancelled');
    await upstreamClosed();
  });

  test('that is lost at the end is told by the result’s count', async () => {
    const { chunks, thrown, result } = await takeThrough({ 3: 0 });
    expect(chunks.map(({ data }) => data)).toEqual([{ n: 1 }, { n: 2 }]);
    expect(thrown).toMatchObject({ code: 'chunk_lost', body: { details: { expected: 3, received: null } } });
    expect(result).toMatchObject({ status: 'succeeded', stream: { chunks: 3 } });
  });

  test('that comes twice is taken once', async () => {
    const { chunks, thrown } = await takeThrough({ 1: 2, 2: 2 });
    expect(thrown).toBeNull();
    expect(chunks.map(({ data }) => data)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  });
});

test('a stream whose executor is killed ends at the deadline as unknown, after the chunks that came, and is listed as such', async () => {
  await endless();
  const stream = system.agent.stream('feed_rows', argument, { deadlineMs: 4_000, context: { session: 'call-lost' } });
  const chunks = stream[Symbol.asyncIterator]();
  expect(await chunks.next()).toMatchObject({ value: { sequence: 1 } });
  const executors = system.patchbay.services.filter(({ service }) => service === 'executor');
  for (const { pid } of executors) process.kill(pid as number, 'SIGKILL');
  let sequence = 1;
  const rest = async () => {
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next())
      expect(next.value.sequence).toBe(++sequence);
  };
  await expect(rest()).rejects.toMatchObject({ code: 'outcome_unknown' });
  const { status, execution_id } = await stream.result;
  expect(status).toBe('outcome_unknown');
  await upstreamClosed();
  await vi.waitFor(async () => {
    const { executions } = await system.admin.listUnknown({ older_than_ms: 0 });
    expect(executions).toContainEqual(
      expect.objectContaining({ execution_id, session: 'call-lost', why: 'no_outcome' }),
    );
  }, patient);
});
