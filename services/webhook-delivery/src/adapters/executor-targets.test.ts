import { type ErrorCode, errorBody, newId, PatchbayError, PlanRequest } from '@patchbay/contracts';
import { describe, expect, test } from 'vitest';
import { bytes, webhookEvent, webhookSubscription } from '../domain/event.fixture.ts';
import { viewOf } from '../domain/event-view.ts';
import type { Attempt } from '../operations/targets.ts';
import { createPlanTarget, createToolTarget } from './executor-targets.ts';

const plan = PlanRequest.parse({ calls: [{ id: 'a', tool: 'x_y' }] });
function attempt(kind: 'tool' | 'plan', over: Partial<Attempt> = {}): Attempt {
  return {
    subscription: webhookSubscription({
      target: kind === 'tool' ? { kind, tool: 'x_y', arguments: {} } : { kind, plan },
    }),
    delivery: newId('delivery'),
    replay: null,
    view: viewOf(webhookEvent(), bytes('{}')),
    payload: bytes('{}'),
    signal: new AbortController().signal,
    traceparent: '00-1-1-01',
    ...over,
  };
}
const answering = (answer: unknown) => ({ request: async () => answer }) as never;
const failing = (error: unknown) => ({ request: () => Promise.reject(error) }) as never;
const result = (status: string, code: ErrorCode | null, over = {}) => ({
  execution_id: 'exe_1',
  status,
  error: code === null ? null : errorBody(code, over),
});

describe('a tool that', () => {
  test.each([
    ['succeeded', null, { outcome: 'succeeded', executionId: 'exe_1' }],
    ['outcome_unknown', 'outcome_unknown', { outcome: 'outcome_unknown', another: 'never' }],
    ['refused', 'invalid_arguments', { outcome: 'refused', another: 'never' }],
    ['refused', 'tool_not_found', { outcome: 'refused', another: 'never' }],
    ['refused', 'connection_missing', { outcome: 'refused', another: 'again' }],
    ['refused', 'credential_expired', { outcome: 'refused', another: 'again' }],
    ['failed', 'credential_expired', { outcome: 'failed', another: 'never' }],
    ['failed', 'upstream_error', { outcome: 'failed', another: 'never' }],
    ['failed', 'rate_limited', { outcome: 'failed', another: 'again' }],
    ['refused', 'circuit_open', { outcome: 'refused', another: 'again' }],
    ['failed', 'upstream_unreachable', { outcome: 'failed', another: 'again' }],
    ['refused', 'overloaded', { outcome: 'refused', another: 'ours' }],
    ['refused', 'vault_unavailable', { outcome: 'refused', another: 'ours' }],
    ['refused', 'audit_unavailable', { outcome: 'refused', another: 'ours' }],
    ['refused', 'in_progress', { outcome: 'refused', another: 'ours' }],
    ['cancelled', 'cancelled', { outcome: 'failed', another: 'never' }],
  ] as const)('%s (%s): %j', async (status, code, expected) => {
    expect(await createToolTarget(answering(result(status, code)))(attempt('tool'))).toMatchObject(expected);
  });

  test('asks for time is left that time', async () => {
    const busy = result('failed', 'rate_limited', { retryAfterMs: 7_000 });
    expect(await createToolTarget(answering(busy))(attempt('tool'))).toMatchObject({ retryAfterMs: 7_000 });
  });

  test.each([
    ['overloaded', { another: 'ours' }],
    ['outcome_unknown', { another: 'ours' }],
    ['deadline_exceeded', { another: 'ours' }],
    ['cancelled', { another: 'ours' }],
    ['invalid_request', { outcome: 'refused', another: 'never' }],
    ['not_permitted', { outcome: 'refused', another: 'never' }],
  ] as const)('gave no answer (%s): %j', async (code, expected) => {
    expect(await createToolTarget(failing(new PatchbayError(code)))(attempt('tool'))).toMatchObject(expected);
  });

  test('fails by a defect is not made to look like anything else', async () => {
    await expect(createToolTarget(failing(new TypeError('x')))(attempt('tool'))).rejects.toThrow(TypeError);
  });
});

describe('the key', () => {
  const keysOf = async (replay: Attempt['replay']) => {
    const keys: string[] = [];
    const asking = {
      request: async (_: unknown, __: unknown, body: { idempotency_key: string }) => {
        keys.push(body.idempotency_key);
        return result('succeeded', null);
      },
    } as never;
    const one = attempt('tool', { replay });
    await createToolTarget(asking)(one);
    return { key: keys[0], own: `${one.view.event.id}-${one.subscription.id}`, delivery: one.delivery };
  };

  test('is of the event and the subscription, also for a replay of what may have had its effect', async () => {
    for (const replay of [null, { mayAct: false }]) {
      const { key, own } = await keysOf(replay);
      expect(key).toBe(own);
    }
  });

  test('is a replay’s own where what it repeats had no effect', async () => {
    const { key, own, delivery } = await keysOf({ mayAct: true });
    expect(key).toBe(`${own}-${delivery}`);
  });
});

describe('a plan', () => {
  const call = (id: string, status: string, code: ErrorCode | null, skipped: object | null = null) => ({
    ...result(status, code),
    id,
    skipped,
  });
  const sent = (status: string, results: unknown[], error: ErrorCode | null = null) =>
    createPlanTarget(answering({ plan_id: 'pln_1', status, results, error: error && errorBody(error) }))(
      attempt('plan'),
    );

  test('is done when it has succeeded', async () => {
    expect(await sent('succeeded', [call('a', 'succeeded', null)])).toMatchObject({ outcome: 'succeeded' });
  });

  test('is repeated when all that failed may be asked again', async () => {
    const results = [call('a', 'succeeded', null), call('b', 'failed', 'rate_limited'), call('c', 'skipped', null, {})];
    expect(await sent('partial', results)).toMatchObject({
      another: 'again',
      message: expect.stringContaining("call 'b'"),
    });
  });

  test('is not repeated when something must not be, and says which', async () => {
    const results = [call('a', 'failed', 'rate_limited'), call('b', 'failed', 'upstream_error')];
    expect(await sent('failed', results)).toMatchObject({ another: 'never', errorCode: 'upstream_error' });
    const unknown = [call('a', 'failed', 'upstream_error'), call('b', 'outcome_unknown', 'outcome_unknown')];
    expect(await sent('failed', unknown)).toMatchObject({ outcome: 'outcome_unknown', another: 'never' });
  });

  test('that was refused as a whole, or whose answer is lost, is told as that', async () => {
    expect(await sent('refused', [], 'invalid_arguments')).toMatchObject({
      outcome: 'refused',
      errorCode: 'invalid_arguments',
    });
    expect(await sent('outcome_unknown', [])).toMatchObject({ outcome: 'outcome_unknown', another: 'never' });
  });
});
