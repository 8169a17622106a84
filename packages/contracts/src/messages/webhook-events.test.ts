import { describe, expect, test } from 'vitest';
import { webhookSubject } from '../streams.ts';
import { buildSubject } from '../subjects.ts';
import { decodeWebhookEvent, encodeWebhookEvent, eventTypeToken, type WebhookEvent } from './webhook-events.ts';

const event: WebhookEvent = {
  id: 'evt_01JD0000000000000000000000',
  tenant: 'acme',
  source: 'src_01JD0000000000000000000000',
  scheme: 'stripe',
  variant: 'default',
  secret_id: 'sec_01JD0000000000000000000000',
  type: 'invoice.paid – für ü',
  vendor_id: 'evt_1',
  dedup_key: 'a'.repeat(64),
  guard_key: null,
  received_at: '2026-11-29T12:00:00.000Z',
  request: {
    id: 'req_01JD0000000000000000000000',
    method: 'POST',
    url: 'https://h/hooks/x',
    headers: [['A', 'b\u00e9']],
  },
  index: 0,
  count: 1,
  content_type: null,
  traceparent: null,
};

describe('a webhook event', () => {
  test('goes through a header and back, whatever characters it has', () => {
    expect(encodeWebhookEvent(event)).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(decodeWebhookEvent(encodeWebhookEvent(event))).toEqual(event);
  });

  test.each([null, '', 'e30', '!!', Buffer.from('{"id":1').toString('base64url')])(
    'is none in the header %j',
    (header) => expect(decodeWebhookEvent(header)).toBeNull(),
  );

  test.each([
    ['invoice.paid', 'invoice_paid'],
    ['*', '_'],
    ['', '_'],
    ['a b>c.ü', 'a_b_c__'],
    ['x'.repeat(300), 'x'.repeat(100)],
  ])('of type %j stands in a subject as %j', (type, token) => {
    expect(eventTypeToken(type)).toBe(token);
    expect(buildSubject(webhookSubject, { tenant: 'acme', source: event.source, event_type: token })).toContain(token);
  });
});
