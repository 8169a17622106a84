import { describe, expect, test } from 'vitest';
import { buckets } from '../streams.ts';
import { maxMessageBytes } from './execution.ts';
import { WebhookSecretValue } from './webhook-secrets.ts';
import { AddSourceRequest, maxKeptBytes, PublicBaseUrl } from './webhook-sources.ts';

describe('a webhook source', () => {
  test('has a scheme exactly when it verifies', () => {
    const accepts = (over: object) => AddSourceRequest.safeParse({ tenant: 'acme', ...over }).success;
    expect(accepts({ scheme: 'stripe' })).toBe(true);
    expect(accepts({ mode: 'capture' })).toBe(true);
    expect(accepts({})).toBe(false);
    expect(accepts({ mode: 'capture', scheme: 'stripe' })).toBe(false);
  });

  test.each([
    ['https://hooks.example.com/', 'https://hooks.example.com'],
    ['https://example.com:8443/base/', 'https://example.com:8443/base'],
  ])('is reached under %s without the slash at its end', (url, base) => expect(PublicBaseUrl.parse(url)).toBe(base));

  test.each(['ftp://a.example', 'https://a.example/?b', 'https://u:p@a.example', 'a.example'])(
    'is not reached under %s',
    (url) => expect(PublicBaseUrl.safeParse(url).success).toBe(false),
  );

  test('has no blank secret', () => {
    expect(WebhookSecretValue.safeParse({ value: ' \n' }).success).toBe(false);
    expect(WebhookSecretValue.safeParse({ value: ' whsec_x' }).success).toBe(true);
  });

  test('keeps no more of a request than a message and its bucket hold', () => {
    const base64 = (bytes: number) => Math.ceil(bytes / 3) * 4;
    const stored = 2 * base64(maxKeptBytes) + 128 * 1_024;
    expect(stored).toBeLessThan(Math.min(maxMessageBytes, buckets.webhook_rejected.maxValueBytes));
  });
});
