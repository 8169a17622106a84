import { events, newId } from '@patchbay/contracts';
import { startTestServers, type TestServers } from '@patchbay/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { okay } from './execute-endpoint.test-support.ts';
import type { Messaging } from './index.ts';

let servers: TestServers;
let executor: Messaging;
let agent: Messaging;

beforeAll(async () => {
  servers = await startTestServers({ tenants: ['acme', 'rival'], redis: false });
  [executor, agent] = await Promise.all([servers.connect('executor'), servers.connect('agent', 'acme')]);
});
afterAll(() => servers?.stop());

function publishFinished(from: Messaging, output: unknown = null): string {
  const result = okay(output);
  from.publishEvent(
    events.executionFinished,
    { tenant: 'acme', execution: result.execution_id },
    { execution_id: result.execution_id, session: null, result },
    { traceparent: '00-a-b-01' },
  );
  return result.execution_id;
}

async function heardBy(listener: Messaging, tenant: string): Promise<{ heard: string[]; unsubscribe(): void }> {
  const heard: string[] = [];
  const { unsubscribe } = listener.subscribeEvent(events.executionFinished, { tenant }, (body, values) =>
    heard.push(`${values.tenant} ${body.execution_id}`),
  );
  await listener.flush();
  return { heard, unsubscribe };
}

describe('events', () => {
  test('reach subscribers of their tenant, and nobody else', async () => {
    const own = await heardBy(agent, 'acme');
    const foreign = await heardBy(await servers.connect('agent', 'rival'), 'rival');
    const ids = [publishFinished(executor), publishFinished(executor)];
    await vi.waitFor(() => expect(own.heard).toEqual(ids.map((id) => `acme ${id}`)));
    expect(foreign.heard).toEqual([]);
    own.unsubscribe();
  });

  test('that nobody may hear are not heard', async () => {
    const curious = await heardBy(agent, 'rival');
    const own = await heardBy(agent, 'acme');
    publishFinished(executor);
    await vi.waitFor(() => expect(own.heard).toHaveLength(1));
    expect(curious.heard).toEqual([]);
    own.unsubscribe();
  });

  test('that break their contract or are too large are dropped, and the next one is heard', async () => {
    const { heard, unsubscribe } = await heardBy(agent, 'acme');
    const id = newId('execution');
    executor.publishEvent(events.executionFinished, { tenant: 'acme', execution: id }, { nonsense: true } as never);
    publishFinished(executor, 'x'.repeat(5_000_000));
    const last = publishFinished(executor);
    await vi.waitFor(() => expect(heard).toEqual([`acme ${last}`]));
    unsubscribe();
  });

  test('of a closed connection go nowhere and throw nothing', async () => {
    const extra = await servers.connect('executor');
    await extra.close();
    expect(() => publishFinished(extra)).not.toThrow();
  });
});

describe('a question to every process', () => {
  let other: Messaging;
  beforeAll(async () => {
    other = await servers.connect('executor');
    for (const [process, id] of [
      [executor, 1],
      [other, 2],
    ] as const)
      process.answerEvent(events.cancelBroadcast, async ({ tenant }) => {
        if (tenant === 'silent') return null;
        if (tenant === 'broken') throw new Error('defect');
        return tenant === 'strange' ? { id: 'not a number' } : { id };
      });
    await Promise.all([executor.flush(), other.flush()]);
  });

  const ask = (tenant: string, enough?: (answers: { id: number }[]) => boolean, timeoutMs = 300) =>
    executor.askAll(events.cancelBroadcast, {}, { tenant, request: { session: 's' } }, z.object({ id: z.number() }), {
      timeoutMs,
      ...(enough && { enough }),
    });

  test('gathers every answer', async () => {
    expect((await ask('acme')).map(({ id }) => id).sort()).toEqual([1, 2]);
  });

  test('ends when the answers are enough', async () => {
    expect(await ask('acme', (answers) => answers.length === 1, 60_000)).toHaveLength(1);
  });

  test.each([
    ['have nothing to say', 'silent'],
    ['fail', 'broken'],
    ['answer something else', 'strange'],
  ])('leaves out those that %s', async (_what, tenant) => {
    expect(await ask(tenant)).toEqual([]);
  });

  test('that breaks its contract is not answered', async () => {
    expect(
      await executor.askAll(events.cancelBroadcast, {}, { tenant: 'acme' } as never, z.unknown(), { timeoutMs: 200 }),
    ).toEqual([]);
  });
});

test('a question that nobody hears has no answers', async () => {
  const lone = await startTestServers({ redis: false });
  try {
    const executor = await lone.connect('executor');
    const body = { tenant: 'acme', request: { session: 's' } };
    expect(await executor.askAll(events.cancelBroadcast, {}, body, z.unknown(), { timeoutMs: 60_000 })).toEqual([]);
  } finally {
    await lone.stop();
  }
});
