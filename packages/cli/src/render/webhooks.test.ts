import type { Delivery, StoredKeptRequest, WebhookSourceView, WebhookSubscription } from '@patchbay/contracts';
import { describe, expect, test } from 'vitest';
import { renderDelivery } from './deliveries.ts';
import { renderForwarded } from './forwarded.ts';
import { renderRequest } from './hook-request.ts';
import { renderKeptRequest } from './kept-requests.ts';
import { createStyle } from './style.ts';
import { renderSource } from './webhook-sources.ts';
import { renderSubscription } from './webhook-subscriptions.ts';

const style = createStyle(false);
const at = '2026-11-29T12:00:00.000Z';
const src = 'src_01JD0000000000000000000000';
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('a request that was turned away', () => {
  const kept: StoredKeptRequest = {
    id: 'req_01JD0000000000000000000000',
    tenant: 'acme',
    source: src,
    kind: 'rejected',
    received_at: at,
    status: 401,
    step: 'verify',
    reason: 'signature_wrong',
    message: 'The signature is not that of the body under any secret of the source.',
    scheme: 'stripe',
    variant: 'default',
    method: 'POST',
    url: `https://hooks.example.com/hooks/${src}`,
    body_bytes: 11,
    headers: [['Stripe-Signature', 't=1,v1=ab']],
    body: base64('{"id":"e"}'),
    signed: base64('1.{"id":"e"}'),
  };

  test('tells the step, why, what was signed and what to look at', () => {
    expect(renderKeptRequest(kept, style)).toBe(
      [
        `req_01JD0000000000000000000000  stripe  ${src}`,
        '  received  2026-11-29 12:00:00, answered 401',
        '  rejected  signature_wrong at step verify, variant default',
        '  because   The signature is not that of the body under any secret of the source.',
        expect.any(String),
        '  again     patchbay webhooks inspect req_01JD0000000000000000000000 --raw > request.http',
        `            patchbay webhooks verify stripe request.http --at ${at} --url https://hooks.example.com/hooks/${src} --secret-file <file>`,
        '',
        'The signature was computed over these 12 bytes:',
        '1.{"id":"e"}',
        '',
        `POST https://hooks.example.com/hooks/${src}`,
        'Stripe-Signature: t=1,v1=ab',
        '',
        '{"id":"e"}',
        '(of 11 bytes, 10 are kept)',
      ]
        .map((line) => (typeof line === 'string' ? line : hintOf(renderKeptRequest(kept, style))))
        .join('\n'),
    );
    expect(hintOf(renderKeptRequest(kept, style))).toMatch(/Another secret .* public URL/);
  });

  test('of a reason that is not known has no hint, and a capture no verdict', () => {
    expect(hintOf(renderKeptRequest({ ...kept, reason: 'brand_new', signed: null }, style))).toBe('');
    const captured = renderKeptRequest({ ...kept, kind: 'captured', step: 'none', reason: null, scheme: null }, style);
    expect(captured).toContain('captured: a bin takes everything');
    expect(captured).not.toContain('rejected');
  });
});

function hintOf(text: string): string {
  return text.split('\n').find((line) => line.startsWith('  next')) ?? '';
}

describe('a body', () => {
  const request = (body: Uint8Array) => ({ method: 'POST', url: 'https://x.example/h', headers: [], body });

  test('is cut where it is long, unless all is wanted', () => {
    const long = request(Buffer.from('a'.repeat(3_000)));
    expect(renderRequest(long, style)).toContain('… 3000 bytes in all: --all shows them');
    expect(renderRequest(long, style, true)).toContain('a'.repeat(3_000));
  });

  test('that is no text is said, and cannot move the cursor', () => {
    expect(renderRequest(request(Buffer.from([0xff, 0xfe, 1])), style)).toContain('(3 bytes that are no text)');
    expect(renderRequest(request(Buffer.from('a\u001b[2Jb')), style)).toContain('a·[2Jb');
    expect(renderRequest(request(Buffer.alloc(0)), style)).toBe('POST https://x.example/h');
  });
});

test('a delivery tells each attempt', () => {
  const delivery: Delivery = {
    id: 'dlv_01JD0000000000000000000000',
    tenant: 'acme',
    subscription: 'sub_01JD0000000000000000000000',
    source: src,
    event: 'evt_01JD0000000000000000000000',
    event_type: 'paid',
    state: 'waiting',
    attempts: [
      {
        number: 1,
        started_at: at,
        duration_ms: 84,
        outcome: 'failed',
        status: 503,
        error_code: 'upstream_error',
        message: null,
        answer: 'come\nagain',
        execution_id: null,
      },
    ],
    created_at: at,
    next_attempt_at: '2026-11-29T12:00:05.000Z',
    finished_at: null,
    replay_of: 'dlv_01JD0000000000000000000001',
  };
  expect(renderDelivery(delivery, style)).toBe(
    [
      'dlv_01JD0000000000000000000000  to sub_01JD0000000000000000000000  waiting after 1 attempt, again for dlv_01JD0000000000000000000001',
      '  1. 2026-11-29 12:00:00  failed in 84 ms  HTTP 503, upstream_error  come again',
      '  next attempt at 2026-11-29 12:00:05',
    ].join('\n'),
  );
});

test('what was forwarded tells the answer when it was none, and what did not go along', () => {
  const forwarded = {
    event: 'evt_1',
    request: 'req_1',
    scheme: 'stripe',
    type: 'paid',
    events: 1,
    ok: true,
    status: 204,
    duration_ms: 12,
    answer: 'not shown',
    withheld: [],
  };
  expect(renderForwarded(forwarded, style)).toBe('204 in 12 ms     evt_1  stripe  paid');
  expect(
    renderForwarded({ ...forwarded, ok: false, status: null, events: 2, answer: 'nobody', withheld: ['Token'] }, style),
  ).toBe('no answer        evt_1  stripe  paid  2 events  without Token  nobody');
});

test('a source tells its URL, or how it gets one, and since when its secrets count', () => {
  const source: WebhookSourceView = {
    id: src,
    tenant: 'acme',
    name: 'Shop',
    mode: 'verify',
    scheme: 'stripe',
    variant: 'v1',
    settings: { webhook_id: 'WH' },
    secrets: [
      { id: 'sec_1', created_at: at, expires_at: '2026-11-30T12:00:00.000Z' },
      { id: 'sec_2', created_at: at, expires_at: null },
    ],
    public_url: null,
    dedup_window_h: 96,
    enabled: false,
    created_at: at,
    updated_at: at,
    url: null,
  };
  const shown = renderSource(source, style);
  expect(shown).toContain(
    `PATCHBAY_INGRESS_PUBLIC_URL, or: patchbay webhooks sources change ${src} --public-url <url>`,
  );
  expect(shown).toContain('secret   sec_1 since 2026-11-29 12:00:00, counts until 2026-11-30 12:00:00');
  expect(shown).toMatch(/off: its URL answers[\s\S]*variant {2}v1\n.*webhook_id=WH[\s\S]*96 h/);
  expect(renderSource({ ...source, secrets: [], url: 'https://h.example/hooks/x' }, style)).toMatch(/secret {3}none/);
});

test('a subscription tells where events go, and why it stands still', () => {
  const subscription: WebhookSubscription = {
    id: 'sub_01JD0000000000000000000000',
    tenant: 'acme',
    name: 'Orders',
    source: null,
    types: ['order.*'],
    filter: { body: 'paid', equals: true },
    target: { kind: 'tool', tool: 'slack_post_message', arguments: {} },
    retry: { schedule_ms: [5_000, 90_000, 7_200_000], jitter: 0.2 },
    rate: { per_second: 5, burst: 10 },
    concurrency: 8,
    order_by: '{body.customer}',
    state: { value: 'paused', reason: 'the shop moves', since: at },
    once: true,
    expires_at: at,
    secrets: [{ id: 'sec_1', created_at: at, expires_at: at }],
    created_at: at,
    updated_at: at,
  };
  expect(renderSubscription(subscription, style)).toBe(
    [
      'sub_01JD0000000000000000000000  paused since 2026-11-29 12:00:00: the shop moves',
      '  of        tenant acme, Orders',
      '  from      every source, order.*',
      '  filter    {"body":"paid","equals":true}',
      '  to        tool slack_post_message',
      '  retries   after 5 s, 90 s, 2 h, ±20 %',
      '  at once   8, 5 a second, 10 at most after a pause',
      '  in order  by {body.customer}',
      '  once      removed after its first delivery',
      '  until     2026-11-29 12:00:00',
      '  key       sec_1 since 2026-11-29 12:00:00, signs until 2026-11-29 12:00:00',
    ].join('\n'),
  );
});
