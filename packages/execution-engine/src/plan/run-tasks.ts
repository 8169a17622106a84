/** Something to do once, after others. */
export interface Task {
  /** Indexes of the tasks that must have ended first. Never its own, and never in a circle. */
  readonly after: readonly number[];
}

export interface TaskRun<Result> {
  readonly tasks: readonly Task[];
  /** Tasks under way at once, at least 1. */
  readonly concurrency: number;
  /**
   * What becomes of a task whose turn has come: how to start it, or its result when it need not start, which takes no
   * place. Asked again when there is no place yet, so that what happens meanwhile counts.
   */
  readonly begin: (index: number) => { readonly start: () => Promise<Result> } | { readonly result: Result };
  readonly onEnd?: (index: number, result: Result) => void;
  /** When it aborts, nothing more begins, and what has not ended gets the result of `late`. */
  readonly cutOff?: { readonly signal: AbortSignal; readonly late: (index: number, begun: boolean) => Result };
}

/**
 * Carries out tasks, each at most once and none before those it comes after: as many at a time as may, the first asked
 * first. Resolves with a result for each, in the order asked. Rejects when a start rejects.
 */
export function runTasks<Result>(run: TaskRun<Result>): Promise<Result[]> {
  const { tasks, concurrency, begin, onEnd, cutOff } = run;
  return new Promise((resolve, reject) => {
    const results = new Map<number, Result>();
    const begun = new Set<number>();
    const waitsFor = tasks.map(({ after }) => new Set(after));
    let underWay = 0;
    let over = false;
    let advancing = false;

    const end = (index: number, result: Result): void => {
      if (over) return;
      results.set(index, result);
      onEnd?.(index, result);
      for (const others of waitsFor) others.delete(index);
    };
    const finish = (): void => {
      over = true;
      cutOff?.signal.removeEventListener('abort', stop);
      resolve(tasks.map((_, index) => results.get(index) as Result));
    };
    const fail = (error: unknown): void => {
      over = true;
      cutOff?.signal.removeEventListener('abort', stop);
      reject(error as Error);
    };
    const start = (index: number, work: () => Promise<Result>): void => {
      underWay++;
      begun.add(index);
      work()
        .then((result) => {
          underWay--;
          end(index, result);
          advance();
        })
        .catch(fail);
    };
    const advance = (): void => {
      // A callback may bring us here again; the round in hand goes on until nothing changes.
      if (over || advancing) return;
      advancing = true;
      try {
        for (let changed = true; changed; ) {
          changed = false;
          for (const [index, others] of waitsFor.entries()) {
            if (others.size > 0 || begun.has(index) || results.has(index)) continue;
            const next = begin(index);
            if ('result' in next) {
              end(index, next.result);
              changed = true;
            } else if (underWay < concurrency) start(index, next.start);
          }
        }
      } catch (error) {
        fail(error);
      } finally {
        advancing = false;
      }
      if (!over && results.size === tasks.length) finish();
    };
    const stop = (): void => {
      if (over) return;
      for (const index of tasks.keys()) {
        if (!results.has(index)) end(index, (cutOff as NonNullable<typeof cutOff>).late(index, begun.has(index)));
      }
      finish();
    };

    if (cutOff?.signal.aborted) return stop();
    cutOff?.signal.addEventListener('abort', stop, { once: true });
    advance();
  });
}
