import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Independent, post, schemeOf, verdictOf } from './flipped-bits.test-support.ts';
import { readEvents, signSample } from './index.ts';
import { keysFor } from './sample-keys.test-support.ts';

const secret = 'b84c1a1f6e2d4c0f9a7be0d3c5f81726';

async function keysOfEvents(id: string, made: Pick<Independent, 'request' | 'secret'>): Promise<(string | null)[]> {
  const verdict = await verdictOf(id, { ...made, proven: {} });
  if (!verdict.ok) throw new Error(verdict.message);
  return readEvents(schemeOf(id), verdict).map(({ dedupKey }) => dedupKey);
}

describe('two requests with equal bodies', () => {
  it('of Dropbox, which only says that something changed, are two events', async () => {
    const body = '{"list_folder":{"accounts":["dbid:1"]}}';
    const signature = createHmac('sha256', secret).update(body).digest('hex');
    expect(
      await keysOfEvents('dropbox', { request: post({ 'x-dropbox-signature': signature }, body), secret }),
    ).toEqual([null]);
  });

  it('of Plaid are two events, unless the token is the same', async () => {
    const { secret: jwk, given } = keysFor(schemeOf('plaid'));
    const sampleAt = async (time: number) => {
      const options = { url: 'https://hooks.example.com/hooks/src_1', secret: given, now: time };
      return keysOfEvents('plaid', { request: (await signSample(schemeOf('plaid'), options)).request, secret: jwk });
    };
    const time = Date.UTC(2026, 10, 29, 12);
    const [first] = await sampleAt(time);
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect((await sampleAt(time - 1_000))[0]).not.toBe(first);
  });

  it('of Microsoft Graph are the same event only where it has an id', async () => {
    const body = `{"value":[{"id":"n1","clientState":"${secret}"},{"clientState":"${secret}"}]}`;
    const [named, unnamed] = await keysOfEvents('microsoft_graph', { request: post({}, body), secret });
    expect(named).toMatch(/^n1 [0-9a-f]{64}$/);
    expect(unnamed).toBeNull();
  });

  it('of Shopify under two topics are two events', async () => {
    const body = '{"id":1}';
    const signature = createHmac('sha256', secret).update(body).digest('base64');
    const headers = { 'x-shopify-hmac-sha256': signature, 'x-shopify-event-id': 'e1' };
    const keys = await Promise.all(
      ['orders/create', 'orders/updated'].map((topic) =>
        keysOfEvents('shopify', { request: post({ ...headers, 'x-shopify-topic': topic }, body), secret }),
      ),
    );
    expect(new Set(keys.flat()).size).toBe(2);
  });
});
