import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { noDoors, publish, type System, simpleDocument, startSystem } from './system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem({ shape: 'processes', executors: 3, seedCatalog: false, leaveOut: noDoors });
  await publish(system, simpleDocument('fleet'));
});
afterAll(() => system?.stop());

/** Runs `total` calls, `width` at a time, and gives their results in order. */
async function load(total: number, width: number, call: (i: number) => ReturnType<System['agent']['execute']>) {
  const results: Awaited<ReturnType<typeof call>>[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (let i = next++; i < total; i = next++) results[i] = await call(i);
    }),
  );
  return results;
}

async function auditOf(total: number, tool: string, session?: string) {
  const events: Awaited<ReturnType<System['admin']['queryAudit']>>['events'] = [];
  let cursor: string | undefined;
  do {
    const page = await system.admin.queryAudit({
      class: 'execution',
      tool,
      ...(session !== undefined && { session }),
      limit: 1_000,
      ...(cursor !== undefined && { cursor }),
    });
    events.push(...page.events);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined && events.length < total * 4);
  return events;
}

describe('three executors, each a process', () => {
  test('share a load of 2,000 calls, each at least a fifth', async () => {
    const session = `load-${Date.now()}`;
    const results = await load(2_000, 64, (number) =>
      system.agent.execute('fleet_look', { number }, { context: { session } }),
    );
    expect(results.filter(({ status }) => status !== 'succeeded')).toEqual([]);
    // What one executor had no room for, or was late with, another carried out too: those that were answered count.
    const told = new Set(results.map(({ execution_id }) => execution_id));
    const answered = async () =>
      (await auditOf(2_000, 'fleet_look', session)).filter(({ data }) => told.has(data.execution_id ?? ''));
    await vi.waitFor(async () => expect((await answered()).length).toBe(2_000), { timeout: 30_000, interval: 500 });
    const shares = new Map<string, number>();
    for (const { source } of await answered()) shares.set(source, (shares.get(source) ?? 0) + 1);
    expect(shares.size).toBe(3);
    for (const share of shares.values()) expect(share).toBeGreaterThanOrEqual(400);
  });

  test('show a new tool to every executor while a load runs, and keep calls pinned to the old version as they were', async () => {
    const v1 = simpleDocument('hot_reload', '1.0.0');
    await publish(system, v1);
    let stop = false;
    const pinned = load(100_000, 8, (number) =>
      stop ? Promise.resolve(null as never) : system.agent.execute('hot_reload_look', { number }, { version: '1.0.0' }),
    );
    const fresh = simpleDocument('fresh_one');
    const v2 = simpleDocument('hot_reload', '2.0.0');
    const { normaliseDocument } = await import('@patchbay/catalog');
    for (const document of [fresh, v2]) {
      const normalised = normaliseDocument(document);
      if (normalised.ok) await system.sandbox.addDocument(normalised.document);
    }
    await system.admin.addConnection({
      integration: 'fresh_one',
      credential: { type: 'bearer', token: 'fresh-0123456789' },
    });
    await system.admin.register({ document: fresh });
    const registeredAt = performance.now();
    // Enough calls that each of the three is asked many times; every one made 100 ms after registering must know the tool.
    const answers: { at: number; status: string; code: string | undefined }[] = [];
    while (performance.now() - registeredAt < 600) {
      const at = performance.now() - registeredAt;
      for (const { status, error } of await Promise.all(
        Array.from({ length: 12 }, (_, number) => system.agent.execute('fresh_one_look', { number })),
      ))
        answers.push({ at, status, code: error?.code });
    }
    expect(answers.filter(({ at, status }) => at >= 100 && status !== 'succeeded')).toEqual([]);
    expect(answers.filter(({ at }) => at >= 100).length).toBeGreaterThan(36);
    await system.admin.register({ document: v2 });
    await vi.waitFor(async () =>
      expect((await system.agent.execute('hot_reload_look', { number: 1 })).version).toBe('2.0.0'),
    );
    stop = true;
    const results = (await pinned).filter((result) => result !== null);
    expect(results.length).toBeGreaterThan(50);
    expect(results.filter(({ status, version }) => status !== 'succeeded' || version !== '1.0.0')).toEqual([]);
  });

  test('lose one to kill -9 under load: every caller is answered in time, nothing acts twice, every call has its intent', async () => {
    await system.sandbox.reset();
    await system.sandbox.behave({ integration: 'fleet', do: { kind: 'delay', ms: 20, jitterMs: 20 } });
    const victim = system.patchbay.services.find(({ service }) => service === 'executor');
    const deadlineMs = 3_000;
    let killed = false;
    let slowest = 0;
    const results = await load(2_000, 64, async (number) => {
      if (number === 700 && !killed) {
        killed = true;
        victim?.kill('SIGKILL');
      }
      const started = performance.now();
      const result = await system.agent.execute(
        'fleet_book',
        { number },
        { idempotencyKey: `kill-${number}`, deadlineMs },
      );
      slowest = Math.max(slowest, performance.now() - started);
      return result;
    });
    expect(results).toHaveLength(2_000);
    expect(slowest).toBeLessThan(deadlineMs + 500);
    for (const result of results) {
      if (result.status !== 'succeeded')
        expect(result.error?.code).toMatch(/^(outcome_unknown|overloaded|deadline_exceeded)$/);
    }
    expect(results.filter(({ status }) => status === 'succeeded').length).toBeGreaterThan(1_800);

    // Ask again for what stayed unknown: the same key never acts twice, whoever answers.
    const unknown = results
      .map(({ status }, number) => ({ status, number }))
      .filter(({ status }) => status !== 'succeeded');
    await Promise.all(
      unknown.map(({ number }) =>
        system.agent.execute('fleet_book', { number }, { idempotencyKey: `kill-${number}`, deadlineMs: 500 }),
      ),
    );

    const effects = await system.sandbox.effects({ tool: 'fleet_book' });
    const perNumber = new Map<unknown, number>();
    for (const effect of effects)
      perNumber.set(effect.arguments.number, (perNumber.get(effect.arguments.number) ?? 0) + 1);
    expect([...perNumber].filter(([, count]) => count > 1)).toEqual([]);

    const reached = await system.sandbox.requests({ tool: 'fleet_book' });
    const traces = new Set(reached.map(({ traceparent }) => traceparent?.split('-')[1]));
    expect(traces.size).toBeGreaterThan(1_800);
    await vi.waitFor(
      async () => {
        const intents = new Set(
          (await auditOf(2_000, 'fleet_book'))
            .filter(({ data }) => data.outcome === 'intent')
            .map(({ data }) => data.trace_id),
        );
        expect([...traces].filter((trace) => !intents.has(trace))).toEqual([]);
      },
      { timeout: 30_000, interval: 500 },
    );
    await system.sandbox.reset();
  });
});
