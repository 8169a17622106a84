import { PatchbayError } from '@patchbay/contracts';
import type { EgressFailureKind } from '@patchbay/egress';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { bytes, webhookEvent, webhookSubscription } from '../domain/event.fixture.ts';
import { viewOf } from '../domain/event-view.ts';
import type { Attempt } from '../operations/targets.ts';
import { createHttpTarget, type HttpTargetOptions } from './http-target.ts';
import { signWebhook } from './sign-webhook.ts';

const key = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const secret = { id: 'sec_01JD0000000000000000000001', created_at: '2026-11-29T00:00:00.000Z', expires_at: null };
const now = Date.parse('2026-11-29T12:00:00Z');
const holding = { of: async () => new Map([[secret.id, key]]) };

function attempt(over: Partial<Attempt> = {}): Attempt {
  const event = webhookEvent();
  return {
    subscription: webhookSubscription({
      target: { kind: 'http', url: 'https://target.example.com/in', headers: {}, payload: 'raw' },
      secrets: [secret],
    }),
    delivery: 'dlv_01JD0000000000000000000001',
    replay: null,
    view: viewOf(event, bytes('{}')),
    payload: bytes('{}'),
    signal: new AbortController().signal,
    traceparent: '00-1-1-01',
    ...over,
  };
}
const failing = (kind: EgressFailureKind): HttpTargetOptions['egress'] => ({
  open: async () => ({ ok: false, failure: { kind, sent: false, reason: 'connect_refused', message: 'no' } }) as never,
});
const send = (egress: HttpTargetOptions['egress'], secrets: HttpTargetOptions['secrets'] = holding, one = attempt()) =>
  createHttpTarget({ egress, secrets, now: () => now })(one);

describe('an attempt that got no answer', () => {
  test.each([
    ['denied', { outcome: 'refused', another: 'never', errorCode: 'egress_denied' }],
    ['exhausted', { outcome: 'failed', another: 'ours', errorCode: 'overloaded' }],
    ['aborted', { outcome: 'failed', another: 'ours', errorCode: 'cancelled' }],
    ['deadline', { outcome: 'failed', another: 'again', errorCode: 'deadline_exceeded' }],
    ['too_large', { outcome: 'failed', another: 'again', errorCode: 'response_invalid' }],
    ['invalid_response', { outcome: 'failed', another: 'again', errorCode: 'response_invalid' }],
    ['unreachable', { outcome: 'failed', another: 'again', errorCode: 'upstream_unreachable' }],
    ['connection_lost', { outcome: 'failed', another: 'again', errorCode: 'upstream_unreachable' }],
  ] as const)('because it was %s: %j', async (kind, expected) => {
    expect(await send(failing(kind))).toMatchObject(expected);
  });
});

describe('without a key', () => {
  const never: HttpTargetOptions['egress'] = {
    open: () => {
      throw new Error('something was sent');
    },
  };

  test('nothing is sent, and it is a failure of ours', async () => {
    const away = { of: () => Promise.reject(new PatchbayError('vault_unavailable')) };
    expect(await send(never, away)).toMatchObject({ another: 'ours', errorCode: 'vault_unavailable' });
    expect(await send(never, { of: async () => new Map() })).toMatchObject({ another: 'ours' });
    const ended = attempt();
    const subscription = { ...ended.subscription, secrets: [{ ...secret, expires_at: '2026-11-29T11:59:59.000Z' }] };
    expect(await send(never, holding, { ...ended, subscription })).toMatchObject({ another: 'ours' });
  });

  test('what is a defect stays one', async () => {
    await expect(send(never, { of: () => Promise.reject(new TypeError('x')) })).rejects.toThrow(TypeError);
  });
});

test('signatures are those of the specification’s example, under each key, newest first', () => {
  const example = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
  const body = '{"test": 2432232314}';
  expect(signWebhook([example, key], id, 1_614_265_330, body)).toEqual({
    'webhook-id': id,
    'webhook-timestamp': '1614265330',
    'webhook-signature': `v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= ${new Webhook(key).sign(id, new Date(1_614_265_330_000), body)}`,
  });
});
