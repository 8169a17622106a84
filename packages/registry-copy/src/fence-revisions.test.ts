import { expect, test, vi } from 'vitest';
import { fenceRevisions, RolledBackError } from './fence-revisions.ts';

/** A bucket of one process, with compare-and-set as the real one has. */
function memoryBucket() {
  const entries = new Map<string, { value: Uint8Array; revision: number }>();
  let last = 0;
  const set = (key: string, value: Uint8Array | string) => {
    entries.set(key, { value: Buffer.from(value as string), revision: ++last });
    return last;
  };
  return {
    text: () => Buffer.from(entries.get('integrations')?.value ?? []).toString(),
    get: async (key: string) => {
      const entry = entries.get(key);
      return entry === undefined ? null : { key, ...entry };
    },
    create: async (key: string, value: Uint8Array | string) => (entries.has(key) ? null : set(key, value)),
    update: async (key: string, value: Uint8Array | string, revision: number) =>
      entries.get(key)?.revision === revision ? set(key, value) : null,
  };
}

/** A copy whose revision the test moves. */
function movingCopy(revision: number) {
  const listeners: (() => void)[] = [];
  return {
    revision,
    onChange(listener: () => void) {
      listeners.push(listener);
      return () => undefined;
    },
    moveTo(next: number) {
      this.revision = next;
      for (const listener of listeners) listener();
    },
  };
}

const onError = (error: unknown) => {
  throw error;
};

test('what was seen is written down at the start and with each change', async () => {
  const bucket = memoryBucket();
  const copy = movingCopy(3);
  const fence = await fenceRevisions({ bucket, copy, accepted: null, onError });
  await fence.settled();
  expect(bucket.text()).toBe('3');
  copy.moveTo(4);
  copy.moveTo(9);
  await vi.waitFor(() => expect(bucket.text()).toBe('9'));
});

test('a process that starts on an older state is refused, and told how to accept it', async () => {
  const bucket = memoryBucket();
  await bucket.create('integrations', '9');
  const starting = fenceRevisions({ bucket, copy: movingCopy(5), accepted: null, onError });
  await expect(starting).rejects.toThrow(RolledBackError);
  await expect(starting).rejects.toMatchObject({ present: 5, seen: 9 });
  await expect(starting).rejects.toThrow('PATCHBAY_ACCEPT_REGISTRY_REVISION=5');
  expect(bucket.text()).toBe('9');
});

test('exactly the revision that was accepted is, and then is what was seen', async () => {
  const bucket = memoryBucket();
  await bucket.create('integrations', '9');
  await expect(fenceRevisions({ bucket, copy: movingCopy(5), accepted: 6, onError })).rejects.toThrow(RolledBackError);
  await (await fenceRevisions({ bucket, copy: movingCopy(5), accepted: 5, onError })).settled();
  expect(bucket.text()).toBe('5');
  await (await fenceRevisions({ bucket, copy: movingCopy(6), accepted: null, onError })).settled();
  expect(bucket.text()).toBe('6');
});

test('an executor that is behind others does not lower what they have seen', async () => {
  const bucket = memoryBucket();
  const ahead = movingCopy(3);
  const behind = movingCopy(3);
  const fences = [
    await fenceRevisions({ bucket, copy: ahead, accepted: null, onError }),
    await fenceRevisions({ bucket, copy: behind, accepted: null, onError }),
  ];
  ahead.moveTo(8);
  await fences[0]?.settled();
  behind.moveTo(6);
  await fences[1]?.settled();
  expect(bucket.text()).toBe('8');
});

test('a store that fails is reported, and costs nothing else', async () => {
  const bucket = memoryBucket();
  const copy = movingCopy(1);
  const problems: unknown[] = [];
  await (await fenceRevisions({ bucket, copy, accepted: null, onError: (error) => problems.push(error) })).settled();
  bucket.get = async () => {
    throw new Error('away');
  };
  copy.moveTo(2);
  await vi.waitFor(() => expect(problems).toHaveLength(1));
});
