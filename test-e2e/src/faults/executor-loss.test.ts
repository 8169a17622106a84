import type { ExecutionResult } from '@patchbay/contracts';
import type { HostedService } from '@patchbay/launcher';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { publish, simpleDocument } from '../system.ts';
import { type FaultSystem, startFaultSystem, startTimeoutMs } from './fault-system.ts';
import { measured } from './measure.ts';

/** Short, because a lost executor's claim is given up 10 s after it; long enough for a busy machine to get there. */
const deadlineMs = 3_000;
let system: FaultSystem;
const stopped: number[] = [];
/** Executors killed: for a moment they still count as living. */
const killed: number[] = [];
/** Tools are per test, so that no circuit, lease or effect of one reaches another. */
let id = '';
let count = 0;

beforeAll(async () => {
  system = await startFaultSystem({ executors: 2 });
}, startTimeoutMs);
beforeEach(async () => {
  id = `loss_${++count}`;
  await publish(system, simpleDocument(id));
  // Executors know the tool, have its lease and a socket: what follows is about the fault alone.
  await Promise.all(Array.from({ length: 12 }, (_, number) => system.agent.execute(`${id}_look`, { number })));
});
afterEach(async () => {
  for (const pid of stopped.splice(0)) process.kill(pid, 'SIGCONT');
  await system.proxies.upstream.heal();
  await system.sandbox.reset();
  await vi.waitFor(() => {
    for (const { pid } of system.executors()) expect(killed).not.toContain(pid);
  }, 10_000);
  while (system.executors().length < 2) await system.patchbay.addService('executor');
});
afterAll(() => system?.stop());

function stop(pid: number): void {
  stopped.push(pid);
  process.kill(pid, 'SIGSTOP');
}

function book(key: string, number = 1): Promise<ExecutionResult> {
  return system.agent.execute(`${id}_book`, { number }, { idempotencyKey: key, deadlineMs });
}

async function effects(): Promise<number> {
  return (await system.sandbox.effects({ tool: `${id}_book` })).length;
}

/** The executor that wrote the intent of the only call of this test's tool. */
async function carrier(): Promise<HostedService> {
  return vi.waitFor(
    async () => {
      const { events } = await system.admin.queryAudit({ class: 'execution', tool: `${id}_book`, limit: 10 });
      const source = events.find(({ data }) => data.outcome === 'intent')?.source ?? 'none';
      const found = system.executors().find(({ instance }) => source.endsWith(`/${instance}`));
      if (found === undefined) throw new Error('no intent yet');
      return found;
    },
    { timeout: 20_000, interval: 50 },
  );
}

/** Asks under the key until the ledger has given the lost executor up. */
function settled(key: string): Promise<ExecutionResult> {
  return vi.waitFor(
    async () => {
      const result = await book(key);
      expect(result.replayed).toBe(true);
      return result;
    },
    { timeout: 40_000, interval: 250 },
  );
}

describe('F1: an executor killed before its upstream call', () => {
  test('leaves an answer within the deadline, no effect, and a key that stands by what was said', async () => {
    // A tool that every executor knows and none has a lease for: with the vault stopped, a call of it is claimed and
    // written down, and sends nothing.
    id = 'loss_cold';
    await publish(system, simpleDocument(id));
    await vi.waitFor(async () => {
      const answers = await Promise.all(Array.from({ length: 12 }, () => system.agent.execute(`${id}_book`, {})));
      for (const { error } of answers) expect(error?.code).toBe('invalid_arguments');
    }, 10_000);
    const vault = system.patchbay.services.find(({ service }) => service === 'vault')?.pid as number;
    stop(vault);
    const started = performance.now();
    const calling = book('f1');
    const victim = await carrier();
    killed.push(victim.pid as number);
    victim.kill('SIGKILL');
    const first = await calling;
    const took = performance.now() - started;
    process.kill(vault, 'SIGCONT');
    expect(first.error?.code).toMatch(/^(outcome_unknown|vault_unavailable|deadline_exceeded)$/);
    measured({
      row: 'F1',
      what: 'answer after the deadline',
      unit: 'ms',
      value: Math.max(0, took - deadlineMs),
      bound: 50,
    });
    expect(await effects()).toBe(0);
    const later = await vi.waitFor(
      async () => {
        const result = await book('f1');
        if (result.status !== 'succeeded') expect(result.replayed).toBe(true);
        return result;
      },
      { timeout: 40_000, interval: 250 },
    );
    expect(later.status).toMatch(/^(succeeded|outcome_unknown)$/);
    const seen = await effects();
    measured({ row: 'F1', what: 'effects of a call and its repeats', unit: 'effects', value: seen, bound: 1 });
    expect(seen).toBeLessThanOrEqual(1);
  });
});

describe('F3: an executor stopped in the middle of a call', () => {
  test('is fenced: what it brings when it goes on is not told, and it acts on nothing that waited', async () => {
    system.proxies.upstream.inject({ kind: 'timeout', ms: 0 }, { direction: 'toClient' });
    const calling = book('f3');
    await vi.waitFor(async () => expect(await effects()).toBe(1), { timeout: 20_000, interval: 20 });
    const victim = await carrier();
    stop(victim.pid as number);
    await system.proxies.upstream.heal();
    expect((await calling).status).toBe('outcome_unknown');

    // Calls that the stopped process holds in its socket: their callers are told, and must not be surprised later.
    const others = await Promise.all(
      Array.from({ length: 20 }, (_, number) =>
        system.agent.execute(`${id}_book`, { number: 100 + number }, { deadlineMs }),
      ),
    );
    const unanswered = others.filter(({ status }) => status !== 'succeeded').length;
    const answer = await settled('f3');
    expect(answer.status).toBe('outcome_unknown');
    const before = await effects();
    process.kill(victim.pid as number, 'SIGCONT');
    await vi.waitFor(
      async () => {
        // It serves again: its instance has a part in what follows.
        await Promise.all(Array.from({ length: 8 }, (_, number) => system.agent.execute(`${id}_look`, { number })));
        const { events } = await system.admin.queryAudit({ class: 'execution', tool: `${id}_look`, limit: 1_000 });
        expect(events.some(({ source }) => source.endsWith(`/${victim.instance}`))).toBe(true);
      },
      { timeout: 30_000, interval: 250 },
    );
    const after = await Promise.all(Array.from({ length: 10 }, () => book('f3')));
    const stale = after.filter(
      ({ status, execution_id }) => status !== 'outcome_unknown' || execution_id !== answer.execution_id,
    );
    measured({ row: 'F3', what: 'stale replies after the pause', unit: 'replies', value: stale.length, bound: 0 });
    expect(stale).toEqual([]);
    // What the call came to for the stopped one is on record too, though its connection was lost with it.
    await vi.waitFor(
      async () => {
        const { events } = await system.admin.queryAudit({ class: 'execution', tool: `${id}_book`, limit: 1_000 });
        // Repeats that it answered from the ledger are outcomes of the same execution.
        const own = events.filter(
          ({ source, subject, data }) =>
            subject === answer.execution_id && source.endsWith(`/${victim.instance}`) && !data.replayed,
        );
        expect(own.map(({ data }) => data.outcome === 'intent').sort()).toEqual([false, true]);
      },
      { timeout: 30_000, interval: 250 },
    );
    const late = (await effects()) - before;
    measured({
      row: 'F3',
      what: `effects of ${unanswered} calls given up meanwhile`,
      unit: 'effects',
      value: late,
      bound: 0,
    });
    expect(late).toBe(0);
  });
});

describe('one key', () => {
  test('100 requests at once are one upstream call and 100 equal answers', async () => {
    await system.sandbox.behave({ integration: id, do: { kind: 'delay', ms: 100 } });
    const results = await Promise.all(
      Array.from({ length: 100 }, () =>
        system.agent.execute(`${id}_book`, { number: 1 }, { idempotencyKey: 'one', deadlineMs: 10_000 }),
      ),
    );
    const calls = (await system.sandbox.requests({ tool: `${id}_book` })).length;
    const answers = new Set(
      results.map(({ execution_id, status, output }) => JSON.stringify({ execution_id, status, output })),
    );
    measured({ row: 'one key', what: 'upstream calls for 100 requests', unit: 'calls', value: calls, bound: 1 });
    measured({ row: 'one key', what: 'different answers among 100', unit: 'answers', value: answers.size, bound: 1 });
    expect(calls).toBe(1);
    expect(answers.size).toBe(1);
    expect(results[0]?.status).toBe('succeeded');
    expect(results.filter(({ replayed }) => replayed)).toHaveLength(99);
  });
});

describe('F31: an executor told to end under load', () => {
  test('drains: every call it accepted is answered', async () => {
    await system.sandbox.behave({ integration: id, do: { kind: 'delay', ms: 50, jitterMs: 50 } });
    let ending: Promise<void> | null = null;
    const results: ExecutionResult[] = [];
    const worker = async (first: number) => {
      for (let number = first; number < 400; number += 16) {
        if (number >= 100) ending ??= system.executors()[0]?.stop() ?? null;
        results.push(
          await system.agent.execute(`${id}_book`, { number }, { idempotencyKey: `f31-${number}`, deadlineMs: 10_000 }),
        );
      }
    };
    await Promise.all(Array.from({ length: 16 }, (_, first) => worker(first)));
    await ending;
    const dropped = results.filter(({ status }) => status !== 'succeeded');
    measured({ row: 'F31', what: 'accepted calls dropped of 400', unit: 'calls', value: dropped.length, bound: 0 });
    expect(dropped).toEqual([]);
    expect(await effects()).toBe(400);
  });
});
