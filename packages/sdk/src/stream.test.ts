import { type ExecuteRequestInput, type ExecutionResult, errorBody, newId, PatchbayError } from '@patchbay/contracts';
import type { Messaging, StreamedRequestOptions } from '@patchbay/messaging';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { resultOf } from './fake-services.test-support.ts';
import { type Agent, agentOver, type Chunk, ExecutionError, type ToolStream } from './index.ts';

const executionId = newId('execution');
let request: ExecuteRequestInput;
let options: StreamedRequestOptions;
/** What was said of the execution, in order. */
let credits: { acknowledged: number; cancel?: boolean }[];
let subscribed: boolean;
let agent: Agent;

beforeEach(() => {
  vi.useFakeTimers();
  credits = [];
  agent = agentOver(
    {
      requestStream(_route: unknown, values: unknown, body: ExecuteRequestInput, given: StreamedRequestOptions) {
        expect(values).toEqual({ tenant: 'acme' });
        [request, options, subscribed] = [body, given, true];
        return { unsubscribe: () => (subscribed = false) };
      },
      sendSignal(_route: unknown, values: unknown, body: (typeof credits)[number]) {
        expect(values).toEqual({ tenant: 'acme', execution: executionId });
        credits.push(body);
      },
    } as unknown as Messaging,
    'acme',
  );
});
afterEach(() => {
  vi.useRealTimers();
});

/** Chunks of these sequences arrive, with `n` as data. */
function arrive(...sequences: number[]): void {
  for (const n of sequences)
    options.onMessage({ execution_id: executionId, sequence: n, data: n === 0 ? null : { n } }, 100);
}
const finish = (chunks: number, over: Partial<ExecutionResult> = {}): void =>
  options.onMessage(resultOf({ execution_id: executionId, stream: { chunks, cut_by: null }, ...over }), 100);
const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, at) => first + at);

/** The sequences taken until the stream ends, and what it threw. */
async function takenOf(stream: ToolStream): Promise<{ sequences: number[]; thrown: unknown }> {
  const sequences: number[] = [];
  try {
    for await (const { sequence } of stream) sequences.push(sequence);
    return { sequences, thrown: null };
  } catch (thrown) {
    return { sequences, thrown };
  }
}

async function take(stream: ToolStream, count: number): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  const iterator = stream[Symbol.asyncIterator]();
  while (chunks.length < count) chunks.push((await iterator.next()).value as Chunk);
  return chunks;
}

describe('a stream', () => {
  it('asks for chunks, gives them in order, and ends with the result', async () => {
    const stream = agent.stream('feed_rows', { n: 1 }, { window: 8, deadlineMs: 1_000 });
    expect(request).toMatchObject({
      tool: 'feed_rows',
      arguments: { n: 1 },
      stream: true,
      stream_window: 8,
      deadline_ms: 950,
    });
    const taken = takenOf(stream);
    arrive(0, 1);
    await vi.advanceTimersByTimeAsync(1);
    arrive(2, 3);
    finish(3, { output: { count: 3 } });
    expect(await taken).toEqual({ sequences: [1, 2, 3], thrown: null });
    expect(await stream.result).toMatchObject({ status: 'succeeded', output: { count: 3 } });
    expect(subscribed).toBe(false);
  });

  it('throws chunk_lost for a chunk left out, after those before it, and cancels', async () => {
    const stream = agent.stream('feed_rows');
    arrive(0, 1, 2, 4, 5);
    expect(credits).toEqual([{ acknowledged: 0, cancel: true }]);
    finish(5, { status: 'cancelled', error: errorBody('cancelled') });
    const { sequences, thrown } = await takenOf(stream);
    expect(sequences).toEqual([1, 2]);
    expect(thrown).toMatchObject({ code: 'chunk_lost', body: { details: { expected: 3, received: 4 } } });
  });

  it('throws chunk_lost for last chunks that never came, though the execution succeeded', async () => {
    const stream = agent.stream('feed_rows');
    arrive(0, 1, 2);
    finish(3);
    const { sequences, thrown } = await takenOf(stream);
    expect(sequences).toEqual([1, 2]);
    expect(thrown).toMatchObject({ code: 'chunk_lost', body: { details: { expected: 3, received: null } } });
    expect(await stream.result).toMatchObject({ status: 'succeeded' });
  });

  it('drops a chunk that comes twice or late, or of another execution', async () => {
    const stream = agent.stream('feed_rows');
    arrive(0, 1, 1, 2, 1);
    options.onMessage({ execution_id: newId('execution'), sequence: 3, data: 'foreign' }, 100);
    arrive(3, 2);
    finish(3);
    expect(await takenOf(stream)).toEqual({ sequences: [1, 2, 3], thrown: null });
  });

  it('throws the failure of the execution after the chunks that came before it', async () => {
    const stream = agent.stream('feed_rows');
    arrive(0, 1);
    finish(1, { status: 'failed', error: errorBody('upstream_error') });
    const { sequences, thrown } = await takenOf(stream);
    expect(sequences).toEqual([1]);
    expect(thrown).toBeInstanceOf(ExecutionError);
    expect(thrown).toMatchObject({ code: 'upstream_error', result: { status: 'failed' } });
  });

  it('misses no chunk of an answer out of the ledger', async () => {
    const stream = agent.stream('feed_write_rows');
    finish(3, { replayed: true });
    expect(await takenOf(stream)).toEqual({ sequences: [], thrown: null });
  });

  it('ends as unknown when no answer comes, and as refused when nobody serves it', async () => {
    const late = agent.stream('feed_rows');
    arrive(0, 1);
    options.onFailure(new PatchbayError('deadline_exceeded'));
    expect(await late.result).toMatchObject({
      execution_id: executionId,
      status: 'outcome_unknown',
      tool: 'feed_rows',
    });
    const unserved = agent.stream('feed_rows');
    options.onFailure(new PatchbayError('overloaded'));
    expect(await unserved.result).toMatchObject({ status: 'refused', error: { code: 'overloaded' } });
  });
});

describe('the credit of a stream', () => {
  it('says what was taken for each quarter of the window, and nothing for what was not', async () => {
    const stream = agent.stream('feed_rows', {}, { window: 8 });
    arrive(0, ...range(1, 8));
    expect(credits).toEqual([]);
    await take(stream, 5);
    expect(credits).toEqual([{ acknowledged: 2 }, { acknowledged: 4 }]);
  });

  it('is said at once when nothing else is there', async () => {
    const stream = agent.stream('feed_rows');
    arrive(0, 1);
    await take(stream, 1);
    expect(credits).toEqual([{ acknowledged: 1 }]);
  });

  it('is said early for large chunks', async () => {
    const stream = agent.stream('feed_rows');
    arrive(0);
    for (const sequence of [1, 2]) options.onMessage({ execution_id: executionId, sequence, data: 'x' }, 140_000);
    await take(stream, 1);
    expect(credits).toEqual([{ acknowledged: 1 }]);
  });

  it('is said again each second, in case it was lost, until the end', async () => {
    const stream = agent.stream('feed_rows');
    arrive(0, 1);
    await take(stream, 1);
    vi.advanceTimersByTime(2_000);
    expect(credits).toEqual([{ acknowledged: 1 }, { acknowledged: 1 }, { acknowledged: 1 }]);
    finish(1);
    vi.advanceTimersByTime(5_000);
    expect(credits).toHaveLength(3);
  });
});

describe('who leaves a stream', () => {
  const cancelled = { status: 'cancelled', error: errorBody('cancelled') } as const;

  it('by leaving the loop cancels it, and still hears the result', async () => {
    const stream = agent.stream('feed_rows');
    arrive(0, 1, 2);
    for await (const chunk of stream) if (chunk.sequence === 1) break;
    expect(credits.at(-1)).toEqual({ acknowledged: 1, cancel: true });
    arrive(3);
    finish(3, cancelled);
    expect(await stream.result).toMatchObject({ status: 'cancelled' });
    expect(await takenOf(stream)).toEqual({ sequences: [], thrown: null });
  });

  it('before the execution has an id cancels it as soon as it has one, once', () => {
    const stream = agent.stream('feed_rows');
    stream.cancel();
    stream.cancel();
    expect(credits).toEqual([]);
    arrive(0);
    expect(credits).toEqual([{ acknowledged: 0, cancel: true }]);
  });

  it('by a signal cancels it', async () => {
    const abort = new AbortController();
    const stream = agent.stream('feed_rows', {}, { signal: abort.signal });
    arrive(0);
    abort.abort();
    expect(credits).toEqual([{ acknowledged: 0, cancel: true }]);
    finish(0, cancelled);
    expect((await takenOf(stream)).thrown).toMatchObject({ code: 'cancelled' });
  });

  it('by a signal that was there before cancels it too, and says nothing after the end', () => {
    const stream = agent.stream('feed_rows', {}, { signal: AbortSignal.abort() });
    arrive(0);
    expect(credits).toEqual([{ acknowledged: 0, cancel: true }]);
    finish(0, cancelled);
    stream.cancel();
    expect(credits).toHaveLength(1);
  });
});

it('an answer that follows no contract ends the stream as unknown', async () => {
  const stream = agent.stream('feed_rows');
  options.onMessage({ what: 'ever' }, 10);
  expect(await stream.result).toMatchObject({ status: 'outcome_unknown', tool: 'feed_rows' });
});
