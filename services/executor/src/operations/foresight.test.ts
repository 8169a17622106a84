import { PatchbayError } from '@patchbay/contracts';
import { describe, expect, test } from 'vitest';
import { harness, succeeded, toolOf } from './fakes.test-support.ts';

function tooSlow(risk: 'read' | 'write') {
  const asked: number[] = [];
  const made = harness(
    {
      engine: {
        execute: async () => succeeded,
        previewRequest: () => ({}) as never,
        foresee: (_prepared, deadlineAt) => {
          asked.push(deadlineAt);
          return new PatchbayError('deadline_exceeded', { details: { usual_ms: 900 } });
        },
      },
    },
    toolOf({ risk }),
  );
  return { ...made, asked };
}

describe('a call whose deadline is shorter than the tool usually takes', () => {
  test.each(['read', 'write'] as const)('is refused at once for a %s: no intent, no claim', async (risk) => {
    const { run, audited, ledger, background, asked } = tooSlow(risk);
    const receivedAt = performance.now();
    expect(await run({ deadline_ms: 300 }, { receivedAt })).toMatchObject({
      status: 'refused',
      attempts: 0,
      error: { code: 'deadline_exceeded', details: { usual_ms: 900 } },
    });
    expect(asked).toEqual([receivedAt + 300]);
    await background.settled();
    expect(audited.map(([, type, , data]) => [type, data.outcome])).toEqual([
      ['dev.patchbay.execution.outcome', 'refused'],
    ]);
    expect(ledger.entries.size).toBe(0);
  });

  test('goes on as a write with a key, whose answer may be in the ledger, and as a dry run', async () => {
    const { run, asked } = tooSlow('write');
    expect(await run({ idempotency_key: 'toolu_1' })).toMatchObject({ status: 'succeeded' });
    expect(await run({ dry_run: true })).toMatchObject({ status: 'succeeded' });
    expect(asked).toEqual([]);
  });
});
