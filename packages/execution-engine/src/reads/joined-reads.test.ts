import { PatchbayError } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { simulate } from '../attempts/simulated-time.test-support.ts';
import type { ExecuteInput, ExecuteOutcome } from '../engine-types.ts';
import { prepareTool } from '../prepare/prepare-tool.ts';
import { answer, documentOf, issuesIn, toolOf } from '../tools.test-support.ts';

const get = { method: 'GET', path: '/x' } as const;
const document = documentOf(
  { risk: 'read', request: get, cache: { ttl_ms: 1_000 } },
  {
    tools: {
      look: { title: 'Look', description: 'Looks.', risk: 'read', request: get, cache: { ttl_ms: 1_000 } },
      join: { title: 'Join', description: 'Joins.', risk: 'read', request: get, cache: { ttl_ms: 0 } },
      each: {
        title: 'Each',
        description: 'Asks each time.',
        risk: 'read',
        request: get,
        cache: { ttl_ms: 1_000, single_flight: false },
      },
      write: { title: 'Write', description: 'Writes.', risk: 'write', request: { method: 'POST', path: '/x' } },
    },
  },
);
const look = prepareTool(document, 'look');
const write = prepareTool(document, 'write');

type Call = Partial<ExecuteInput> & { withinMs?: number; tool?: typeof look };

/** An upstream that takes 100 ms and counts its answers. */
function world(options: { outcome?: () => ReturnType<typeof answer>; ms?: number } = {}) {
  let count = 0;
  const { outcome = () => answer(200, { n: ++count }), ms = 100 } = options;
  const simulation = simulate(() => ({ ms, outcome: outcome() }));
  const outcomes: { name: string; outcome: ExecuteOutcome; at: number }[] = [];
  return {
    ...simulation,
    outcomes,
    call(at: number, name: string, { withinMs = 5_000, tool = look, ...input }: Call = {}) {
      simulation.executeAt(
        at,
        tool,
        { withinMs, connection: 'con_1', argumentsDigest: 'same', ...input },
        (result, moment) => outcomes.push({ name, outcome: result, at: moment }),
      );
    },
    of: (name: string) => outcomes.find((one) => one.name === name),
  };
}

describe('reads that may share an answer', () => {
  it('make one call while it is under way, and none while its answer serves', async () => {
    const w = world();
    for (let i = 0; i < 10; i++) w.call(i, `joined ${i}`);
    w.call(1_099, 'kept');
    w.call(1_101, 'anew');
    await w.run();
    expect(w.sent.map(({ at }) => at)).toEqual([0, 1_101]);
    expect(w.of('joined 0')?.outcome).toMatchObject({ output: { n: 1 }, attempts: 1, upstreamMs: 100 });
    expect(w.of('joined 0')?.outcome.cached).toBeUndefined();
    expect(w.of('joined 9')).toMatchObject({
      at: 100,
      outcome: { output: { n: 1 }, attempts: 0, upstreamMs: 0, cached: true },
    });
    expect(w.of('kept')).toMatchObject({ at: 1_099, outcome: { output: { n: 1 }, cached: true } });
    expect(w.of('anew')?.outcome).toMatchObject({ output: { n: 2 }, attempts: 1 });
  });

  it.each<[string, Call]>([
    ['tenant', { tenant: 'beta' }],
    ['connection', { connection: 'con_2' }],
    ['credential', { credential: { type: 'bearer', token: 'another-token' } }],
    ['variable', { variables: { region: 'eu' } }],
    ['argument', { argumentsDigest: 'other' }],
    ['version', { tool: prepareTool({ ...document, version: '1.0.1' }, 'look') }],
    ['tool', { tool: prepareTool(document, 'each') }],
  ])('never share it with another %s', async (_what, other) => {
    const w = world();
    w.call(0, 'first');
    w.call(1, 'under way', other);
    w.call(500, 'later', other);
    await w.run();
    expect(w.of('under way')?.outcome).toMatchObject({ output: { n: 2 }, attempts: 1 });
    expect(w.of('later')?.outcome).toMatchObject({ output: { n: 2 }, cached: true });
  });

  it('are each for one caller where the tool passes on who asks', async () => {
    const tool = toolOf({
      risk: 'read',
      request: get,
      cache: { ttl_ms: 1_000 },
      parameters: { who: { type: 'string', description: 'The caller.' } },
    });
    const w = world();
    w.call(0, 'a', { tool, caller: { end_user: 'a' } });
    w.call(1, 'b', { tool, caller: { end_user: 'b' } });
    await w.run();
    expect(w.sent).toHaveLength(2);
  });

  it('can be told to share only while under way, or only what is kept', async () => {
    const w = world();
    for (const at of [0, 1, 500]) w.call(at, `join ${at}`, { tool: prepareTool(document, 'join') });
    for (const at of [0, 1, 500]) w.call(at, `each ${at}`, { tool: prepareTool(document, 'each') });
    await w.run();
    expect(w.sent.map(({ at }) => at)).toEqual([0, 0, 1, 500]);
    expect(w.of('join 1')?.outcome.cached).toBe(true);
    expect(w.of('join 500')?.outcome.cached).toBeUndefined();
    expect(w.of('each 500')?.outcome.cached).toBe(true);
  });

  it('keep no failure, but share one that comes while they wait', async () => {
    const w = world({ outcome: () => answer(404, { message: 'No.' }) });
    w.call(0, 'first');
    w.call(1, 'second');
    w.call(200, 'third');
    await w.run();
    expect(w.sent).toHaveLength(2);
    expect(w.of('second')?.outcome).toMatchObject({ status: 'failed', cached: true });
  });

  it('each keep their own deadline, and go on when that of the first has passed', async () => {
    const w = world({ ms: 300 });
    w.call(0, 'first', { withinMs: 200 });
    w.call(10, 'hasty', { withinMs: 50 });
    w.call(20, 'patient', { withinMs: 2_000 });
    await w.run();
    expect(w.of('first')).toMatchObject({ at: 200, outcome: { error: { code: 'deadline_exceeded' } } });
    expect(w.of('patient')?.outcome).toMatchObject({ status: 'succeeded', attempts: 1 });
    expect(w.of('hasty')?.outcome).toMatchObject({ error: { code: 'deadline_exceeded' } });
  });

  it('of several pages that the deadline cut short serve nobody else', async () => {
    let page = 0;
    const w = world({ outcome: () => answer(200, { data: [{ id: ++page }], next: page % 3 === 0 ? null : page }) });
    const pages = { kind: 'cursor', items: 'data', parameter: 'cursor', next: 'next' } as const;
    const tool = toolOf({ risk: 'read', request: get, cache: { ttl_ms: 1_000 }, response: { pagination: pages } });
    w.call(0, 'hasty', { tool, withinMs: 250 });
    w.at(251, () => {
      page = 0;
    });
    w.call(260, 'patient', { tool });
    w.call(600, 'kept', { tool });
    await w.run();
    expect(w.sent).toHaveLength(6);
    expect(w.of('patient')?.outcome).toMatchObject({
      output: { data: [{ id: 1 }, { id: 2 }, { id: 3 }] },
      attempts: 3,
    });
    expect(w.of('kept')?.outcome).toMatchObject({ output: { data: [{ id: 1 }, { id: 2 }, { id: 3 }] }, cached: true });
  });

  it('go on when the first is cancelled, and the call ends when nobody waits for it any more', async () => {
    const w = world();
    const [first, second, third] = [new AbortController(), new AbortController(), new AbortController()];
    w.call(0, 'first', { signal: first.signal });
    w.call(1, 'second', { signal: second.signal });
    w.at(50, () => first.abort());
    w.call(200, 'alone', { argumentsDigest: 'other', signal: third.signal });
    w.at(250, () => third.abort());
    await w.run();
    expect(w.of('first')).toMatchObject({ at: 50, outcome: { status: 'cancelled' } });
    expect(w.of('second')).toMatchObject({ at: 100, outcome: { status: 'succeeded', output: { n: 1 } } });
    expect(w.sent[0]?.request.signal?.aborted).toBe(true);
    expect(w.of('alone')).toMatchObject({ at: 250, outcome: { status: 'cancelled' } });
    expect(w.sent[1]?.request.signal?.aborted).toBe(true);
  });

  it('are out of date once a write went over the connection, also those under way', async () => {
    const w = world();
    w.call(0, 'first');
    w.call(0, 'elsewhere', { connection: 'con_2' });
    w.call(200, 'write', { tool: write });
    w.call(250, 'during');
    w.call(310, 'after');
    w.call(320, 'during 2', { argumentsDigest: 'slow' });
    w.at(330, () => w.engine.forgetReads('acme', 'con_1', 'acme'));
    w.call(450, 'after 2', { argumentsDigest: 'slow' });
    w.call(500, 'elsewhere later', { connection: 'con_2' });
    await w.run();
    expect(w.of('during')?.outcome.cached).toBe(true);
    expect(w.of('after')?.outcome).toMatchObject({ attempts: 1 });
    expect(w.of('after 2')?.outcome).toMatchObject({ attempts: 1 });
    expect(w.of('elsewhere later')?.outcome.cached).toBe(true);
  });

  it('are forgotten with their connection', async () => {
    const w = world();
    w.call(0, 'first');
    w.call(0, 'other', { connection: 'con_2' });
    w.at(200, () => w.engine.forgetReads('acme', 'con_1'));
    w.call(300, 'again');
    w.call(300, 'other again', { connection: 'con_2' });
    await w.run();
    expect(w.of('again')?.outcome).toMatchObject({ attempts: 1 });
    expect(w.of('other again')?.outcome.cached).toBe(true);
  });

  it('ask for room under a rate limit only when a call is made', async () => {
    const w = world();
    let asked = 0;
    const admit = async () => void asked++;
    for (const at of [0, 1, 300]) w.call(at, `call ${at}`, { admit });
    const refuse = async () => {
      throw new PatchbayError('rate_limited', { details: { limit: 'ours' } });
    };
    w.call(400, 'refused', { argumentsDigest: 'other', admit: refuse });
    await w.run();
    expect(asked).toBe(1);
    expect(w.of('refused')?.outcome).toMatchObject({ status: 'refused', attempts: 0, error: { code: 'rate_limited' } });
  });

  it('are only ever reads', () => {
    expect(issuesIn({ risk: 'write', cache: { ttl_ms: 5 } })).toEqual(['tools.do_it.cache: is for tools that read']);
  });
});
