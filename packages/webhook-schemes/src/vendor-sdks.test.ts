import { Signature } from '@hubspot/api-client';
import { sign, verify } from '@octokit/webhooks-methods';
import { EventWebhook } from '@sendgrid/eventwebhook';
import { verifyKey } from 'discord-interactions';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { Webhook as SvixWebhook } from 'svix';
import twilio from 'twilio';
import { describe, expect, it } from 'vitest';
import { type HookRequest, loadSchemes, signSample, verifyRequest, type WebhookScheme } from './index.ts';
import { keysFor } from './sample-keys.test-support.ts';

const url = 'https://hooks.example.com/hooks/src_1';
const secret = 'whsec_dGhpcyBpcyBhIHNlY3JldCBvZiAzMiBieXRlcyEhISE=';
const schemes = loadSchemes();

function schemeOf(id: string): WebhookScheme {
  const scheme = schemes.get(id);
  if (scheme === undefined) throw new Error(`no scheme ${id}`);
  return scheme;
}

/** What becomes of a request that a vendor's own SDK signed. */
function judge(id: string, headers: Record<string, string>, body: string, at = url) {
  const request = { method: 'POST', url: at, headers: Object.entries(headers), body: Buffer.from(body) };
  return verifyRequest(schemeOf(id), request, [{ id: 'one', value: secret, expiresAt: null }], {
    now: Date.now(),
    fetchCertificate: () => Promise.reject(new Error('nothing is fetched here')),
  });
}

async function sampleOf(id: string, given = secret): Promise<HookRequest> {
  return (await signSample(schemeOf(id), { url, secret: given, now: Date.now() })).request;
}

const header = ({ headers }: HookRequest, name: string) => headers.find(([one]) => one === name)?.[1] ?? '';
const text = ({ body }: HookRequest) => Buffer.from(body).toString();

describe('what stripe', () => {
  const { webhooks } = new Stripe('sk_test_none');
  const payload = JSON.stringify({ id: 'evt_1', object: 'event', type: 'charge.succeeded' });

  it('signs is accepted, beside a signature of an older secret too', async () => {
    const signature = webhooks.generateTestHeaderString({ payload, secret } as never);
    expect(await judge('stripe', { 'stripe-signature': signature }, payload)).toMatchObject({ ok: true });
    const [, older] =
      /,(v1=.*)$/.exec(webhooks.generateTestHeaderString({ payload, secret: 'whsec_older' } as never)) ?? [];
    const both = signature.replace(',v1=', `,${older},v1=`);
    expect(await judge('stripe', { 'stripe-signature': both }, payload)).toMatchObject({ ok: true });
  });

  it('is told of a time in the future, which its SDK lets pass', async () => {
    const timestamp = Math.floor(Date.now() / 1_000) + 3_600;
    const signature = webhooks.generateTestHeaderString({ payload, secret, timestamp } as never);
    expect(webhooks.constructEvent(payload, signature, secret)).toMatchObject({ id: 'evt_1' });
    expect(await judge('stripe', { 'stripe-signature': signature }, payload)).toMatchObject({
      ok: false,
      reason: 'timestamp_in_future',
    });
  });

  it('verifies is what a sample holds', async () => {
    const sample = await sampleOf('stripe');
    const event = webhooks.constructEvent(text(sample), header(sample, 'stripe-signature'), secret);
    expect(event).toMatchObject({ type: 'payment_intent.succeeded' });
  });
});

describe('what twilio', () => {
  const form = { CallSid: 'CA1', From: '+14158675309', Digits: ['2', '1', '2'], Body: 'hi & bye' };

  it.each([url, `${url}?a=1&b=%20`, url.replace('.com', '.com:443')])('signs for %s is accepted', async (at) => {
    const signature = twilio.getExpectedTwilioSignature(secret, at, form);
    const body = new URLSearchParams([
      ['CallSid', 'CA1'],
      ['From', '+14158675309'],
      ...form.Digits.map((digit): [string, string] => ['Digits', digit]),
      ['Body', 'hi & bye'],
    ]).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature };
    const configured = at.replace(':443', '');
    expect(await judge('twilio', headers, body, configured)).toMatchObject({ ok: true, variant: 'form' });
    expect(await judge('twilio', headers, `${body}x`, configured)).toMatchObject({ ok: false });
  });

  it('verifies is what a sample holds', async () => {
    const sample = await sampleOf('twilio');
    const params = Object.fromEntries(new URLSearchParams(text(sample)));
    expect(twilio.validateRequest(secret, header(sample, 'x-twilio-signature'), url, params)).toBe(true);
  });
});

describe('what @hubspot/api-client', () => {
  const requestBody = '[{"eventId":1,"subscriptionType":"contact.creation"}]';
  const at = `${url}?a=b%3Ac&d=%40`;
  const options = { signature: '', clientSecret: secret, requestBody, url: at, method: 'POST' };

  it('signs is accepted in all three versions', async () => {
    for (const version of ['v1', 'v2']) {
      const signature = Signature.getSignature('POST', version, options);
      const headers = { 'x-hubspot-signature-version': version, 'x-hubspot-signature': signature };
      expect(await judge('hubspot', headers, requestBody, at)).toMatchObject({ ok: true, variant: version });
    }
    const timestamp = Date.now();
    const headers = {
      'x-hubspot-signature-v3': Signature.getSignature('POST', 'v3', { ...options, timestamp }),
      'x-hubspot-request-timestamp': String(timestamp),
    };
    expect(await judge('hubspot', headers, requestBody, at)).toMatchObject({ ok: true, variant: 'v3' });
  });

  it('verifies is what a sample holds', async () => {
    const sample = await sampleOf('hubspot');
    const valid = Signature.isValid({
      signature: header(sample, 'x-hubspot-signature-v3'),
      clientSecret: secret,
      requestBody: text(sample),
      signatureVersion: 'v3',
      url,
      method: 'POST',
      timestamp: Number(header(sample, 'x-hubspot-request-timestamp')),
    });
    expect(valid).toBe(true);
  });
});

describe('what discord-interactions', () => {
  it('verifies is what a sample holds', async () => {
    const keys = keysFor(schemeOf('discord'));
    const sample = await sampleOf('discord', keys.given);
    const signature = header(sample, 'x-signature-ed25519');
    expect(await verifyKey(text(sample), signature, header(sample, 'x-signature-timestamp'), keys.secret)).toBe(true);
  });
});

describe('what @octokit/webhooks-methods', () => {
  it('signs is accepted', async () => {
    const body = '{"action":"opened"}';
    const headers = { 'x-hub-signature-256': await sign(secret, body), 'x-github-event': 'issues' };
    expect(await judge('github', headers, body)).toMatchObject({ ok: true });
    expect(await judge('github', headers, `${body} `)).toMatchObject({ ok: false, reason: 'signature_wrong' });
  });

  it('verifies is what a sample holds', async () => {
    const sample = await sampleOf('github');
    expect(await verify(secret, text(sample), header(sample, 'x-hub-signature-256'))).toBe(true);
  });
});

describe.each([
  ['svix', 'svix', new SvixWebhook(secret)],
  ['standardwebhooks', 'webhook', new StandardWebhook(secret)],
] as const)('what %s', (library, prefix, webhook) => {
  const scheme = library === 'svix' ? 'svix' : 'standard_webhooks';
  const namesOf = (id: string, at: Date, signature: string) => ({
    [`${prefix}-id`]: id,
    [`${prefix}-timestamp`]: String(Math.floor(at.getTime() / 1_000)),
    [`${prefix}-signature`]: signature,
  });

  it('signs is accepted, and not under another id', async () => {
    const [body, at] = ['{"type":"user.created"}', new Date()];
    const signature = webhook.sign('msg_1', at, body);
    expect(await judge(scheme, namesOf('msg_1', at, signature), body)).toMatchObject({ ok: true });
    const rotating = namesOf('msg_1', at, `v1,${Buffer.alloc(32).toString('base64')} ${signature}`);
    expect(await judge(scheme, rotating, body)).toMatchObject({ ok: true });
    expect(await judge(scheme, namesOf('msg_2', at, signature), body)).toMatchObject({ ok: false });
  });

  it('verifies is what a sample holds', async () => {
    const sample = await sampleOf(scheme);
    expect(() => webhook.verify(text(sample), Object.fromEntries(sample.headers))).not.toThrow();
    expect(() => webhook.verify(`${text(sample)} `, Object.fromEntries(sample.headers))).toThrow();
  });
});

describe('what @sendgrid/eventwebhook', () => {
  it('verifies is what a sample holds', async () => {
    const keys = keysFor(schemeOf('sendgrid'));
    const sample = await sampleOf('sendgrid', keys.given);
    const theirs = new EventWebhook();
    const signature = header(sample, 'x-twilio-email-event-webhook-signature');
    const time = header(sample, 'x-twilio-email-event-webhook-timestamp');
    const key = theirs.convertPublicKeyToECDSA(keys.secret);
    expect(theirs.verifySignature(key, text(sample), signature, time)).toBe(true);
    expect(theirs.verifySignature(key, `${text(sample)} `, signature, time)).toBe(false);
  });
});
