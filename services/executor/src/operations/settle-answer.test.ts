import { type ExecutionResult, newId } from '@patchbay/contracts';
import { expect, test } from 'vitest';
import { answer } from '../domain/answers.ts';
import type { Run } from './execution-run.ts';
import { type SettleAnswerPorts, settleAnswer } from './settle-answer.ts';

const executionId = newId('execution');
const facts = { executionId, tool: 'acme_do', version: '1.0.0', receivedAt: 0, now: 0, attempts: 1 };
const fine: ExecutionResult = answer(facts, 'succeeded', { ok: true }, null);

/** A call whose deadline is so many milliseconds away. */
function runWith(leftMs: number): Run {
  return {
    call: { tenant: 'acme', receivedAt: 0 },
    request: { tool: 'acme_do', arguments: {}, context: {}, deadline_ms: 1_000 },
    prepared: { name: 'acme_do', version: '1.0.0', document: {} },
    execution: { executionId, session: null },
    ledgerKey: 'k-1',
    argumentsDigest: '',
    deadlineAt: performance.now() + leftMs,
  } as unknown as Run;
}

function setup() {
  const settled: (boolean | undefined)[] = [];
  const work: Promise<unknown>[] = [];
  const ports: SettleAnswerPorts = {
    ledger: {
      settle: async (_tenant: string, _key: string, _record: unknown, _revision: number, told?: boolean) => {
        settled.push(told);
        return true;
      },
    } as unknown as SettleAnswerPorts['ledger'],
    announce: { finished: () => {} } as unknown as SettleAnswerPorts['announce'],
    background: (one) => void work.push(one),
  };
  return { settled, work, ports };
}

test('an answer that is told first is kept with patience, so that a repeat hears the same', async () => {
  const { settled, work, ports } = setup();
  expect(await settleAnswer(ports, runWith(1_000), 1, fine)).toBe(fine);
  expect(settled).toEqual([]);
  await Promise.all(work);
  expect(settled).toEqual([true]);
});

test('an answer that comes late is kept before it is told, and nobody waits for minutes', async () => {
  const { settled, work, ports } = setup();
  expect(await settleAnswer(ports, runWith(-5_000), 1, fine)).toBe(fine);
  expect(settled).toEqual([false]);
  expect(work).toEqual([]);
});
