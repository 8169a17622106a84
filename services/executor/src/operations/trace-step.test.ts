import { PatchbayError } from '@patchbay/contracts';
import type { Span, SpanAttributes } from '@patchbay/service-kit';
import { describe, expect, test } from 'vitest';
import { harness } from './fakes.test-support.ts';
import { traceStep } from './trace-step.ts';

interface Seen {
  readonly name: string;
  attributes: SpanAttributes;
  error?: string | null;
}

/** A span whose children are written down. */
function spanOf(recording: boolean) {
  const seen: Seen[] = [];
  const child: Span['child'] = (name) => {
    const own: Seen = { name, attributes: {} };
    seen.push(own);
    return {
      set: (attributes) => void Object.assign(own.attributes, attributes),
      end(error = null) {
        own.error = error;
      },
    } as Span;
  };
  return { seen, span: { recording, child } };
}

describe('the steps of an execution', () => {
  test('have spans while it is traced, which say how they ended', async () => {
    const { seen, span } = spanOf(true);
    const limits = [{ waitMs: 5, intervalMs: 1, scope: 'tenant' as const }, null];
    const traced = harness({ limits: { applies: () => true, admit: async () => limits.shift() ?? null } });
    await traced.run({ idempotency_key: 'k' }, { span });
    expect(Object.fromEntries(seen.map((one) => [one.name, one]))).toMatchObject({
      'claim key': { attributes: { 'patchbay.ledger.claim': 'won' }, error: null },
      'record intent': { error: null },
      'ask rate limits': { attributes: { 'patchbay.limiter.waited_ms': expect.any(Number) }, error: null },
    });
  });

  test('are ended with the code of what went wrong', async () => {
    const { seen, span } = spanOf(true);
    const full = harness({
      limits: { applies: () => true, admit: async () => ({ waitMs: 60_000, intervalMs: 1, scope: 'tool' }) },
    });
    await full.run({}, { span });
    expect(seen.find(({ name }) => name === 'ask rate limits')?.error).toBe('rate_limited');
    const away = Promise.reject(new PatchbayError('audit_unavailable'));
    await expect(traceStep(span, 'record intent', away)).rejects.toThrow();
    expect(seen.at(-1)).toMatchObject({ name: 'record intent', error: 'audit_unavailable' });
  });

  test('have none when it is not: the work itself is handed on', async () => {
    const { seen, span } = spanOf(false);
    const plain = harness({ limits: { applies: () => true, admit: async () => null } });
    await plain.run({ idempotency_key: 'k' }, { span });
    expect(seen).toEqual([]);
    const work = Promise.resolve(1);
    expect(traceStep(span, 'claim key', work)).toBe(work);
    expect(traceStep(undefined, 'claim key', work)).toBe(work);
  });
});
