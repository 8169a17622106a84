import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { holdsFor, now, post, verdictOf } from './flipped-bits.test-support.ts';

type Encoding = 'hex' | 'base64' | 'base64url';

const text = 'b84c1a1f6e2d4c0f9a7be0d3c5f81726';
const bytes = Buffer.from(text, 'hex');
const seconds = String(now / 1_000);
const milliseconds = String(now);

function mac(signed: string, encoding: Encoding, key: string | Buffer = text, hash = 'sha256'): string {
  return createHmac(hash, key).update(signed).digest(encoding);
}

describe('of vendors that sign the body alone', () => {
  const body = '{"id":"1","event":"a.b","text":"é\\u00e9"}\n';
  const rows: [id: string, header: string, signature: string, secret?: string][] = [
    ['meta', 'X-Hub-Signature-256', `sha256=${mac(body, 'hex')}`],
    ['x_twitter', 'X-Twitter-Webhooks-Signature', `sha256=${mac(body, 'base64')}`],
    ['airtable', 'X-Airtable-Content-MAC', `hmac-sha256=${mac(body, 'hex', bytes)}`, bytes.toString('base64')],
    ['notion', 'X-Notion-Signature', `sha256=${mac(body, 'hex', `secret_${text}`)}`, `secret_${text}`],
    ['clickup', 'X-Signature', mac(body, 'hex')],
    ['razorpay', 'X-Razorpay-Signature', mac(body, 'hex')],
    ['coinbase_commerce', 'X-CC-Webhook-Signature', mac(body, 'hex')],
    ['xero', 'x-xero-signature', mac(body, 'base64')],
    ['quickbooks', 'intuit-signature', mac(body, 'base64')],
    ['attio', 'Attio-Signature', mac(body, 'hex')],
    ['cal_com', 'X-Cal-Signature-256', mac(body, 'hex')],
    ['paystack', 'x-paystack-signature', mac(body, 'hex', text, 'sha512')],
  ];
  for (const [id, header, signature, secret = text] of rows) {
    holdsFor(id, 'default', {
      request: post({ [header]: signature }, body),
      secret,
      proven: { body: { body: null }, signature: { header } },
    });
  }

  holdsFor('vapi', 'hmac', {
    request: post({ 'X-Vapi-Signature': mac(body, 'hex') }, body),
    secret: text,
    proven: { body: { body: null }, signature: { header: 'X-Vapi-Signature' } },
  });
});

describe('of vendors that sign a time in a header of its own', () => {
  const body = '{"type":"a.b","id":"1"}';
  const rows: [id: string, signature: string, time: string, sent: string, signed: string][] = [
    ['webflow', 'x-webflow-signature', 'x-webflow-timestamp', milliseconds, mac(`${milliseconds}:${body}`, 'hex')],
    ['front', 'x-front-signature', 'x-front-request-timestamp', milliseconds, mac(`${milliseconds}:${body}`, 'base64')],
    ['close', 'close-sig-hash', 'close-sig-timestamp', seconds, mac(seconds + body, 'hex', bytes)],
    ['customer_io', 'X-CIO-Signature', 'X-CIO-Timestamp', seconds, mac(`v0:${seconds}:${body}`, 'hex')],
  ];
  for (const [id, signature, time, sent, signed] of rows) {
    holdsFor(id, 'default', {
      request: post({ [signature]: signed, [time]: sent }, body),
      secret: text,
      // The last digit: the time stays near enough, so that the signature has to tell.
      proven: {
        body: { body: null },
        signature: { header: signature },
        timestamp: { header: time, mark: sent.slice(0, -1) },
      },
    });
  }

  const id = 'e76c6bd4-55c9-4987-8304-da1588d8988b';
  const time = '2026-11-29T12:00:00.634234626Z';
  holdsFor('twitch', 'default', {
    request: post(
      {
        'Twitch-Eventsub-Message-Id': id,
        'Twitch-Eventsub-Message-Timestamp': time,
        'Twitch-Eventsub-Message-Signature': `sha256=${mac(id + time + body, 'hex')}`,
      },
      body,
    ),
    secret: text,
    proven: {
      body: { body: null },
      signature: { header: 'Twitch-Eventsub-Message-Signature' },
      timestamp: { header: 'Twitch-Eventsub-Message-Timestamp', mark: 'T12:00:0' },
      id: { header: 'Twitch-Eventsub-Message-Id' },
    },
  });
});

describe('of vendors that sign a time beside the signature', () => {
  const body = '{"type":"a.b","id":"1"}';
  const stripeLike = (sent: string, encoding: Encoding) => mac(`${sent}.${body}`, encoding);
  const rows: [id: string, header: string, value: string, time: string, signature: string][] = [
    [
      'paddle',
      'Paddle-Signature',
      `ts=${seconds};h1=${mac(`${seconds}:${body}`, 'hex')}`,
      `ts=${seconds.slice(0, 9)}`,
      'h1=',
    ],
    [
      'retell',
      'x-retell-signature',
      `v=${milliseconds},d=${mac(body + milliseconds, 'hex')}`,
      `v=${milliseconds.slice(0, 12)}`,
      'd=',
    ],
    [
      'elevenlabs',
      'ElevenLabs-Signature',
      `t=${seconds},v0=${stripeLike(seconds, 'hex')}`,
      `t=${seconds.slice(0, 9)}`,
      'v0=',
    ],
    [
      'workos',
      'WorkOS-Signature',
      `t=${milliseconds}, v1=${stripeLike(milliseconds, 'hex')}`,
      `t=${milliseconds.slice(0, 12)}`,
      'v1=',
    ],
    [
      'sanity',
      'sanity-webhook-signature',
      `t=${milliseconds},v1=${stripeLike(milliseconds, 'base64url')}`,
      `t=${milliseconds.slice(0, 12)}`,
      'v1=',
    ],
    ['mux', 'Mux-Signature', `t=${seconds},v1=${stripeLike(seconds, 'hex')}`, `t=${seconds.slice(0, 9)}`, 'v1='],
  ];
  for (const [id, header, value, time, signature] of rows) {
    holdsFor(id, 'default', {
      request: post({ [header]: value }, body),
      secret: text,
      proven: { body: { body: null }, signature: { header, mark: signature }, timestamp: { header, mark: time } },
    });
  }

  it('of Paddle verify under either key while one replaces the other', async () => {
    const right = mac(`${seconds}:${body}`, 'hex');
    const other = mac(`${seconds}:${body}`, 'hex', 'another key');
    const request = post({ 'paddle-signature': `ts=${seconds};h1=${other};h1=${right}` }, body);
    expect(await verdictOf('paddle', { request, secret: text, proven: {} })).toMatchObject({ ok: true });
  });
});

describe('of Coinbase Developer Platform', () => {
  const body = '{"data":{"amount":"1"}}';
  const names = 'content-type x-event-id x-event-type';
  const sent = { 'Content-Type': 'application/json', 'X-Event-Id': 'e1d4', 'X-Event-Type': 'wallet.activity.detected' };
  const v1 = mac(`${seconds}.${names}.${Object.values(sent).join('.')}.${body}`, 'hex');
  const v0 = mac(`${seconds}.${body}`, 'hex');
  const made = {
    request: post({ ...sent, 'X-Hook0-Signature': `t=${seconds},v0=${v0},h=${names},v1=${v1}` }, body),
    secret: text,
  };
  holdsFor('coinbase_cdp', 'default', {
    ...made,
    proven: {
      body: { body: null },
      signature: { header: 'X-Hook0-Signature', mark: 'v1=' },
      timestamp: { header: 'X-Hook0-Signature', mark: `t=${seconds.slice(0, 9)}` },
      id: { header: 'X-Event-Id' },
    },
  });

  it('are not taken by the signature that leaves the headers out, nor without a header that is signed', async () => {
    const judge = (headers: Record<string, string>) =>
      verdictOf('coinbase_cdp', { ...made, request: post(headers, body), proven: {} });
    expect(await judge({ ...sent, 'x-hook0-signature': `t=${seconds},v0=${v0},h=${names},v1=${v0}` })).toMatchObject({
      reason: 'signature_wrong',
    });
    expect(await judge({ ...sent, 'x-hook0-signature': `t=${seconds},v0=${v0}` })).toMatchObject({ ok: false });
    const { 'X-Event-Id': _left, ...fewer } = sent;
    expect(await judge({ ...fewer, 'x-hook0-signature': `t=${seconds},h=${names},v1=${v1}` })).toMatchObject({
      reason: 'value_missing',
    });
  });
});

describe('of vendors that sign as Svix and Standard Webhooks say', () => {
  const body = '{"type":"a.b","event":"a.b"}';
  const id = 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W';
  const shared = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const key = Buffer.from(shared, 'base64');
  const signed = `${id}.${seconds}.${body}`;
  const rows: [id: string, prefix: 'svix' | 'webhook', secret: string, key: string | Buffer, variant?: string][] = [
    ['svix', 'svix', `whsec_${shared}`, key],
    ['clerk', 'svix', `whsec_${shared}`, key],
    ['resend', 'svix', `whsec_${shared}`, key],
    ['brex', 'svix', shared, key],
    ['standard_webhooks', 'webhook', `whsec_${shared}`, key, 'v1'],
    ['openai', 'webhook', `whsec_${shared}`, key],
    ['replicate', 'webhook', `whsec_${shared}`, key],
    ['render', 'webhook', `whsec_${shared}`, key],
    ['recall_ai', 'webhook', `whsec_${shared}`, key],
    ['supabase', 'webhook', `v1,whsec_${shared}`, key],
    ['polar', 'webhook', `polar_whs_${text}`, `polar_whs_${text}`],
  ];
  for (const [scheme, prefix, secret, keyBytes, variant = 'default'] of rows) {
    const headers = {
      [`${prefix}-id`]: id,
      [`${prefix}-timestamp`]: seconds,
      // As while a secret is replaced: another's signature first, and one of a kind that is not looked at.
      [`${prefix}-signature`]: `v1,${mac(signed, 'base64', 'other')} v1a,AAAA v1,${mac(signed, 'base64', keyBytes)}`,
    };
    const last = (headers[`${prefix}-signature`] as string).lastIndexOf('v1,') + 12;
    holdsFor(scheme, variant, {
      request: post(headers, body),
      secret,
      proven: {
        body: { body: null },
        signature: { header: `${prefix}-signature`, mark: (headers[`${prefix}-signature`] as string).slice(0, last) },
        timestamp: { header: `${prefix}-timestamp`, mark: seconds.slice(0, 9) },
        id: { header: `${prefix}-id` },
      },
    });
  }
});
