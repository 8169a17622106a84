import type { AuditEvent } from '@patchbay/contracts';
import { expect, test } from 'vitest';
import { AuditFollower } from './follow-audit.ts';

/** An audit log that pages as the service does: newest first. */
function log(pageSize: number) {
  const events: { id: string; time: string }[] = [];
  return {
    add: (id: string, second: number) => events.push({ id, time: new Date(second * 1_000).toISOString() }),
    query: async ({ from = '', limit = 100, cursor }: { from?: string; limit?: number; cursor?: string } = {}) => {
      const fitting = events
        .filter(({ time }) => time >= from)
        .sort((a, b) => b.time.localeCompare(a.time) || b.id.localeCompare(a.id));
      const start = cursor === undefined ? 0 : fitting.findIndex(({ id }) => id === cursor) + 1;
      const page = fitting.slice(start, start + Math.min(limit, pageSize));
      const more = start + page.length < fitting.length;
      return { events: page as unknown as AuditEvent[], next_cursor: more ? (page.at(-1)?.id ?? null) : null };
    },
  };
}
const ids = (events: readonly AuditEvent[]) => events.map(({ id }) => id);

test('begins with the newest and gives each later event once, oldest first', async () => {
  const audit = log(2);
  for (let second = 1; second <= 9; second++) audit.add(`e${second}`, second);
  const { follower, latest } = await AuditFollower.start(audit.query, {}, 3, () => true);
  expect(ids(latest)).toEqual(['e7', 'e8', 'e9']);
  expect(await follower.read()).toEqual([]);
  audit.add('f2', 12);
  audit.add('f1', 11);
  audit.add('f3', 12);
  expect(ids(await follower.read())).toEqual(['f1', 'f2', 'f3']);
  expect(await follower.read()).toEqual([]);
});

test('gives an event that became readable after a newer one', async () => {
  const audit = log(100);
  audit.add('new', 100);
  const { follower } = await AuditFollower.start(audit.query, {}, 10, () => true);
  audit.add('late', 75);
  expect(ids(await follower.read())).toEqual(['late']);
  audit.add('newer', 120);
  expect(ids(await follower.read())).toEqual(['newer']);
  // What is older than the settling time is not looked for again.
  audit.add('much too late', 60);
  expect(await follower.read()).toEqual([]);
});

test('counts only what is accepted, looks further back for it, and begins with an empty log', async () => {
  const audit = log(2);
  expect((await AuditFollower.start(audit.query, {}, 5, () => true)).latest).toEqual([]);
  audit.add('wanted', 1);
  for (let second = 2; second < 9; second++) audit.add(`noise${second}`, second);
  const { latest } = await AuditFollower.start(audit.query, {}, 1, ({ id }) => !id.startsWith('noise'));
  expect(ids(latest)).toEqual(['wanted']);
  expect((await AuditFollower.start(audit.query, {}, 0, () => true)).latest).toEqual([]);
});
