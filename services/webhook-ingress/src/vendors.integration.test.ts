import { createHmac } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Signature as HubspotSignature } from '@hubspot/api-client';
import { sign as signGithub } from '@octokit/webhooks-methods';
import { routes, type WebhookSourceView } from '@patchbay/contracts';
import { loadSchemes } from '@patchbay/webhook-schemes';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { Webhook as SvixWebhook } from 'svix';
import twilio from 'twilio';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type IngressStage, ingressForSuite } from '../test/ingress-stage.ts';
import { deliver, eventsOf, makeSource, sampleFor } from '../test/running-ingress.ts';

const stage = ingressForSuite({ beforeAll, afterAll });
let { ingress, admin, reader, vault } = {} as IngressStage;
beforeAll(() => {
  ({ ingress, admin, reader, vault } = stage());
});

const secret = 'whsec_dGhpcyBpcyBhIHNlY3JldCBvZiAzMiBieXRlcyEhISE=';

function post(source: { readonly id: string }, headers: Record<string, string>, body: string, query = '') {
  return fetch(`${ingress.url}/hooks/${source.id}${query}`, { method: 'POST', headers, body });
}

describe('what a vendor’s own SDK signs is taken in', () => {
  const payload = JSON.stringify({ id: 'evt_1', type: 'invoice.paid', data: { amount: 1 } });
  const svixHeaders = (webhook: SvixWebhook | StandardWebhook, prefix: string) => {
    const at = new Date();
    return {
      [`${prefix}-id`]: 'msg_1',
      [`${prefix}-timestamp`]: String(Math.floor(at.getTime() / 1_000)),
      [`${prefix}-signature`]: webhook.sign('msg_1', at, payload),
    };
  };
  const signers: Record<string, (source: WebhookSourceView) => Promise<[Record<string, string>, string]>> = {
    stripe: async () => {
      const { webhooks } = new Stripe('sk_test_none');
      return [{ 'stripe-signature': webhooks.generateTestHeaderString({ payload, secret } as never) }, payload];
    },
    github: async () => [
      {
        'x-hub-signature-256': await signGithub(secret, payload),
        'x-github-delivery': 'd1',
        'x-github-event': 'push',
        'content-type': 'application/json',
      },
      payload,
    ],
    svix: async () => [svixHeaders(new SvixWebhook(secret), 'svix'), payload],
    standard_webhooks: async () => [svixHeaders(new StandardWebhook(secret), 'webhook'), payload],
    twilio: async ({ url }) => {
      const form = { CallSid: 'CA1', From: '+14158675309', Body: 'hi & bye' };
      const signature = twilio.getExpectedTwilioSignature(secret, url ?? '', form);
      return [
        { 'x-twilio-signature': signature, 'content-type': 'application/x-www-form-urlencoded' },
        new URLSearchParams(form).toString(),
      ];
    },
    hubspot: async ({ url }) => {
      const body = JSON.stringify([{ eventId: 1, subscriptionType: 'contact.creation' }]);
      const timestamp = Date.now();
      const signature = HubspotSignature.getSignature('POST', 'v3', {
        signature: '',
        clientSecret: secret,
        requestBody: body,
        url: url ?? '',
        method: 'POST',
        timestamp,
      });
      return [{ 'x-hubspot-signature-v3': signature, 'x-hubspot-request-timestamp': String(timestamp) }, body];
    },
  };

  test.each(Object.keys(signers))('%s', async (scheme) => {
    const source = await makeSource(admin, { scheme, secret });
    const [headers, body] = await (signers[scheme] as (typeof signers)[string])(source);
    expect((await post(source, headers, `${body} `)).status).toBe(401);
    expect((await post(source, headers, body)).status).toBe(200);
    expect(await eventsOf(reader, source)).toHaveLength(1);
  });
});

describe('answers have the form that the vendor wants', () => {
  test.each([
    ['adyen', 200, '[accepted]', 'DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00'],
    ['dropbox_sign', 200, 'Hello API Event Received', 'key'],
    ['microsoft_graph', 202, '', 'client-state-of-the-subscription'],
    ['stripe', 200, '', secret],
  ])('%s: %i %j', async (scheme, status, body, own) => {
    const source = await makeSource(admin, { scheme, secret: own });
    const answer = await deliver(ingress, await sampleFor(source, own));
    expect([answer.status, await answer.text()]).toEqual([status, body]);
    expect(await eventsOf(reader, source)).toHaveLength(1);
  });

  test('zoom: the HMAC of what it sends, and only under its signature', async () => {
    const source = await makeSource(admin, { scheme: 'zoom', secret });
    const body = JSON.stringify({
      event: 'endpoint.url_validation',
      payload: { plainToken: 'qgg8vlvZRS6UYooatFL8Aw' },
    });
    const sample = await sampleFor(source, secret, { body });
    const answer = await deliver(ingress, sample);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      plainToken: 'qgg8vlvZRS6UYooatFL8Aw',
      encryptedToken: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect((await deliver(ingress, await sampleFor(source, 'another', { body }))).status).toBe(401);
    expect(await eventsOf(reader, source)).toEqual([]);
  });

  test('xero: 401 for what it did not sign, as its test wants', async () => {
    const source = await makeSource(admin, { scheme: 'xero', secret });
    const body = '{"events":[],"firstEventSequence":0,"lastEventSequence":0,"entropy":"S0m3r4Nd0mt3xt"}';
    expect((await deliver(ingress, await sampleFor(source, secret, { body }))).status).toBe(200);
    const wrong = await deliver(ingress, await sampleFor(source, 'another', { body }));
    expect(wrong.status).toBe(401);
  });

  test('dropbox and trello: what they ask by GET and HEAD', async () => {
    const dropbox = await makeSource(admin, { scheme: 'dropbox', secret });
    const echo = await fetch(`${ingress.url}/hooks/${dropbox.id}?challenge=abc123`);
    expect([echo.status, echo.headers.get('x-content-type-options'), await echo.text()]).toEqual([
      200,
      'nosniff',
      'abc123',
    ]);
    expect(echo.headers.get('content-type')).toMatch(/^text\/plain/);
    const trello = await makeSource(admin, { scheme: 'trello', secret });
    expect((await fetch(`${ingress.url}/hooks/${trello.id}`, { method: 'HEAD' })).status).toBe(200);
    const stripe = await makeSource(admin, { scheme: 'stripe', secret });
    const refused = await fetch(`${ingress.url}/hooks/${stripe.id}`);
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('meta: its challenge only for who knows the token', async () => {
    const scheme = loadSchemes().get('meta');
    const settings = Object.fromEntries(Object.keys(scheme?.settings ?? {}).map((name) => [name, 'verify-me']));
    const source = await makeSource(admin, { scheme: 'meta', secret, settings });
    const ask = (token: string) =>
      fetch(`${ingress.url}/hooks/${source.id}?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=${token}`);
    const right = await ask(Object.keys(settings).length > 0 ? 'verify-me' : secret);
    expect([right.status, await right.text()]).toEqual([200, '1158201444']);
    expect((await ask('guessed')).status).toBe(401);
  });

  test('asana: the secret of its handshake is in the vault when it is answered, and no second one is taken', async () => {
    const source = await makeSource(admin, { scheme: 'asana' });
    const brought = 'b537207f20cbfa02357cf448134da559e8bd39d61597dcd5631b8012eae53e81';
    const hands = await Promise.all([
      post(source, { 'x-hook-secret': brought }, ''),
      post(source, { 'x-hook-secret': `${brought}00` }, ''),
    ]);
    const answered = hands.filter(({ status }) => status === 200);
    expect(answered).toHaveLength(1);
    const kept = [...vault.held].filter(([key]) => key.includes(source.id)).map(([, value]) => value);
    expect(kept).toEqual([answered[0]?.headers.get('x-hook-secret')]);
    expect((await post(source, { 'x-hook-secret': 'later' }, '')).status).not.toBe(200);
    const own = kept[0] ?? '';
    await vi.waitFor(async () => expect((await deliver(ingress, await sampleFor(source, own))).status).toBe(200));
    const beat = await deliver(ingress, await sampleFor(source, own, { body: '{"events":[]}' }));
    expect(beat.status).toBe(200);
    expect(await eventsOf(reader, source)).toHaveLength(1);
    const shown = await admin.request(routes.showSource, {}, { tenant: 'acme', source: source.id });
    expect(JSON.stringify(shown)).not.toContain(own);
  });
});

/** Data of others that lies beside the project, in one of the directories above it. */
const vectorFile = ['..', '../..', '../../..']
  .map((up) => join(import.meta.dirname, '../../..', up, 'shared/vectors/json-parsing.json'))
  .find((path) => existsSync(path));

describe.skipIf(vectorFile === undefined)(
  'JSON, as JSONTestSuite has it (skipped where shared/vectors is absent)',
  () => {
    test('is taken where it must be, refused where it must be, and never a failure of ours', async () => {
      const vectors = Object.entries(JSON.parse(readFileSync(vectorFile as string, 'utf8')) as Record<string, string>);
      const source = await makeSource(admin, { scheme: 'github', secret });
      const wrong: string[] = [];
      const free: Record<string, number> = {};
      for (const [name, base64] of vectors) {
        const body = Buffer.from(base64, 'base64');
        const answer = await fetch(`${ingress.url}/hooks/${source.id}`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            'x-github-delivery': name,
            'x-github-event': 'push',
            'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
          },
          body,
        });
        const expected = { y: [200], n: [400], i: [200, 400] }[name[0] as 'y' | 'n' | 'i'];
        if (!expected.includes(answer.status)) wrong.push(`${name}: ${answer.status}`);
        if (name.startsWith('i_')) free[answer.status] = (free[answer.status] ?? 0) + 1;
      }
      expect(wrong).toEqual([]);
      expect(vectors.length).toBeGreaterThan(300);
      // Ours on what the suite leaves open: numbers of any size and lone surrogates are taken; other encodings, a byte order
      // mark and 500 levels are not.
      expect(free).toEqual({ 200: 20, 400: 15 });
      const stored = await eventsOf(reader, source);
      expect(
        stored.every(({ payload }) => vectors.some(([, base64]) => payload.equals(Buffer.from(base64, 'base64')))),
      ).toBe(true);
    }, 60_000);
  },
);
