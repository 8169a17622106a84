import { maxCircuitsTold } from '@patchbay/contracts';
import type { CircuitView } from '@patchbay/execution-engine';
import { expect, test } from 'vitest';
import { createListCircuits, ownCircuits } from './list-circuits.ts';

const view = (host: string, over: Partial<CircuitView> = {}): CircuitView => ({
  host,
  tenant: null,
  watches: 'connections',
  state: 'closed',
  openedBy: null,
  retryAfterMs: 0,
  calls: 3,
  failures: 1,
  ...over,
});

test('an executor tells what is not closed first, then by host, and can be asked for one host', () => {
  const open = view('z.com', { state: 'open', openedBy: 'elsewhere', retryAfterMs: 900 });
  const views = [view('b.com'), view('a.com'), open];
  const told = ownCircuits('executor-1', views, {});
  expect(told.circuits.map(({ host }) => host)).toEqual(['z.com', 'a.com', 'b.com']);
  expect(told.circuits[0]).toEqual({
    host: 'z.com',
    tenant: null,
    watches: 'connections',
    state: 'open',
    opened_by: 'elsewhere',
    retry_after_ms: 900,
    calls: 3,
    failures: 1,
  });
  expect(ownCircuits('executor-1', views, { host: 'a.com' }).circuits).toHaveLength(1);
});

test('an executor tells a bounded number, and how many it left out', () => {
  const many = Array.from({ length: maxCircuitsTold + 7 }, (_, i) => view(`h${i}.com`));
  expect(ownCircuits('executor-1', many, {})).toMatchObject({ omitted: 7, circuits: { length: maxCircuitsTold } });
});

test('the fleet answers by name', async () => {
  const list = createListCircuits({
    circuits: async () => ['b', 'a'].map((executor) => ({ executor, circuits: [], omitted: 0 })),
  });
  expect((await list({})).executors.map(({ executor }) => executor)).toEqual(['a', 'b']);
});
