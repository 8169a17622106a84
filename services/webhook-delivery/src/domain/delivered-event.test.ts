import { DeliveredEvent, newId } from '@patchbay/contracts';
import { expect, test } from 'vitest';
import { deliveredEvent } from './delivered-event.ts';
import { bytes, webhookEvent } from './event.fixture.ts';
import { viewOf } from './event-view.ts';

const names = { delivery: newId('delivery'), subscription: newId('subscription') };

function told(payload: Uint8Array, maxBytes = 100_000) {
  const view = viewOf(webhookEvent(), payload);
  const base64 = () => Buffer.from(payload).toString('base64');
  const text = deliveredEvent(names, view, { bytes: payload.byteLength, base64 }, maxBytes);
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(maxBytes);
  return DeliveredEvent.parse(JSON.parse(text));
}

test('JSON is told as it is, beside what is known of the event', () => {
  expect(told(bytes('{"a":[1]}'))).toMatchObject({
    ...names,
    event: { tenant: 'acme', type: 'ticket.created', scheme: 'stripe' },
    body: { a: [1] },
    body_base64: null,
  });
});

test('nothing of the request’s headers is told', () => {
  expect(JSON.stringify(told(bytes('{}')))).not.toContain('X-Kind');
});

test('what is no JSON is told as its bytes', () => {
  expect(told(new Uint8Array([0xff, 1]))).toMatchObject({ body: null, body_base64: '/wE=' });
  expect(told(bytes(''))).toMatchObject({ body: null, body_base64: null });
});

test('what would not fit is left out', () => {
  expect(told(bytes(JSON.stringify({ text: 'ä'.repeat(60_000) })))).toMatchObject({ body: null, body_base64: null });
  expect(told(bytes(JSON.stringify({ text: 'ä'.repeat(40_000) })))).toMatchObject({
    body: { text: expect.any(String) },
  });
  expect(told(new Uint8Array(90_000).fill(0xff))).toMatchObject({ body: null, body_base64: null });
});
