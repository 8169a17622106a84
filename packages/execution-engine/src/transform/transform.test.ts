import { afterEach, describe, expect, it } from 'vitest';
import { answer, benchOf, issuesIn, toolOf } from '../tools.test-support.ts';
import type { Transform, TransformOutcome } from './transform.ts';
import { TransformWorkers } from './transform-workers.ts';

const open: TransformWorkers[] = [];
const workers = (options: ConstructorParameters<typeof TransformWorkers>[0] = {}): TransformWorkers => {
  const made = new TransformWorkers({ evaluationMs: 5_000, ...options });
  open.push(made);
  return made;
};
afterEach(() => {
  for (const made of open.splice(0)) made.close();
});
const run = (made: TransformWorkers, expression: string, input: unknown = {}, maxLength = 10_000) =>
  made.run({ expression, input: JSON.stringify(input), maxLength, timeoutMs: 60_000 });
const endless = '($f := function($n) { $f($n + 1) }; $f(1))';

// Threads start slowly on a busy machine; no verdict here depends on how fast.
describe('transform workers', { timeout: 120_000 }, () => {
  it('evaluate JSONata', async () => {
    const made = workers();
    const input = {
      items: [
        { price: 2, count: 3 },
        { price: 5, count: 1 },
      ],
    };
    expect(await run(made, '{ "total": $sum(items.(price * count)) }', input)).toEqual({
      ok: true,
      text: '{"total":11}',
    });
    expect(await run(made, 'nothing.here')).toEqual({ ok: true, text: 'null' });
  });

  it('end an expression that does not end, and serve the next', async () => {
    const made = workers({ workers: 1, evaluationMs: 300 });
    expect(await run(made, endless)).toMatchObject({ ok: false });
    expect(await run(made, '1 + 1')).toEqual({ ok: true, text: '2' });
    const hung = "$match($pad('', 60, 'a') & '!', /^(a|a)*$/)";
    expect(await run(made, hung)).toEqual({ ok: false, reason: 'timed_out', code: null });
    expect(await run(made, '2 + 2')).toEqual({ ok: true, text: '4' });
  });

  it('keep the memory of an expression from ours', async () => {
    const made = workers({ workers: 1, heapMb: 32, evaluationMs: 60_000 });
    const doubling =
      '($f := function($l, $n) { $n = 0 ? $l : $f($append($l, $l), $n - 1) }; $count($f($split($pad("", 5000, "ab "), ""), 25)))';
    const outcome = await run(made, doubling);
    expect(outcome.ok).toBe(false);
    expect(await run(made, '1')).toEqual({ ok: true, text: '1' });
  });

  it('tell nothing of the data when an expression fails, and run no text out of it', async () => {
    const made = workers();
    expect(await run(made, 'name + 1', { name: 'Ada' })).toEqual({ ok: false, reason: 'failed', code: 'T2001' });
    expect(await run(made, '$eval(code)', { code: '1 + 1' })).toMatchObject({ ok: false, reason: 'failed' });
    expect(await run(made, 'text', { text: 'x'.repeat(200) }, 100)).toEqual({
      ok: false,
      reason: 'too_large',
      code: null,
    });
  });

  it('have a queue that ends, and give up with the caller', async () => {
    const made = workers({ workers: 1, maxWaiting: 1, evaluationMs: 60_000 });
    await run(made, '1');
    const slow = made.run({ expression: endless, input: '{}', maxLength: 100, timeoutMs: 60_000 });
    const queued = made.run({ expression: '1', input: '{}', maxLength: 100, timeoutMs: 50 });
    expect(await run(made, '1')).toMatchObject({ ok: false, reason: 'busy' });
    expect(await queued).toMatchObject({ ok: expect.any(Boolean) });
    made.close();
    expect((await slow).ok).toBe(false);
    expect(await run(made, '1')).toMatchObject({ ok: false, reason: 'busy' });
  });
});

describe('a tool with a transform', () => {
  const fake = (outcome: TransformOutcome): Transform & { inputs: string[] } => {
    const inputs: string[] = [];
    const run = async (job: { input: string }) => {
      inputs.push(job.input);
      return outcome;
    };
    return { inputs, warm: () => {}, run, close: () => {} };
  };
  const response = { pick: ['a'], transform: '{ "b": a }' };

  it('answers with what it makes of the picked fields', async () => {
    const transform = fake({ ok: true, text: '{"b":1}' });
    const bench = benchOf([answer(200, { a: 1, secret: 2 })], { transform });
    expect(await bench.execute(toolOf({ response }))).toMatchObject({ status: 'succeeded', output: { b: 1 } });
    expect(transform.inputs).toEqual(['{"a":1}']);
  });

  it('holds the result to the limits, and to what may be shown', async () => {
    const token = 'token-0123456789';
    const text = JSON.stringify({ list: [1, 2, 3], note: token });
    const bench = benchOf([answer(200, { a: 1 })], { transform: fake({ ok: true, text }) });
    const outcome = await bench.execute(toolOf({ response: { ...response, max_items: 2 } }));
    expect(outcome).toMatchObject({ truncated: true, output: { list: [1, 2], note: '[secret]' } });
  });

  it('fails a read with response_invalid, and keeps the answer of a write, with a note', async () => {
    const broken = { ok: false, reason: 'failed', code: 'T2001' } as const;
    const read = toolOf({ risk: 'read', request: { method: 'GET', path: '/x' }, response });
    expect(await benchOf([answer(200, { a: 1 })], { transform: fake(broken) }).execute(read)).toMatchObject({
      status: 'failed',
      error: { code: 'response_invalid', details: { reason: 'transform_failed', jsonata_code: 'T2001' } },
    });
    const write = await benchOf([answer(200, { a: 1 })], { transform: fake(broken) }).execute(toolOf({ response }));
    expect(write).toMatchObject({
      status: 'succeeded',
      truncated: true,
      output: { a: 1, _truncated: { transform: 'failed' } },
    });
  });

  it('that is not JSONata is refused by name', () => {
    expect(issuesIn({ response: { transform: '{ "a": ' } })).toEqual([
      expect.stringMatching(/^tools\.do_it\.response\.transform: is not JSONata at character \d+: /),
    ]);
  });
});
