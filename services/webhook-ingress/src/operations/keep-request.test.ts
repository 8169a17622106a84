import { maxKeptBytes, newId, StoredKeptRequest, type WebhookSource } from '@patchbay/contracts';
import { loadSchemes } from '@patchbay/webhook-schemes';
import { describe, expect, test, vi } from 'vitest';
import { createKeepRequest, type KeptFacts } from './keep-request.ts';

const stripe = loadSchemes().get('stripe') ?? null;
const at = '2026-11-29T12:00:00.000Z';
const source = { id: newId('webhookSource'), tenant: 'acme', scheme: 'stripe' } as WebhookSource;

function facts(over: Partial<KeptFacts> = {}): KeptFacts {
  const headers = [['X-A', '1']] as const;
  const body = Buffer.from('{"a":1}');
  return {
    arrival: {
      id: newId('webhookRequest'),
      source: source.id,
      method: 'POST',
      target: '/',
      headers,
      body,
      receivedAt: new Date(at),
      traceparent: null,
    },
    source,
    scheme: stripe,
    request: { method: 'POST', url: 'https://hooks.example.com/', headers, body },
    status: 401,
    rejection: {
      step: 'verify',
      reason: 'signature_wrong',
      message: 'no',
      variant: 'default',
      signed: Buffer.from('1.{"a":1}'),
    },
    secrets: [],
    ...over,
  };
}

describe('a request that became no event', () => {
  test('is kept with why, as its contract says', async () => {
    const put = vi.fn(async (_request: StoredKeptRequest) => {});
    const { keep, settled } = createKeepRequest({ kept: { put }, report: () => {} });
    expect(keep(facts())).toBe(true);
    await settled();
    const [[stored] = []] = put.mock.calls;
    expect(StoredKeptRequest.parse(stored)).toMatchObject({
      step: 'verify',
      reason: 'signature_wrong',
      body_bytes: 7,
      received_at: at,
    });
  });

  test('is kept in part where it is long, and without the secret that somebody put into it', async () => {
    const put = vi.fn(async (_request: StoredKeptRequest) => {});
    const { keep, settled } = createKeepRequest({ kept: { put }, report: () => {} });
    const body = Buffer.from(`hush-secret${'x'.repeat(2 * maxKeptBytes)}`);
    const { request } = facts();
    keep(facts({ request: { ...request, body, url: 'https://h/?a=hush-secret' }, secrets: ['hush-secret'] }));
    await settled();
    const stored = put.mock.calls[0]?.[0];
    expect(stored?.body_bytes).toBe(body.length);
    expect(Buffer.from(stored?.body ?? '', 'base64')).toHaveLength(maxKeptBytes);
    expect(JSON.stringify(stored) + Buffer.from(stored?.body ?? '', 'base64')).not.toContain('hush-secret');
  });

  test('is one of ten a second at most of its source, and of 32 that are being written', async () => {
    let now = 5_000;
    const written = Promise.withResolvers<void>();
    const { keep, settled } = createKeepRequest({
      kept: { put: () => written.promise },
      report: () => {},
      now: () => now,
    });
    const kept = (count: number, of: WebhookSource = source) =>
      Array.from({ length: count }, () => keep(facts({ source: of }))).filter(Boolean).length;
    expect(kept(15)).toBe(10);
    expect(kept(15, { ...source, id: newId('webhookSource') })).toBe(10);
    now = 6_000;
    expect(kept(15)).toBe(10);
    expect(kept(15, { ...source, id: newId('webhookSource') })).toBe(2);
    written.resolve();
    await settled();
    now = 7_000;
    expect(kept(1)).toBe(1);
  });

  test('that cannot be kept is told to the operator, and to nobody else', async () => {
    const report = vi.fn();
    const { keep, settled } = createKeepRequest({ kept: { put: () => Promise.reject(new Error('away')) }, report });
    expect(keep(facts())).toBe(true);
    await settled();
    expect(report).toHaveBeenCalledTimes(1);
  });
});
