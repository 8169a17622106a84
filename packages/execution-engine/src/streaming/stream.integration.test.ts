import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Egress } from '@patchbay/egress';
import { createEgress } from '@patchbay/egress';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngine } from '../create-engine.ts';
import type { Engine, ExecuteInput } from '../engine-types.ts';
import type { PreparedTool } from '../prepare/prepared-tool.ts';
import { toolOf } from '../tools.test-support.ts';
import type { StreamSink } from './stream-sink.ts';

const token = 'token-0123456789';

let server: Server;
let origin: string;
let egress: Egress;
let engine: Engine;
let arrivals: number;
let accepted: (string | undefined)[];
let respond: (response: ServerResponse, arrival: number) => void;

beforeEach(async () => {
  arrivals = 0;
  accepted = [];
  server = createServer((request, response) => {
    accepted.push(request.headers.accept);
    request.resume().on('end', () => respond(response, ++arrivals));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  egress = createEgress({ trustedOrigins: [origin] });
  engine = createEngine({ egress });
});

afterEach(async () => {
  engine.close();
  server.closeAllConnections();
  await egress.close();
  await new Promise((resolve) => server.close(resolve));
});

type ToolInput = Parameters<typeof toolOf>[0];
const streaming = (response: ToolInput['response'], over: ToolInput = {}): PreparedTool =>
  toolOf(
    {
      risk: 'read',
      idempotency: { kind: 'natural' },
      request: { method: 'GET', path: '/s' },
      response,
      retry: { max_attempts: 2, backoff: 'none' },
      ...over,
    },
    { base_url: origin },
  );

/** Gathers items; `hold` makes the sink full after so many. */
function sinkOf(hold = Number.POSITIVE_INFINITY): StreamSink & { items: unknown[]; release(): void } {
  const items: unknown[] = [];
  const gate = Promise.withResolvers<void>();
  return {
    items,
    release: gate.resolve,
    deliver: (item) => {
      items.push(item);
      return items.length >= hold ? gate.promise : Promise.resolve();
    },
  };
}

const execute = (prepared: PreparedTool, input: Partial<ExecuteInput> = {}) =>
  engine.execute({
    prepared,
    tenant: 'acme',
    arguments: {},
    credential: { type: 'bearer', token },
    variables: {},
    deadlineAt: performance.now() + 10_000,
    idempotencyKey: null,
    ...input,
  });

const openSse = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/event-stream' });
const openPlain = (response: ServerResponse, type = 'text/plain') => response.writeHead(200, { 'content-type': type });

describe('a streamed answer', () => {
  it('delivers 10,000 items in order, and its result says how many', async () => {
    respond = (response) => {
      openPlain(response, 'application/x-ndjson');
      for (let n = 0; n < 10_000; n++) response.write(`{"n":${n},"rest":"dropped"}\n`);
      response.end();
    };
    const sink = sinkOf();
    const tool = streaming({ stream: 'ndjson', streaming: { result: 'count' }, pick: ['n'] });
    const outcome = await execute(tool, { stream: sink });
    expect(outcome).toMatchObject({
      status: 'succeeded',
      output: { count: 10_000 },
      streamed: { delivered: 10_000, cutBy: null },
    });
    expect(sink.items).toEqual(Array.from({ length: 10_000 }, (_, n) => ({ n })));
  });

  it('is picked event by event, up to the end that the document names', async () => {
    respond = (response) =>
      openSse(response).end(
        ': hello\n\nevent: delta\ndata: {"d":{"t":"Hel"}}\n\nevent: delta\ndata: {"d":{"t":"lo"}}\n\ndata: [DONE]\n\nnot read',
      );
    const sink = sinkOf();
    const tool = streaming({
      stream: 'sse',
      pick: { text: 'data.d.t' },
      streaming: { end: '[DONE]', result: 'text', text: 'text' },
    });
    expect(await execute(tool, { stream: sink })).toMatchObject({ status: 'succeeded', output: 'Hello' });
    expect(sink.items).toEqual([{ text: 'Hel' }, { text: 'lo' }]);
    expect(accepted).toEqual(['text/event-stream']);
  });

  it('comes as text, or as base64 where it is no text', async () => {
    respond = (response) => openPlain(response).end('grüß dich');
    const text = sinkOf();
    expect(await execute(streaming({ stream: 'chunked' }), { stream: text })).toMatchObject({ output: 'grüß dich' });
    expect(text.items.join('')).toBe('grüß dich');
    respond = (response) => openPlain(response, 'audio/wav').end(Buffer.from([0, 255, 1]));
    const bytes = sinkOf();
    expect(await execute(streaming({ stream: 'chunked' }), { stream: bytes })).toMatchObject({
      output: { content_type: 'audio/wav', bytes: 3 },
    });
    expect(bytes.items).toEqual([{ base64: 'AP8B' }]);
  });

  it('gives one result within its limits to a call that wants no stream', async () => {
    respond = (response) => {
      openPlain(response);
      for (let n = 0; n < 1_000; n++) response.write(`{"n":${n}}\n`);
      response.end();
    };
    const outcome = await execute(streaming({ stream: 'ndjson', max_items: 2 }));
    expect(outcome).toMatchObject({
      status: 'succeeded',
      output: { items: [{ n: 0 }, { n: 1 }], _truncated: { items_left_out: 998 } },
      truncated: true,
      streamed: { delivered: 0 },
    });
  });

  it('is cut at the most items, and the socket closed', async () => {
    respond = (response) => {
      openPlain(response);
      for (let n = 0; n < 5; n++) response.write(`${n}\n`);
    };
    const sink = sinkOf();
    const tool = streaming({ stream: 'ndjson', streaming: { max_items: 3 } });
    expect(await execute(tool, { stream: sink })).toMatchObject({
      status: 'succeeded',
      truncated: true,
      streamed: { delivered: 3, cutBy: 'max_items' },
    });
    await expect.poll(() => egress.stats().sockets).toBe(0);
  });

  it('is cut at the most bytes', async () => {
    respond = (response) => openPlain(response).end('"0123456789"\n'.repeat(100));
    const sink = sinkOf();
    const tool = streaming({ stream: 'ndjson', streaming: { max_bytes: 600 } });
    // What came in one read is told whole or not at all, so the answer is written in small pieces.
    respond = async (response) => {
      openPlain(response);
      for (let n = 0; n < 100; n++) await new Promise((resolve) => response.write(`"${'x'.repeat(50)}"\n`, resolve));
      response.end();
    };
    expect(await execute(tool, { stream: sink })).toMatchObject({
      status: 'succeeded',
      truncated: true,
      streamed: { cutBy: 'max_bytes' },
    });
    expect(sink.items.length).toBeLessThanOrEqual(12);
  });

  it('is not read on while an item waits to be taken', async () => {
    let pushed = 0;
    const line = `"${'x'.repeat(1_000)}"\n`;
    respond = (response) => {
      openPlain(response);
      const more = (): void => {
        while (!response.destroyed) {
          pushed += line.length;
          if (!response.write(line)) break;
        }
      };
      response.on('drain', more);
      more();
    };
    const abort = new AbortController();
    const sink = sinkOf(5);
    const tool = streaming({ stream: 'ndjson', streaming: { max_bytes: 1_000_000_000 } });
    const running = execute(tool, { stream: sink, signal: abort.signal, deadlineAt: performance.now() + 60_000 });
    let before = -1;
    await expect
      .poll(
        () => {
          const still = pushed === before;
          before = pushed;
          return still;
        },
        { interval: 200, timeout: 20_000 },
      )
      .toBe(true);
    const stalledAt = pushed;
    expect(sink.items).toHaveLength(5);
    abort.abort();
    sink.release();
    expect(await running).toMatchObject({ status: 'cancelled', streamed: { delivered: 5 } });
    expect(pushed).toBe(stalledAt);
    await expect.poll(() => egress.stats().sockets).toBe(0);
  });
});

describe('a credential that the upstream echoes', () => {
  it('does not get through, cut over two events and two packets', async () => {
    respond = (response) => {
      openSse(response).write(`data: {"t":"key ${token.slice(0, 9)}`);
      response.write(`"}\n\ndata: {"t":"${token.slice(9)} ok"}\n\n`);
      response.end(`data: ${token}\n\n`);
    };
    const sink = sinkOf();
    const outcome = await execute(streaming({ stream: 'sse' }), { stream: sink });
    expect(JSON.stringify([sink.items, outcome])).not.toContain(token.slice(0, 9));
    expect(sink.items.map((item) => (item as { data: unknown }).data)).toEqual([
      { t: 'key [secret]' },
      { t: ' ok' },
      '[secret]',
    ]);
  });
});

describe('a stream that fails', () => {
  it('before its first item is attempted again, as any read', async () => {
    respond = (response, arrival) => {
      if (arrival > 1) return openPlain(response).end('1\n');
      openPlain(response).write('\n', () => response.destroy());
    };
    const sink = sinkOf();
    expect(await execute(streaming({ stream: 'ndjson' }), { stream: sink })).toMatchObject({
      status: 'succeeded',
      attempts: 2,
      output: [1],
    });
    expect(sink.items).toEqual([1]);
  });

  it('after its first item is not, and says how many came before', async () => {
    respond = (response) => openPlain(response).write('1\n2\n3', () => response.destroy());
    const sink = sinkOf();
    expect(await execute(streaming({ stream: 'ndjson' }), { stream: sink })).toMatchObject({
      status: 'failed',
      attempts: 1,
      output: null,
      error: { code: 'upstream_error', retryable: true, details: { reason: 'body_cut', items_before: 2 } },
    });
    expect(sink.items).toEqual([1, 2]);
  });

  it('leaves the outcome of a write unknown when it breaks off', async () => {
    respond = (response) => openPlain(response).write('1\n', () => response.destroy());
    const tool = streaming({ stream: 'ndjson' }, { risk: 'write', idempotency: { kind: 'none' } });
    expect(await execute(tool, { stream: sinkOf() })).toMatchObject({
      status: 'outcome_unknown',
      attempts: 1,
      error: { code: 'outcome_unknown' },
    });
  });

  it('by an answer that is no stream is judged as ever', async () => {
    respond = (response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":false,"error":"gone"}');
    const errors = [{ when: 'ok = false', code: 'tool_not_found' as const, message: 'error' }];
    expect(await execute(streaming({ stream: 'sse' }, { errors }))).toMatchObject({
      error: { code: 'tool_not_found', message: 'Acme answered with an error: gone.' },
    });
    expect(await execute(streaming({ stream: 'sse' }))).toMatchObject({
      error: { code: 'response_invalid', message: 'Acme did not answer with an event stream.' },
    });
    respond = (response) =>
      response.writeHead(429, { 'content-type': 'application/json', 'retry-after': '60' }).end('{}');
    expect(await execute(streaming({ stream: 'sse' }))).toMatchObject({
      status: 'failed',
      error: { code: 'rate_limited', retry_after_ms: 60_000 },
    });
  });

  it('by an item that an error rule describes ends with that error, after the items before it', async () => {
    respond = (response) =>
      openSse(response).end('data: {"t":1}\n\nevent: error\ndata: {"type":"overloaded_error"}\n\ndata: {"t":2}\n\n');
    const errors = [{ when: "event = 'error'", code: 'overloaded' as const, message: 'data.type' }];
    const sink = sinkOf();
    expect(await execute(streaming({ stream: 'sse' }, { errors }), { stream: sink })).toMatchObject({
      status: 'failed',
      attempts: 1,
      error: { code: 'overloaded', details: { items_before: 1 } },
    });
    expect(sink.items).toHaveLength(1);
  });

  it('by what is not what the document says names it', async () => {
    respond = (response) => openPlain(response).end('1\n{\n');
    expect(await execute(streaming({ stream: 'ndjson' }), { stream: sinkOf() })).toMatchObject({
      status: 'failed',
      error: { code: 'response_invalid', message: 'The answer of Acme holds a line that is not valid JSON.' },
    });
  });

  it('by silence ends before the deadline', async () => {
    respond = (response) => openPlain(response).write('1\n');
    const tool = streaming({ stream: 'ndjson', streaming: { idle_ms: 50 } });
    expect(await execute(tool, { stream: sinkOf() })).toMatchObject({
      status: 'failed',
      error: { code: 'upstream_error', message: 'Acme fell silent in the middle of its answer.' },
    });
  });

  it('at the deadline, in the middle, ends there, with the socket closed', async () => {
    respond = (response) => openPlain(response).write('1\n');
    const sink = sinkOf();
    const outcome = await execute(streaming({ stream: 'ndjson' }), {
      stream: sink,
      deadlineAt: performance.now() + 200,
    });
    expect(outcome).toMatchObject({
      status: 'failed',
      error: { code: 'deadline_exceeded', details: { items_before: 1 } },
    });
    await expect.poll(() => egress.stats().sockets).toBe(0);
  });

  it('at the deadline, with nobody taking items, ends there too', async () => {
    respond = (response) => openPlain(response).end('1\n2\n3\n');
    const sink = sinkOf(1);
    const outcome = await execute(streaming({ stream: 'ndjson' }), {
      stream: sink,
      deadlineAt: performance.now() + 200,
    });
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'deadline_exceeded' } });
    sink.release();
    expect(sink.items).toEqual([1]);
  });
});

describe('a stream that is cancelled', () => {
  it('closes the socket of a read', async () => {
    const abort = new AbortController();
    respond = (response) => openPlain(response).write('1\n', () => abort.abort());
    expect(await execute(streaming({ stream: 'ndjson' }), { stream: sinkOf(), signal: abort.signal })).toMatchObject({
      status: 'cancelled',
    });
    await expect.poll(() => egress.stats().sockets).toBe(0);
  });

  it('finishes a write', async () => {
    const abort = new AbortController();
    respond = (response) =>
      openPlain(response).write('1\n', () => {
        abort.abort();
        response.end('2\n');
      });
    const tool = streaming({ stream: 'ndjson' }, { risk: 'write', idempotency: { kind: 'none' } });
    expect(await execute(tool, { stream: sinkOf(), signal: abort.signal })).toMatchObject({
      status: 'succeeded',
      output: [1, 2],
    });
  });
});
