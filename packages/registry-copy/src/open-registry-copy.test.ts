import type { Bucket, BucketChange } from '@patchbay/messaging';
import { expect, test } from 'vitest';
import { openRegistryCopy, type UnreadableEntry } from './open-registry-copy.ts';
import { type StoredSketch, storedIntegration } from './stored-integration.fixture.ts';

/** A copy whose watch is in the test's hands. */
async function openByHand(onError?: (problem: UnreadableEntry | Error) => void) {
  let deliver: (change: BucketChange) => void = () => {};
  let open = true;
  const bucket = {
    async watch(_prefix: string, onChange: (change: BucketChange) => void) {
      deliver = onChange;
      return { unsubscribe: () => (open = false) };
    },
  } as unknown as Bucket;
  const copy = await openRegistryCopy({ messaging: { bucket: async () => bucket }, ...(onError && { onError }) });
  return { copy, deliver: (change: BucketChange) => deliver(change), isOpen: () => open };
}

const key = 'doc._platform.crm.1_0_0';
const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const entry = (revision: number, sketch: Partial<StoredSketch> = {}): BucketChange => ({
  key,
  revision,
  value: bytes(storedIntegration({ id: 'crm', ...sketch })),
});

test('an entry that cannot be read is reported without its content, and the copy goes on', async () => {
  const problems: (UnreadableEntry | Error)[] = [];
  const { copy, deliver } = await openByHand((problem) => problems.push(problem));
  deliver({ key, revision: 1, value: bytes({ scope: '_platform', document: { secret: 'sk_live_1' } }) });
  deliver({ key: 'doc.x', revision: 2, value: bytes({}) });
  deliver({ key: 'doc._platform.chat.1_0_0', revision: 3, value: bytes(storedIntegration({ id: 'chat' })) });
  expect(problems).toEqual([
    { key, revision: 1, reason: expect.stringContaining('schema') },
    { key: 'doc.x', revision: 2, reason: expect.stringContaining('key') },
  ]);
  expect(JSON.stringify(problems)).not.toContain('sk_live_1');
  expect(copy.visibleTools('acme').map(({ name }) => name)).toEqual(['chat_ping']);
});

test('an entry that can no longer be read counts as absent, and an older one does not come back', async () => {
  const { copy, deliver } = await openByHand();
  deliver(entry(1));
  expect(copy.resolve('acme', 'crm_ping')).not.toBeNull();
  deliver({ key, revision: 2, value: bytes({ schema: 2 }) });
  deliver(entry(1));
  expect(copy.resolve('acme', 'crm_ping')).toBeNull();
});

test("a process's own write counts at once, and the watch that brings it round changes nothing", async () => {
  const { copy, deliver } = await openByHand();
  const changes: number[] = [];
  copy.onChange(({ revision }) => changes.push(revision));
  copy.applyOwnWrite(entry(7));
  const tool = copy.resolve('acme', 'crm_ping');
  expect(tool).not.toBeNull();
  deliver(entry(7));
  expect(copy.resolve('acme', 'crm_ping')).toBe(tool);
  expect(changes).toEqual([7]);
  expect({ revision: copy.revision, generation: copy.generation }).toEqual({ revision: 7, generation: 1 });
});

test('a listener hears what changed until it stops, and one that throws stops nothing', async () => {
  const problems: (UnreadableEntry | Error)[] = [];
  const { copy, deliver } = await openByHand((problem) => problems.push(problem));
  copy.onChange(() => {
    throw new Error('a listener of mine');
  });
  copy.onChange(() => {
    throw 'no error';
  });
  const changes: unknown[] = [];
  const stop = copy.onChange((change) => changes.push(change));
  deliver(entry(1));
  stop();
  deliver({ key, revision: 2, value: null });
  expect(changes).toEqual([
    { kind: 'document', scope: '_platform', integration: 'crm', version: '1.0.0', revision: 1 },
  ]);
  expect(problems.map(String)).toEqual(
    Array.from({ length: 2 }, () => [
      'Error: a listener of mine',
      'Error: a listener of the registry copy failed',
    ]).flat(),
  );
  expect(copy.resolve('acme', 'crm_ping')).toBeNull();
});

test('a reporter that throws stops nothing', async () => {
  const { copy, deliver } = await openByHand(() => {
    throw new Error('the log is full');
  });
  deliver({ key, revision: 1, value: bytes({}) });
  deliver(entry(2));
  expect(copy.resolve('acme', 'crm_ping')).not.toBeNull();
});

test('a copy answers all questions of its index, and ends its watch when it is closed', async () => {
  const { copy, deliver, isOpen } = await openByHand();
  deliver(entry(1));
  expect(copy.offering('_platform', 'crm_ping').map(({ id }) => id)).toEqual(['crm']);
  expect(copy.integration('_platform', 'crm')?.versions).toHaveLength(1);
  expect(copy.hasOwnView('acme')).toBe(false);
  expect(copy.integrationIds('_platform')).toEqual(['crm']);
  expect(copy.served('acme', 'crm')?.stored.document.version).toBe('1.0.0');
  const at = '2026-01-01T00:00:00.000Z';
  const choice = { scope: 'acme', integration: 'crm', installed: false, changed_at: at };
  deliver({ key: 'use.acme.crm', revision: 2, value: bytes(choice) });
  expect(copy.resolve('acme', 'crm_ping')).toBeNull();
  expect(copy.installed('acme', 'crm')).toEqual({ installed: false, saidBy: 'tenant' });
  expect(copy.choice('acme', 'crm')).toEqual(choice);
  expect(copy.choices('acme')).toHaveLength(1);
  const toolset = { scope: 'acme', name: 'desk', title: 'Desk', tools: ['crm.*'], changed_at: at };
  deliver({ key: 'set.acme.desk', revision: 3, value: bytes(toolset) });
  expect(copy.toolset('acme', 'desk')).toEqual(toolset);
  expect(copy.toolsets('acme')).toEqual([toolset]);
  copy.close();
  expect(isOpen()).toBe(false);
});
