import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type CallOfPlan, compilePlan } from './compile-plan.ts';
import { findCycle } from './find-cycle.ts';

const call = (id: string, over: Partial<CallOfPlan> = {}): CallOfPlan => ({
  id,
  arguments: {},
  depends_on: [],
  when: undefined,
  on_error: 'skip',
  ...over,
});
const issuesOf = (calls: CallOfPlan[], sequences?: (string | null)[]) => {
  const compiled = compilePlan(calls, sequences);
  return compiled.ok ? [] : compiled.issues.map(({ path, message }) => `${path} ${message}`);
};
const afterOf = (calls: CallOfPlan[], sequences?: (string | null)[]) => {
  const compiled = compilePlan(calls, sequences);
  return compiled.ok ? compiled.plan.map(({ after, needs }) => [after, needs]) : compiled.issues;
};

describe('what a call waits for', () => {
  it('is what it depends on, refers to or looks at', () => {
    expect(
      afterOf([
        call('a'),
        call('b', { depends_on: ['a'] }),
        call('c', { arguments: { deep: [{ x: { $from: 'b', path: 'id' } }], y: { $from: 'a' } } }),
        call('d', { when: "a.status = 'failed' or not exists(c.output.id)" }),
      ]),
    ).toEqual([
      [[], []],
      [[0], [0]],
      [
        [1, 0],
        [1, 0],
      ],
      [[0, 2], []],
    ]);
  });

  it('may stand after it in the request', () => {
    expect(afterOf([call('b', { depends_on: ['a'] }), call('a')])).toEqual([
      [[1], [1]],
      [[], []],
    ]);
  });

  it('is the call before it in its sequence, whatever becomes of that one', () => {
    expect(afterOf([call('a'), call('b'), call('c'), call('d')], ['x', null, 'y', 'x'])).toEqual([
      [[], []],
      [[], []],
      [[], []],
      [[0], []],
    ]);
  });

  it('includes the references of a default', () => {
    const args = { to: { $from: 'a', path: 'x', default: { $from: 'b' } } };
    expect(afterOf([call('a'), call('b'), call('c', { arguments: args })])).toEqual([
      [[], []],
      [[], []],
      [
        [0, 1],
        [0, 1],
      ],
    ]);
  });

  it('is nothing for what a literal holds', () => {
    expect(afterOf([call('a', { arguments: { x: { $literal: { $from: 'nobody' } } } })])).toEqual([[[], []]]);
  });
});

test('a level is one more than the highest that a call waits for', () => {
  const compiled = compilePlan([
    call('d', { depends_on: ['a', 'c'] }),
    call('a'),
    call('c', { arguments: { x: { $from: 'b' } } }),
    call('b', { when: "a.status = 'succeeded'" }),
  ]);
  expect(compiled.ok && compiled.plan.map(({ level }) => level)).toEqual([4, 1, 3, 2]);
});

describe('a plan is refused', () => {
  it.each<[string, CallOfPlan[], string[]]>([
    ['for an id given twice', [call('a'), call('a')], ["calls[1].id 'a' is the id of calls[0] already"]],
    [
      'for an unknown id',
      [call('a', { depends_on: ['b'] })],
      ["calls[0].depends_on[0] 'b' is not a call of this plan"],
    ],
    [
      'for an unknown id in a reference',
      [call('a', { arguments: { to: [{ $from: 'b' }] } })],
      ["calls[0].arguments.to[0] 'b' is not a call of this plan"],
    ],
    [
      'for an unknown id in a condition',
      [call('a', { when: 'x.status = 1' })],
      ["calls[0].when 'x' is not a call of this plan"],
    ],
    [
      'for waiting for itself',
      [call('a', { depends_on: ['a'] })],
      ["calls[0].depends_on[0] 'a' cannot wait for itself"],
    ],
    [
      'for referring to itself',
      [call('a', { arguments: { x: { $from: 'a' } } })],
      ["calls[0].arguments.x 'a' cannot wait for itself"],
    ],
    [
      'for a circle, by name',
      [
        call('x', { depends_on: ['a'] }),
        call('a', { arguments: { v: { $from: 'c' } } }),
        call('b', { depends_on: ['a'] }),
        call('c', { when: "b.status = 'succeeded'" }),
      ],
      ['calls[1] waits in a circle: a -> c -> b -> a'],
    ],
    [
      'for a condition that cannot be read',
      [call('a'), call('b', { when: 'a.status =' })],
      ["calls[1].when expected a literal such as 'text', 1, true or null at the end"],
    ],
    [
      'for a reference that cannot be read',
      [
        call('a'),
        call('b', {
          arguments: {
            one: { $from: 1 },
            two: { $from: 'a', path: 7 },
            three: { $from: 'a', path: 'x..y' },
            four: { $from: 'a', pat: 'x' },
            five: { $literal: 1, more: 2 },
          },
        }),
      ],
      [
        "calls[1].arguments.one is a reference whose '$from' is not the id of a call",
        "calls[1].arguments.two is a reference whose 'path' is not text",
        "calls[1].arguments.three is a reference whose path is not valid: expected a key after '.' at character 3",
        `calls[1].arguments.four is a reference with an unknown key 'pat'; wrap data that has a key '$from' in {"$literal": …}`,
        "calls[1].arguments.five has other keys beside '$literal'",
      ],
    ],
  ])('%s', (_why, calls, issues) => {
    expect(issuesOf(calls)).toEqual(issues);
  });

  it('for a circle that only the order of writes closes, and says so', () => {
    expect(issuesOf([call('a', { depends_on: ['b'] }), call('b')], ['x', 'x'])).toEqual([
      'calls[0] waits in a circle: a -> b -> a (writes to one connection go in the order asked)',
    ]);
  });

  it('for arguments too deep to look through, without running out of stack', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 20_000; i++) deep = [deep];
    expect(issuesOf([call('a', { arguments: { deep } })])).toEqual([
      'calls[0].arguments is nested more than 64 levels deep',
    ]);
  });
});

describe('a circle', () => {
  it('is found exactly when there is one, and is one', () => {
    const graph = fc
      .integer({ min: 1, max: 8 })
      .chain((size) => fc.array(fc.array(fc.nat(size - 1), { maxLength: 3 }), { minLength: size, maxLength: size }));
    fc.assert(
      fc.property(graph, (edges) => {
        const cycle = findCycle(edges);
        if (cycle !== null) {
          expect(cycle.at(-1)).toBe(cycle[0]);
          for (const [i, next] of cycle.slice(1).entries()) expect(edges[cycle[i] as number]).toContain(next);
          return;
        }
        // Without one, taking away what waits for nothing empties the graph.
        const left = new Set(edges.keys());
        for (let before = -1; before !== left.size; ) {
          before = left.size;
          for (const i of left) if (!edges[i]?.some((next) => left.has(next))) left.delete(i);
        }
        expect(left.size).toBe(0);
      }),
      { numRuns: 500 },
    );
  });
});
