import type { VaultJob } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { passOver, type RowOutcome } from './pass-over.ts';
import type { JobInHand } from './ports.ts';

interface Row {
  readonly name: string;
  readonly revision: number;
}

/** A job of which what was written down is known: only that is left when its process is killed. */
function jobAt(cursor: number, more: Partial<VaultJob> = {}) {
  let job = { cursor, total: 0, done: 0, step: '', ...more } as VaultJob;
  const written: VaultJob[] = [];
  const change = async (next: Partial<VaultJob> = {}) => {
    job = { ...job, ...next };
    written.push(job);
  };
  const hand: JobInHand = {
    get job() {
      return job;
    },
    save: change,
    beat: change,
    rest: async () => {},
  };
  return { hand, written };
}

/** A store of two rows a page in which changing a row gives it the next revision, as a bucket does. */
function storeOf(...names: string[]) {
  let rows: Row[] = names.map((name, i) => ({ name, revision: i + 1 }));
  let last = names.length;
  return {
    move(name: string) {
      rows = [...rows.filter((row) => row.name !== name), { name, revision: ++last }];
    },
    async *pages(after: number) {
      for (let upTo = after; ; ) {
        const left = rows.filter(({ revision }) => revision > upTo);
        const page = left.slice(0, 2);
        if (page.length === 0) return;
        upTo = (page.at(-1) as Row).revision;
        yield { rows: page, upTo, left: left.length - page.length };
      }
    },
  };
}

function passWith(store: ReturnType<typeof storeOf>, hand: JobInHand, outcomeOf: (name: string) => RowOutcome) {
  const seen: string[] = [];
  const pass = passOver<Row>(hand, {
    step: 'works',
    after: hand.job.cursor,
    width: 2,
    pages: store.pages,
    async work({ name }) {
      seen.push(name);
      const outcome = outcomeOf(name);
      if (outcome === 'changed') store.move(name);
      return outcome;
    },
  });
  return { seen, pass };
}

describe('passOver', () => {
  it('goes through every row, meets changed ones again, and counts each once', async () => {
    const { hand } = jobAt(0);
    const store = storeOf('a', 'b', 'c');
    const first = new Set<string>();
    const { seen, pass } = passWith(store, hand, (name) => (first.size < first.add(name).size ? 'changed' : 'passed'));
    expect(await pass).toBe(3);
    expect(seen).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
    expect(hand.job).toMatchObject({ step: 'works', total: 3, done: 3, cursor: 6 });
    const again = passWith(store, hand, () => 'changed');
    expect(await again.pass).toBe(0);
    expect(again.seen).toEqual([]);
  });

  it('goes on from what any process wrote down', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const { hand, written } = jobAt(0);
    await passWith(storeOf(...names), hand, () => 'passed').pass;
    for (const job of written) {
      const { seen, pass } = passWith(storeOf(...names), jobAt(job.cursor, job).hand, () => 'passed');
      await pass;
      expect(seen).toEqual(names.slice(job.cursor));
    }
    expect(new Set(written.map(({ cursor }) => cursor))).toEqual(new Set([0, 2, 4, 5]));
  });

  it('never leaves a held row behind: whoever goes on meets it, and every one after', async () => {
    const { hand, written } = jobAt(0);
    const { seen, pass } = passWith(storeOf('a', 'b', 'c', 'd', 'e'), hand, (name) =>
      name === 'c' ? 'held' : 'passed',
    );
    await pass;
    expect(seen).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(Math.max(...written.map(({ cursor }) => cursor))).toBe(2);
  });

  it('ends with what fails, when the rows beside it have ended, and has not passed them', async () => {
    const { hand } = jobAt(0);
    const ended: string[] = [];
    const pass = passOver<Row>(hand, {
      step: 'works',
      after: 0,
      width: 2,
      pages: storeOf('a', 'b', 'c', 'd').pages,
      async work({ name }) {
        if (name === 'c') throw new Error('away');
        await Promise.resolve();
        ended.push(name);
        return 'passed';
      },
    });
    await expect(pass).rejects.toThrow('away');
    expect(ended).toEqual(['a', 'b', 'd']);
    expect(hand.job).toMatchObject({ cursor: 2, done: 2 });
  });
});
