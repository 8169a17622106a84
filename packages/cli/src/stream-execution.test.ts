import { type ExecutionResult, errorBody, newId, PatchbayError } from '@patchbay/contracts';
import { type Agent, ExecutionError, type ToolStream } from '@patchbay/sdk';
import { describe, expect, test } from 'vitest';
import { openContext } from './context.ts';
import { createStyle } from './render/style.ts';
import { streamExecution } from './stream-execution.ts';
import type { CliIo } from './terminal.ts';

const resultOf = (over: Partial<ExecutionResult> = {}): ExecutionResult => ({
  execution_id: newId('execution'),
  status: 'succeeded',
  output: 'the whole output',
  error: null,
  replayed: false,
  attempts: 1,
  tool: 'feed_text',
  version: '1.0.0',
  truncated: false,
  tokens: 0,
  timing: { total_ms: 12, upstream_ms: 10, overhead_ms: 2 },
  ...over,
});

/** What is printed of a stream with these items, which then ends, or throws, and comes to this. */
async function printed(
  items: readonly unknown[],
  result: ExecutionResult,
  { thrown, json = false, tty = false }: { thrown?: unknown; json?: boolean; tty?: boolean } = {},
) {
  let [out, err] = ['', ''];
  const io = {
    stdout: { write: (text: string) => (out += text), isTTY: tty },
    stderr: { write: (text: string) => (err += text) },
  } as unknown as CliIo;
  async function* chunks() {
    for (const [at, data] of items.entries()) yield { sequence: at + 1, data };
    if (thrown !== undefined) throw thrown;
  }
  const stream = { [Symbol.asyncIterator]: chunks, result: Promise.resolve(result) } as unknown as ToolStream;
  const agent = { stream: () => stream } as unknown as Agent;
  const context = openContext(io, { json }, createStyle(false));
  const code = await streamExecution(context, agent, { tool: 'feed_text' });
  const events = () =>
    out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  return { code, out, err, events };
}

describe('chunks', () => {
  test('of text go out as they are, so that a file holds what the upstream sent', async () => {
    const { code, out, err } = await printed(['Gr', 'üße\u001b[2J'], resultOf({ stream: { chunks: 2, cut_by: null } }));
    expect(code).toBe(0);
    expect(out).toBe('Grüße\u001b[2J');
    expect(err).toContain('succeeded  feed_text 1.0.0');
    expect(err).toContain('1 attempt, 2 chunks');
    expect(err).not.toContain('the whole output');
  });

  test('of text cannot steer a terminal, and what follows begins a line', async () => {
    expect((await printed(['a\u001b[2J', 'b'], resultOf(), { tty: true })).out).toBe('a·[2Jb\n');
    expect((await printed(['a\n'], resultOf(), { tty: true })).out).toBe('a\n');
  });

  test('of JSON are a line each', async () => {
    const { out } = await printed([{ n: 1 }, { n: 2 }, 3], resultOf());
    expect(out).toBe('{"n":1}\n{"n":2}\n3\n');
  });

  test('say which limit cut them', async () => {
    const { err } = await printed([1], resultOf({ stream: { chunks: 1, cut_by: 'max_items' } }));
    expect(err).toContain('1 chunk, cut by max_items');
  });
});

describe('output that is read slowly', () => {
  test('holds the next chunk back until it has drained', async () => {
    const taken: number[] = [];
    const [asked, full] = [Promise.withResolvers<void>(), Promise.withResolvers<() => void>()];
    async function* chunks() {
      for (const sequence of [1, 2]) {
        taken.push(sequence);
        yield { sequence, data: 'x' };
      }
      asked.resolve();
    }
    const stdout = {
      write: () => taken.length !== 1,
      once: (_: 'drain', listener: () => void) => full.resolve(listener),
    };
    const stream = { [Symbol.asyncIterator]: chunks, result: Promise.resolve(resultOf()) } as unknown as ToolStream;
    const io = { stdout, stderr: { write: () => true } } as unknown as CliIo;
    const agent = { stream: () => stream } as unknown as Agent;
    const ended = streamExecution(openContext(io, {}, createStyle(false)), agent, { tool: 'feed_text' });
    const drain = await full.promise;
    await new Promise((resolve) => setImmediate(resolve));
    expect(taken).toEqual([1]);
    drain();
    await asked.promise;
    expect(taken).toEqual([1, 2]);
    expect(await ended).toBe(0);
  });
});

describe('a stream for a program', () => {
  test('is an event a line: each chunk, then the result', async () => {
    const result = resultOf({ stream: { chunks: 2, cut_by: null } });
    const { events, err } = await printed(['a', { n: 1 }], result, { json: true });
    expect(events()).toEqual([
      { event: 'chunk', sequence: 1, data: 'a' },
      { event: 'chunk', sequence: 2, data: { n: 1 } },
      { event: 'result', result },
    ]);
    expect(err).toBe('');
  });
});

describe('an end that is no success', () => {
  const failed = resultOf({ status: 'failed', output: null, error: errorBody('deadline_exceeded') });

  test('comes after the chunks, with the exit code of its status', async () => {
    const { code, out, err } = await printed(['a'], failed, { thrown: new ExecutionError(failed) });
    expect([code, out]).toEqual([1, 'a']);
    expect(err).toContain('deadline_exceeded');
  });

  test('is the same before the first chunk as without --stream: on standard output', async () => {
    const refused = resultOf({ status: 'refused', output: null, error: errorBody('tool_not_found') });
    const { code, out, err } = await printed([], refused, { thrown: new ExecutionError(refused) });
    expect([code, err]).toEqual([3, '']);
    expect(out).toContain('tool_not_found');
  });

  test('by a lost chunk is told beside what became of the call', async () => {
    const lost = () => new PatchbayError('chunk_lost', { details: { expected: 2, received: 3 } });
    const cancelled = resultOf({ status: 'cancelled', output: null, error: errorBody('cancelled') });
    const person = await printed(['a'], cancelled, { thrown: lost() });
    expect(person.code).toBe(1);
    expect(person.err).toContain('chunk_lost');
    const program = await printed(['a'], resultOf(), { thrown: lost(), json: true });
    expect(program.code).toBe(1);
    expect(program.events().slice(1)).toMatchObject([
      { event: 'result', result: { status: 'succeeded' } },
      { event: 'error', error: { code: 'chunk_lost', details: { expected: 2, received: 3 }, exit_code: 1 } },
    ]);
  });

  test('by a defect is not hidden', async () => {
    await expect(printed([], resultOf(), { thrown: new TypeError('odd') })).rejects.toThrow('odd');
  });
});
