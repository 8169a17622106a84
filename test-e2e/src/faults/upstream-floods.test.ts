import { readFileSync, writeFileSync } from 'node:fs';
import type { Behaviour } from '@patchbay/testkit/sandbox';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { publish, simpleDocument } from '../system.ts';
import { type FaultSystem, startFaultSystem, startTimeoutMs } from './fault-system.ts';
import { measured } from './measure.ts';

let system: FaultSystem;
let executor = 0;
beforeAll(async () => {
  system = await startFaultSystem({ executors: 1 });
  executor = system.executors()[0]?.pid as number;
}, startTimeoutMs);
afterEach(() => system.sandbox.reset());
afterAll(() => system?.stop());

/** Mebibytes of the executor's memory: now, or the most since `forgetPeak`. */
function memory(of: 'VmRSS' | 'VmHWM'): number {
  return Number(new RegExp(`${of}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${executor}/status`, 'utf8'))?.[1]) / 1_024;
}

function forgetPeak(): void {
  writeFileSync(`/proc/${executor}/clear_refs`, '5');
}

const look = (tool: string, number: number, deadlineMs: number) =>
  system.agent.execute(tool, { number }, { deadlineMs });

describe('F24: an upstream that sends too much', () => {
  const cases: { name: string; behaviour: Behaviour }[] = [
    { name: 'a bomb of 64 MiB', behaviour: { kind: 'lie', as: 'bomb' } },
    { name: 'a body of 1 GiB', behaviour: { kind: 'lie', as: 'huge' } },
    {
      name: 'headers of 60 kB',
      behaviour: { kind: 'status', status: 200, body: {}, headers: { 'x-large': 'h'.repeat(60_000) } },
    },
  ];

  test.each(cases)('$name: cut at the limit, with memory flat', async ({ name, behaviour }) => {
    const id = `large_${cases.findIndex((one) => one.name === name)}`;
    await publish(system, simpleDocument(id));
    for (let number = 0; number < 20; number++) await look(`${id}_look`, number, 5_000);
    await system.sandbox.behave({ integration: id, do: behaviour });
    forgetPeak();
    const before = memory('VmRSS');
    for (let number = 0; number < 4; number++) {
      const { status, error } = await look(`${id}_look`, number, 10_000);
      expect(status).toBe('failed');
      expect(error?.code).toMatch(/^(response_too_large|response_invalid)$/);
    }
    const growth = memory('VmHWM') - before;
    measured({ row: 'F24', what: `${name}: growth of the executor's memory`, unit: 'MiB', value: growth, bound: 64 });
    expect(growth).toBeLessThanOrEqual(64);
  });
});
