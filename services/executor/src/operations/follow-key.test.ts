import { expect, test, vi } from 'vitest';
import { createFollowKeys } from './follow-key.ts';

const never = new AbortController().signal;
const found = { record: { state: 'running' } as never, revision: 1 };

function followKeys() {
  const listeners = new Map<string, () => void>();
  const read = vi.fn(async () => found);
  const keys = createFollowKeys(
    { read },
    {
      onFinished(tenant, executionId, listener) {
        listeners.set(`${tenant}/${executionId}`, listener);
        return () => void listeners.delete(`${tenant}/${executionId}`);
      },
    },
  );
  return { keys, listeners, read };
}

test('any number of followers share one subscription and one read', async () => {
  const { keys, listeners, read } = followKeys();
  const followed = Array.from({ length: 50 }, () => keys.follow('acme', 'k', 'exe_1'));
  await Promise.all(followed.map((one) => one.read()));
  expect(read).toHaveBeenCalledTimes(1);
  expect(listeners.size).toBe(1);
  for (const one of followed) one.close();
  expect(listeners.size).toBe(0);
});

test('a finish wakes every follower, and what was being read before it is read again', async () => {
  const { keys, listeners, read } = followKeys();
  const gate = Promise.withResolvers<typeof found>();
  read.mockImplementationOnce(() => gate.promise);
  const [one, other] = [keys.follow('acme', 'k', 'exe_1'), keys.follow('acme', 'k', 'exe_1')];
  void one.read();
  const waiting = Promise.all([one.changed(60_000, never), other.changed(60_000, never)]);
  listeners.get('acme/exe_1')?.();
  await waiting;
  await other.read();
  expect(read).toHaveBeenCalledTimes(2);
  gate.resolve(found);
});

test('a finish between a read and the wait for a change is not missed', async () => {
  const { keys, listeners } = followKeys();
  const one = keys.follow('acme', 'k', 'exe_1');
  await one.read();
  listeners.get('acme/exe_1')?.();
  await one.changed(60_000, never);
});

test('another key, tenant or execution is followed by itself', () => {
  const { keys, listeners } = followKeys();
  keys.follow('acme', 'k', 'exe_1');
  keys.follow('rival', 'k', 'exe_1');
  keys.follow('acme', 'k', 'exe_2');
  expect([...listeners.keys()]).toEqual(['acme/exe_1', 'rival/exe_1', 'acme/exe_2']);
});

test('a follower also wakes by time and by its own signal', async () => {
  const { keys } = followKeys();
  const one = keys.follow('acme', 'k', 'exe_1');
  await one.changed(1, never);
  const abort = new AbortController();
  const waiting = one.changed(60_000, abort.signal);
  abort.abort();
  await waiting;
});
