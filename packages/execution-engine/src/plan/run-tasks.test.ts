import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runTasks, type Task } from './run-tasks.ts';

/** Tasks that come after some of those before them, so never in a circle, then shuffled by renaming. */
const graphs = fc
  .integer({ min: 1, max: 14 })
  .chain((size) =>
    fc.record({
      edges: fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 30 }),
      names: fc.shuffledSubarray(
        Array.from({ length: size }, (_, i) => i),
        { minLength: size, maxLength: size },
      ),
      concurrency: fc.integer({ min: 1, max: 5 }),
      unstarted: fc.array(fc.nat(size - 1)),
      order: fc.infiniteStream(fc.nat(1_000)),
    }),
  )
  .map(({ edges, names, ...rest }) => {
    const tasks: { after: number[] }[] = names.map(() => ({ after: [] }));
    for (const [a, b] of edges) {
      if (a === b) continue;
      tasks[names[Math.max(a, b)] as number]?.after.push(names[Math.min(a, b)] as number);
    }
    return { tasks, ...rest };
  });

/** Starts that end when the test says so. */
function stage() {
  const open = new Map<number, (result: string) => void>();
  return {
    open,
    start: (index: number) => new Promise<string>((resolve) => open.set(index, resolve)),
    finish(index: number): void {
      const resolve = open.get(index);
      open.delete(index);
      resolve?.(`done ${index}`);
    },
  };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('tasks', () => {
  it('begin once each, never before those they come after, never more at a time than may, and answer in order', async () => {
    await fc.assert(
      fc.asyncProperty(graphs, async ({ tasks, concurrency, unstarted, order }) => {
        const { open, start, finish } = stage();
        const ended = new Set<number>();
        const begun: number[] = [];
        let most = 0;
        const running = runTasks<string>({
          tasks,
          concurrency,
          begin: (index) => {
            expect(tasks[index]?.after.every((earlier) => ended.has(earlier))).toBe(true);
            if (unstarted.includes(index)) return { result: `done ${index}` };
            return {
              start: () => {
                begun.push(index);
                const work = start(index);
                most = Math.max(most, open.size);
                return work;
              },
            };
          },
          onEnd: (index) => {
            expect(ended.has(index)).toBe(false);
            ended.add(index);
          },
        });
        while (ended.size < tasks.length) {
          const candidates = [...open.keys()];
          expect(candidates.length).toBeGreaterThan(0);
          finish(candidates[(order.next().value as number) % candidates.length] as number);
          await settled();
        }
        expect(await running).toEqual(tasks.map((_, index) => `done ${index}`));
        expect(most).toBeLessThanOrEqual(concurrency);
        expect(begun.toSorted((a, b) => a - b)).toEqual([...tasks.keys()].filter((i) => !unstarted.includes(i)));
      }),
      { numRuns: 300 },
    );
  });

  it('cut off at any moment, all have a result, and nothing begins any more', async () => {
    await fc.assert(
      fc.asyncProperty(graphs, fc.nat(14), async ({ tasks, concurrency, order }, rounds) => {
        const { open, start, finish } = stage();
        const begun = new Set<number>();
        const cutOff = new AbortController();
        const running = runTasks<string>({
          tasks,
          concurrency,
          begin: (index) => ({
            start: () => {
              begun.add(index);
              return start(index);
            },
          }),
          cutOff: { signal: cutOff.signal, late: (index, was) => `late ${index} ${was}` },
        });
        const done = new Set<number>();
        for (let round = 0; round < rounds && open.size > 0; round++) {
          const index = [...open.keys()][(order.next().value as number) % open.size] as number;
          finish(index);
          done.add(index);
          await settled();
        }
        const begunBefore = begun.size;
        cutOff.abort();
        const results = await running;
        expect(results).toEqual(
          tasks.map((_, index) => (done.has(index) ? `done ${index}` : `late ${index} ${begun.has(index)}`)),
        );
        for (const index of [...open.keys()]) finish(index);
        await settled();
        expect(begun.size).toBe(begunBefore);
      }),
      { numRuns: 200 },
    );
  });

  it('start together when none waits for another, the first asked first when there is too little room', async () => {
    const begin = async (concurrency: number) => {
      const { open, start, finish } = stage();
      const tasks: Task[] = Array.from({ length: 6 }, () => ({ after: [] }));
      const running = runTasks<string>({ tasks, concurrency, begin: (index) => ({ start: () => start(index) }) });
      const first = [...open.keys()];
      while (open.size > 0) {
        finish([...open.keys()][0] as number);
        await settled();
      }
      await running;
      return first;
    };
    expect(await begin(6)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await begin(2)).toEqual([0, 1]);
  });

  it('are asked again when their turn comes, so that a decision taken meanwhile counts', async () => {
    const { open, start, finish } = stage();
    let halted = false;
    const running = runTasks<string>({
      tasks: [{ after: [] }, { after: [] }],
      concurrency: 1,
      begin: (index) => (halted ? { result: 'halted' } : { start: () => start(index) }),
    });
    halted = true;
    finish(0);
    expect(await running).toEqual(['done 0', 'halted']);
    expect(open.size).toBe(0);
  });

  it('cut off before they begin never begin', async () => {
    const late = (index: number, begun: boolean) => `late ${index} ${begun}`;
    const cutOff = { signal: AbortSignal.abort(), late };
    const begin = () => ({ start: () => Promise.reject(new Error('begun')) });
    expect(await runTasks({ tasks: [{ after: [] }], concurrency: 1, begin, cutOff })).toEqual(['late 0 false']);
  });

  it('pass on what should never be thrown', async () => {
    const tasks = [{ after: [] }];
    const defect = new Error('defect');
    const begin = () => ({ start: () => Promise.reject(defect) });
    await expect(runTasks({ tasks, concurrency: 1, begin })).rejects.toBe(defect);
    const raise = () => {
      throw defect;
    };
    await expect(runTasks({ tasks, concurrency: 1, begin: raise })).rejects.toBe(defect);
    const start = async () => 'done';
    await expect(runTasks({ tasks, concurrency: 1, begin: () => ({ start }), onEnd: raise })).rejects.toBe(defect);
  });
});
