import type { Issue, PlanSkip } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { type CallOfPlan, compilePlan } from './compile-plan.ts';
import { type CallOutcome, type PlanRun, runPlan } from './run-plan.ts';

interface Outcome extends CallOutcome {
  readonly issues?: readonly Issue[];
}
const outcome = (status: string, output: unknown = null, skipped: PlanSkip | null = null): Outcome => ({
  status,
  output,
  error: status === 'failed' ? { code: 'upstream_error' } : null,
  skipped,
});
const call = (id: string, over: Partial<CallOfPlan> = {}): CallOfPlan => ({
  id,
  arguments: {},
  depends_on: [],
  when: undefined,
  on_error: 'skip',
  ...over,
});

/** Runs a plan whose calls end as `answers` says, by id; all others succeed with their arguments as output. */
async function run(calls: CallOfPlan[], answers: Record<string, Outcome> = {}, over: Partial<PlanRun<Outcome>> = {}) {
  const compiled = compilePlan(calls);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.issues));
  const started: Record<string, unknown> = {};
  const outcomes = await runPlan<Outcome>({
    plan: compiled.plan,
    concurrency: 8,
    async start(index, args) {
      const { id } = calls[index] as CallOfPlan;
      started[id] = args;
      return answers[id] ?? outcome('succeeded', args);
    },
    obstacle: () => null,
    skip: (_index, skip) => outcome('skipped', null, skip),
    refuse: (_index, issues) => ({ ...outcome('refused'), issues }),
    cutOff: { signal: new AbortController().signal, late: () => outcome('late') },
    ...over,
  });
  return { started, outcomes, said: outcomes.map(({ status, skipped }) => [status, skipped?.reason, skipped?.call]) };
}
const failed = outcome('failed');
const skipped = (reason: string, by: string | null) => ['skipped', reason, by];
const succeeded = ['succeeded', undefined, undefined];
const ended = (status: string) => [status, undefined, undefined];

describe('a reference', () => {
  const lookup = outcome('succeeded', { contact: { id: 'C7', tags: [{ n: 1 }, { n: 2 }], none: null } });
  it('becomes the value, wherever it stands', async () => {
    const args = {
      id: { $from: 'lookup', path: 'contact.id' },
      list: ['x', { $from: 'lookup', path: 'contact.tags[].n' }],
      whole: { $from: 'lookup' },
      none: { $from: 'lookup', path: 'contact.none' },
      kept: { plain: 1 },
    };
    const { started } = await run([call('lookup'), call('use', { arguments: args })], { lookup });
    expect(started.use).toEqual({
      id: 'C7',
      list: ['x', [1, 2]],
      whole: lookup.output,
      none: null,
      kept: { plain: 1 },
    });
    expect(args.id).toEqual({ $from: 'lookup', path: 'contact.id' });
  });

  it('may stand for all arguments, if it gives an object', async () => {
    const all = (path: string) => ({ $from: 'lookup', path });
    const { started, outcomes } = await run(
      [call('lookup'), call('a', { arguments: all('contact') }), call('b', { arguments: all('contact.id') })],
      { lookup },
    );
    expect(started.a).toEqual((lookup.output as { contact: unknown }).contact);
    expect(outcomes[2]).toMatchObject({
      status: 'refused',
      issues: [{ path: 'arguments', message: 'is not an object' }],
    });
  });

  it('gives its default for what is missing, else refuses the call by name of call and path', async () => {
    const { started, outcomes } = await run(
      [
        call('lookup'),
        call('gone', { on_error: 'continue' }),
        call('use', { arguments: { a: { $from: 'lookup', path: 'x', default: { $from: 'gone', default: 7 } } } }),
        call('fails', { arguments: { to: [{ $from: 'lookup', path: 'x.y' }], all: { $from: 'gone' } } }),
      ],
      { lookup, gone: failed },
    );
    expect(started.use).toEqual({ a: 7 });
    expect(outcomes[3]).toMatchObject({
      status: 'refused',
      issues: [
        { path: 'arguments.to[0]', message: "refers to 'x.y' of call 'lookup', which is not in its output" },
        { path: 'arguments.all', message: "refers to the output of call 'gone', which is failed" },
      ],
    });
  });

  it('in an output is data, as is one in a literal', async () => {
    const planted = { $from: 'secret', path: 'x' };
    const { started } = await run(
      [
        call('lookup'),
        call('secret'),
        call('use', { arguments: { a: { $from: 'lookup' }, b: { $literal: planted } } }),
      ],
      { lookup: outcome('succeeded', planted) },
    );
    expect(started.use).toEqual({ a: planted, b: planted });
  });

  it('cannot reach a prototype, nor set one', async () => {
    const args = JSON.parse('{"a":{"__proto__":{"polluted":true},"b":{"$from":"lookup","path":"contact.id"}}}');
    const { started } = await run([call('lookup'), call('use', { arguments: args })], { lookup });
    expect(Object.hasOwn((started.use as { a: object }).a, '__proto__')).toBe(true);
    expect((started.use as { a: { polluted?: boolean } }).a.polluted).toBeUndefined();
  });
});

describe('a call that did not succeed', () => {
  const calls = (on_error: 'stop' | 'skip' | 'continue') => [
    call('first', { on_error }),
    call('second', { depends_on: ['first'] }),
    call('third', { depends_on: ['second'] }),
    call('beside'),
    call('later', { depends_on: ['beside'] }),
  ];
  it('skips those that depend on it, and those that depend on them, naming itself', async () => {
    expect((await run(calls('skip'), { first: failed })).said).toEqual([
      ended('failed'),
      skipped('dependency', 'first'),
      skipped('dependency', 'first'),
      succeeded,
      succeeded,
    ]);
  });
  it('does not keep them when it says continue', async () => {
    const { said } = await run(calls('continue'), { first: failed });
    expect(said).toEqual([ended('failed'), succeeded, succeeded, succeeded, succeeded]);
  });
  it('keeps everything that has not begun when it says stop', async () => {
    expect((await run(calls('stop'), { first: failed })).said).toEqual([
      ended('failed'),
      skipped('stopped', 'first'),
      skipped('stopped', 'first'),
      succeeded,
      skipped('stopped', 'first'),
    ]);
  });
  it('does not stop the plan when it was itself only skipped', async () => {
    const { said } = await run(
      [call('a'), call('b', { depends_on: ['a'], on_error: 'stop' }), call('c', { when: "a.status = 'failed'" })],
      { a: failed },
    );
    expect(said).toEqual([ended('failed'), skipped('dependency', 'a'), succeeded]);
  });
});

describe('a condition', () => {
  it('sees status, output and error of what ended, and nothing more', async () => {
    const { said } = await run(
      [
        call('primary'),
        call('lookup'),
        call('fallback', { when: "primary.status = 'failed' and primary.error.code = 'upstream_error'" }),
        call('found', { when: 'exists(lookup.output.id)' }),
        call('missing', { when: 'not exists(lookup.output.id)' }),
        call('more', { when: 'exists(lookup.skipped)' }),
        call('after', { depends_on: ['missing'] }),
      ],
      { primary: failed, lookup: outcome('succeeded', { id: 1 }) },
    );
    expect(said).toEqual([
      ended('failed'),
      succeeded,
      succeeded,
      succeeded,
      skipped('condition', null),
      skipped('condition', null),
      skipped('dependency', 'missing'),
    ]);
  });
});

describe('a plan', () => {
  it('begins nothing once there is an obstacle', async () => {
    let cancelled = false;
    const calls = [call('a'), call('b', { depends_on: ['a'] }), call('c', { depends_on: ['b'], on_error: 'continue' })];
    const { said, started } = await run(
      calls,
      {},
      {
        obstacle: () => (cancelled ? outcome('cancelled') : null),
        onEnd: () => {
          cancelled = true;
        },
      },
    );
    expect(Object.keys(started)).toEqual(['a']);
    expect(said).toEqual([succeeded, ended('cancelled'), ended('cancelled')]);
  });

  it('is cut off with an outcome for each', async () => {
    const cutOff = new AbortController();
    const { outcomes } = await run(
      [call('a'), call('hangs'), call('c', { depends_on: ['hangs'] })],
      {},
      {
        start: (index) => {
          if (index === 0) return Promise.resolve(outcome('succeeded'));
          setImmediate(() => cutOff.abort());
          return new Promise(() => {});
        },
        cutOff: { signal: cutOff.signal, late: (_index, begun) => outcome(begun ? 'hung' : 'never begun') },
      },
    );
    expect(outcomes.map(({ status }) => status)).toEqual(['succeeded', 'hung', 'never begun']);
  });
});
