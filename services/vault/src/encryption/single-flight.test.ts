import { expect, it } from 'vitest';
import { SingleFlight } from './single-flight.ts';

it('does the work once for callers at the same time, and again for the next', async () => {
  const flights = new SingleFlight<number>();
  let runs = 0;
  const work = async () => ++runs;
  expect(await Promise.all([flights.run('a', work), flights.run('a', work), flights.run('b', work)])).toEqual([
    1, 1, 2,
  ]);
  expect(flights.size).toBe(0);
  expect(await flights.run('a', work)).toBe(3);
});

it('gives a failure to everyone who waited, and keeps nothing of it', async () => {
  const flights = new SingleFlight<number>();
  const work = async () => {
    throw new Error('no');
  };
  const settled = await Promise.allSettled([flights.run('a', work), flights.run('a', work)]);
  expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(flights.size).toBe(0);
  expect(await flights.run('a', async () => 1)).toBe(1);
});
