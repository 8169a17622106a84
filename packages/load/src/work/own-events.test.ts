import { loadSchemes, readEvents, signSample, verifyRequest, type WebhookScheme } from '@patchbay/webhook-schemes';
import { expect, test } from 'vitest';
import { withOwnEvent } from './own-events.ts';

const schemes = [...loadSchemes().values()];
const url = 'https://hooks.example.com/hooks/source';
const secretOf = (scheme: WebhookScheme) => (scheme.id === 'standard_webhooks' ? `whsec_${btoa('secret')}` : 'secret');

test.for(['stripe', 'standard_webhooks', 'slack'])('%s: each is verified, and an event of its own', async (id) => {
  const scheme = schemes.find((one) => one.id === id) as WebhookScheme;
  const secret = secretOf(scheme);
  const now = Date.now();
  const ids: (string | null)[] = [];
  for (const own of ['evt_load_1', 'evt_load_2']) {
    const { request } = await signSample(withOwnEvent(scheme, own) as WebhookScheme, { secret, url, now });
    const verdict = await verifyRequest(scheme, request, [{ id: 'sec', value: secret, expiresAt: null }], {
      now,
      fetchCertificate: () => Promise.reject(new Error('none is needed')),
    });
    if (!verdict.ok) throw new Error(verdict.message);
    ids.push(...readEvents(scheme, verdict).map((event) => event.id));
  }
  expect(ids).toEqual(['evt_load_1', 'evt_load_2']);
});

test('schemes whose events have no such id are told, and the scheme itself is left as it is', () => {
  const before = JSON.stringify(schemes);
  const able = schemes.filter((scheme) => withOwnEvent(scheme, 'evt_1') !== null).map(({ id }) => id);
  expect(able).toContain('stripe');
  expect(able).not.toContain('twilio');
  expect(JSON.stringify(schemes)).toBe(before);
});
