import { type ErrorCode, errorBody, type StreamChunk, type StreamCredit } from '@patchbay/contracts';
import { describe, expect, it, vi } from 'vitest';
import { answer } from '../domain/answers.ts';
import { ChunkDelivery, type DeliverySettings } from './deliver-chunks.ts';

function deliveryOf(over: Partial<DeliverySettings> = {}, size = 10) {
  const sent: StreamChunk[] = [];
  const caller = { credit: (_: StreamCredit) => {}, gone: () => {} };
  const abort = new AbortController();
  let open = true;
  const delivery = new ChunkDelivery(
    {
      open(_tenant, _execution, _replyTo, on) {
        Object.assign(caller, on);
        return {
          send(chunk) {
            sent.push(chunk);
            return size;
          },
          close() {
            open = false;
          },
        };
      },
    },
    {
      tenant: 'acme',
      executionId: 'exe_1',
      replyTo: '_INBOX_agent.acme.x',
      window: 2,
      stallMs: 60_000,
      abort,
      allowed: Promise.resolve(),
      ...over,
    },
  );
  const acknowledge = (acknowledged: number, cancel = false) => caller.credit({ acknowledged, cancel });
  return { delivery, sent, abort, caller, acknowledge, isOpen: () => open };
}

/** Whether the promise is still open once everything that can happen at once has. */
async function waits(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  void promise.then(() => {
    settled = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  return !settled;
}

const resultOf = (code: ErrorCode | null) =>
  answer(
    { executionId: 'exe_1', tool: 't', version: '1.0.0', receivedAt: 0, now: 1 },
    code === null ? 'succeeded' : 'cancelled',
    null,
    code === null ? null : errorBody(code),
  );

describe('chunks', () => {
  it('begin with one that tells the execution, and are numbered from 1', async () => {
    const { delivery, sent } = deliveryOf();
    await delivery.deliver('a');
    expect(sent).toEqual([
      { execution_id: 'exe_1', sequence: 0, data: null },
      { execution_id: 'exe_1', sequence: 1, data: 'a' },
    ]);
  });

  it('go a window ahead of what was acknowledged, no further', async () => {
    const { delivery, acknowledge } = deliveryOf();
    await delivery.deliver('a');
    const second = delivery.deliver('b');
    expect(await waits(second)).toBe(true);
    acknowledge(1);
    await second;
    const third = delivery.deliver('c');
    expect(await waits(third)).toBe(true);
    acknowledge(3);
    await third;
  });

  it('take no credit for what was not sent, nor twice for the same', async () => {
    const { delivery, acknowledge } = deliveryOf();
    await delivery.deliver('a');
    acknowledge(50);
    const second = delivery.deliver('b');
    acknowledge(0);
    expect(await waits(second)).toBe(true);
    acknowledge(2);
    await second;
    await delivery.deliver('c');
    acknowledge(1);
    expect(await waits(delivery.deliver('d'))).toBe(true);
  });

  it('are bounded in bytes too, however wide the window', async () => {
    const { delivery, acknowledge } = deliveryOf({ window: 1_000 }, 600_000);
    await delivery.deliver('a');
    const second = delivery.deliver('b');
    expect(await waits(second)).toBe(true);
    acknowledge(1);
    await second;
  });

  it('are not told before they may be, and never when they may not', async () => {
    const allowed = Promise.withResolvers<void>();
    const held = deliveryOf({ allowed: allowed.promise });
    const first = held.delivery.deliver('a');
    expect(await waits(first)).toBe(true);
    expect(held.sent).toHaveLength(1);
    allowed.resolve();
    await first;
    expect(held.sent).toHaveLength(2);

    const refused = deliveryOf({ allowed: Promise.reject(new Error('not recorded')) });
    await refused.delivery.deliver('a');
    expect(refused.sent).toHaveLength(1);
    expect(refused.abort.signal.aborted).toBe(true);
  });
});

describe('a caller', () => {
  it.each([
    ['is gone', 'caller_gone'],
    ['cancels', 'caller_cancelled'],
  ])('that %s stops the execution, and the result says so', async (_what, reason) => {
    const { delivery, sent, abort, caller, acknowledge } = deliveryOf();
    await delivery.deliver('a');
    const second = delivery.deliver('b');
    if (reason === 'caller_gone') caller.gone();
    else acknowledge(0, true);
    await second;
    await delivery.deliver('c');
    expect(abort.signal.aborted).toBe(true);
    expect(sent).toHaveLength(3);
    expect(delivery.seal(resultOf('cancelled'), { streamed: { delivered: 3, cutBy: null } })).toMatchObject({
      stream: { chunks: 2, cut_by: null },
      error: { code: 'cancelled', details: { reason } },
    });
  });

  it('that takes nothing of a full window for too long stops it too', async () => {
    vi.useFakeTimers();
    try {
      const { delivery, abort, acknowledge } = deliveryOf({ stallMs: 1_000 });
      await delivery.deliver('a');
      const second = delivery.deliver('b');
      await vi.advanceTimersByTimeAsync(900);
      acknowledge(1);
      await second;
      const third = delivery.deliver('c');
      await vi.advanceTimersByTimeAsync(999);
      expect(abort.signal.aborted).toBe(false);
      await vi.advanceTimersByTimeAsync(1);
      await third;
      expect(abort.signal.aborted).toBe(true);
      expect(delivery.seal(resultOf('cancelled'), { streamed: { delivered: 3, cutBy: null } }).error?.message).toBe(
        'The caller took no chunks for too long.',
      );
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('an end', () => {
  it('lets whoever waits for room go, and closes the way', async () => {
    const { delivery, isOpen } = deliveryOf();
    await delivery.deliver('a');
    const second = delivery.deliver('b');
    delivery.close();
    await second;
    expect(isOpen()).toBe(false);
  });

  it('by a cancel from elsewhere sends no more', async () => {
    const { delivery, sent, abort } = deliveryOf();
    abort.abort();
    await delivery.deliver('a');
    expect(sent).toHaveLength(1);
    const late = new AbortController();
    late.abort();
    expect(deliveryOf({ abort: late }).sent).toEqual([]);
  });

  it('tells how many chunks there were, and which limit cut them', () => {
    const { delivery } = deliveryOf();
    expect(delivery.seal(resultOf(null), { streamed: { delivered: 0, cutBy: 'max_items' } })).toMatchObject({
      status: 'succeeded',
      stream: { chunks: 0, cut_by: 'max_items' },
    });
  });
});
