import { createHash, createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { certify } from './certificate.test-support.ts';
import { holdsFor, now, post, schemeOf, url, verdictOf } from './flipped-bits.test-support.ts';
import { readEvents } from './index.ts';

const secret = 'b84c1a1f6e2d4c0f9a7be0d3c5f81726';
const seconds = now / 1_000;

describe('of vendors that sign with an Ed25519 key', () => {
  const body = '{"type":"a.b","data":{"id":"1"}}';
  const pair = generateKeyPairSync('ed25519');
  const publicKey = pair.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');
  const signed = (text: string) => sign(null, Buffer.from(text), pair.privateKey).toString('base64');

  holdsFor('telnyx', 'default', {
    request: post(
      { 'telnyx-signature-ed25519': signed(`${seconds}|${body}`), 'telnyx-timestamp': String(seconds) },
      body,
    ),
    secret: publicKey,
    proven: {
      body: { body: null },
      signature: { header: 'telnyx-signature-ed25519' },
      timestamp: { header: 'telnyx-timestamp', mark: String(seconds).slice(0, 9) },
    },
  });

  const id = 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W';
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1a,${signed(`${id}.${seconds}.${body}`)}`,
  };
  holdsFor('standard_webhooks', 'v1a', {
    request: post(headers, body),
    secret: `whpk_${publicKey}`,
    setUpWith: 'v1a',
    proven: {
      body: { body: null },
      signature: { header: 'webhook-signature' },
      timestamp: { header: 'webhook-timestamp', mark: String(seconds).slice(0, 9) },
      id: { header: 'webhook-id' },
    },
  });

  it('of Standard Webhooks are not taken for v1a because the request says so, nor is the public key a shared one', async () => {
    const request = post(headers, body);
    expect(await verdictOf('standard_webhooks', { request, secret: `whpk_${publicKey}`, proven: {} })).toMatchObject({
      ok: false,
    });
    const forged = createHmac('sha256', Buffer.from(publicKey, 'base64'))
      .update(`${id}.${seconds}.${body}`)
      .digest('base64');
    const pretended = post({ ...headers, 'webhook-signature': `v1,${forged}` }, body);
    for (const setUpWith of ['v1', 'v1a']) {
      const made = { request: pretended, secret: `whpk_${publicKey}`, setUpWith, proven: {} };
      expect(await verdictOf('standard_webhooks', made)).toMatchObject({ ok: false });
    }
  });
});

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

function hs256(claims: object, key = secret, alg = 'HS256'): string {
  const signed = `${part({ alg, typ: 'JWT' })}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}

describe('of vendors that send a token under a shared secret', () => {
  const body = '{"id":"1","event":{"type":"create_pulse"}}';
  const digest = createHash('sha256').update(body);
  const hex = digest.copy().digest('hex');
  const base64 = digest.copy().digest('base64');
  const times = { iat: seconds, exp: seconds + 300 };
  const rows: [id: string, header: string, prefix: string, claims: object, ofBody: boolean][] = [
    ['monday', 'Authorization', '', { ...times, aud: url, accountId: 1, userId: 2 }, false],
    [
      'vonage',
      'Authorization',
      'Bearer ',
      { iat: seconds, jti: 'c5ba8f24', iss: 'Vonage', api_key: 'a1b2c3d', payload_hash: hex },
      true,
    ],
    ['livekit', 'Authorization', '', { ...times, iss: 'APIkey', nbf: seconds, sha256: base64 }, true],
    ['netlify', 'X-Webhook-Signature', '', { iss: 'netlify', sha256: hex }, true],
  ];
  for (const [id, header, prefix, claims, ofBody] of rows) {
    const token = prefix + hs256(claims);
    holdsFor(id, 'default', {
      request: post({ [header]: token }, body),
      secret,
      proven: {
        ...(ofBody && { body: { body: null } }),
        signature: { header, mark: token.slice(0, token.lastIndexOf('.') + 9) },
        // The claims, of which the time is one.
        timestamp: { header, mark: token.slice(0, token.indexOf('.') + 9) },
      },
    });
  }

  it.each(rows)(
    'of %s are not taken under another algorithm, and without a signature',
    async (id, header, prefix, claims) => {
      const judge = (token: string) =>
        verdictOf(id, { request: post({ [header]: prefix + token }, body), secret, proven: {} });
      expect(await judge(hs256(claims, secret, 'none'))).toMatchObject({ ok: false, reason: 'token_invalid' });
      expect(await judge(`${part({ alg: 'none' })}.${part(claims)}.`)).toMatchObject({ ok: false });
      expect(await judge('')).toMatchObject({ ok: false });
    },
  );

  it('are not taken when the token has expired, is of another issuer or has no digest of the body', async () => {
    const judge = (id: string, header: string, token: string) =>
      verdictOf(id, { request: post({ [header]: token }, body), secret, proven: {} });
    expect(await judge('monday', 'Authorization', hs256({ exp: seconds - 120 }))).toMatchObject({
      reason: 'token_expired',
    });
    expect(await judge('livekit', 'Authorization', hs256({ sha256: base64, exp: seconds - 120 }))).toMatchObject({
      reason: 'token_expired',
    });
    expect(await judge('livekit', 'Authorization', hs256(times))).toMatchObject({ reason: 'digest_wrong' });
    expect(await judge('netlify', 'X-Webhook-Signature', hs256({ iss: 'other', sha256: hex }))).toMatchObject({
      reason: 'token_invalid',
    });
    const old = { iat: seconds - 90_000, iss: 'Vonage', payload_hash: hex };
    expect(await judge('vonage', 'Authorization', `Bearer ${hs256(old)}`)).toMatchObject({ reason: 'token_expired' });
  });
});

describe('of Wix', () => {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const inner = JSON.stringify({ id: 'df9b1d4c', slug: 'created' });
  const data = JSON.stringify({ data: inner, instanceId: 'i1', eventType: 'wix.contacts.v4.contact_created' });
  const signed = `${part({ alg: 'RS256', kid: 'k1' })}.${part({ data, iat: seconds, exp: seconds + 300 })}`;
  const token = `${signed}.${sign('sha256', Buffer.from(signed), pair.privateKey).toString('base64url')}`;
  const made = {
    request: post({ 'Content-Type': 'text/plain' }, token),
    secret: pair.publicKey.export({ format: 'pem', type: 'spki' }).toString(),
  };
  holdsFor('wix', 'default', {
    ...made,
    proven: {
      body: { body: token.slice(0, token.indexOf('.') + 9) },
      signature: { body: token.slice(0, token.lastIndexOf('.') + 9) },
    },
  });

  it('the event is read out of the JSON in the token', async () => {
    const verdict = await verdictOf('wix', { ...made, proven: {} });
    if (!verdict.ok) throw new Error(verdict.message);
    expect(readEvents(schemeOf('wix'), verdict)).toMatchObject([
      { id: 'df9b1d4c', type: 'wix.contacts.v4.contact_created' },
    ]);
  });

  it('a token under the public key as a shared secret is refused', async () => {
    const request = post({}, hs256({ data }, made.secret));
    expect(await verdictOf('wix', { ...made, request, proven: {} })).toMatchObject({
      ok: false,
      reason: 'token_invalid',
    });
  });
});

describe('of AWS SNS', () => {
  const { certificate, privateKey } = certify('sns.amazonaws.com', new Date('2026-01-01'), new Date('2027-01-01'));
  const topic = 'arn:aws:sns:us-west-2:123456789012:MyTopic';
  const fields = {
    Type: 'Notification',
    MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
    TopicArn: topic,
    Subject: 'My First Message',
    Message: 'Hello world!\nAgain',
    Timestamp: '2026-11-29T12:00:00.000Z',
  };
  const at = 'https://sns.us-west-2.amazonaws.com/SimpleNotificationService-f3ecfb72.pem';
  const message = (
    version: '1' | '2',
    signed: object = fields,
    hash = version === '1' ? 'sha1' : 'sha256',
    certUrl = at,
  ) => {
    const text = Object.entries(signed)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${name}\n${value}\n`)
      .join('');
    const Signature = sign(hash, Buffer.from(text), privateKey).toString('base64');
    const body = JSON.stringify({ ...signed, SignatureVersion: version, Signature, SigningCertURL: certUrl });
    return post({ 'x-amz-sns-message-type': 'Notification', 'Content-Type': 'text/plain; charset=UTF-8' }, body);
  };
  const made = { secret: '', certificate, settings: { topic_arn: topic } };
  for (const version of ['1', '2'] as const) {
    holdsFor('aws_sns', `v${version}`, {
      ...made,
      request: message(version),
      proven: {
        body: { body: '"Message":"' },
        signature: { body: '"Signature":"' },
        timestamp: { body: '"Timestamp":"2026-11-29T12:00:0' },
        id: { body: '"MessageId":"' },
      },
    });
  }

  it('a message without a subject is signed without', async () => {
    const { Subject: _left, ...fewer } = fields;
    expect(await verdictOf('aws_sns', { ...made, request: message('2', fewer), proven: {} })).toMatchObject({
      ok: true,
    });
  });

  it('a message of another topic, of somebody else, is refused, as is one for a source without a topic', async () => {
    const other = message('2', { ...fields, TopicArn: 'arn:aws:sns:us-west-2:999999999999:Theirs' });
    expect(await verdictOf('aws_sns', { ...made, request: other, proven: {} })).toMatchObject({
      reason: 'signature_wrong',
    });
    expect(await verdictOf('aws_sns', { ...made, request: message('2'), settings: {}, proven: {} })).toMatchObject({
      reason: 'value_missing',
    });
  });

  it('a version that is none, and the hash of the other version, are refused', async () => {
    const judge = (request: ReturnType<typeof message>) => verdictOf('aws_sns', { ...made, request, proven: {} });
    expect(await judge(message('3' as '2'))).toMatchObject({ reason: 'no_variant' });
    expect(await judge(message('2', fields, 'sha1'))).toMatchObject({ reason: 'signature_wrong' });
  });

  it.each([
    'https://sns.us-west-2.amazonaws.com.example.com/a.pem',
    'https://bucket.s3.amazonaws.com/a.pem',
    'https://sns.s3.amazonaws.com/a.pem',
    'http://sns.us-west-2.amazonaws.com/a.pem',
    'https://sns.us-west-2.amazonaws.com:444/a.pem',
    'https://sns.us-west-2.amazonaws.com@example.com/a.pem',
  ])('no certificate is asked for at %s', async (elsewhere) => {
    const request = message('2', fields, 'sha256', elsewhere);
    expect(await verdictOf('aws_sns', { ...made, request, proven: {} })).toMatchObject({ reason: 'key_unusable' });
  });
});

describe('of vendors that repeat what the operator entered, which proves no body', () => {
  const basic = `Basic ${Buffer.from('patchbay:correct horse').toString('base64')}`;
  for (const id of ['freshdesk', 'pipedrive', 'chargebee']) {
    holdsFor(id, 'default', {
      request: post({ Authorization: basic }, '{"id":"1"}'),
      secret: 'patchbay:correct horse',
      proven: { signature: { header: 'Authorization' } },
    });
  }

  const rows: [id: string, header: string, value: string, variant?: string][] = [
    ['bigcommerce', 'X-Webhook-Token', secret],
    ['datadog', 'X-Webhook-Token', secret],
    ['cloudflare', 'cf-webhook-auth', secret],
    ['okta', 'Authorization', secret],
    ['vapi', 'Authorization', `Bearer ${secret}`, 'bearer'],
    ['vapi', 'X-Vapi-Secret', secret, 'secret'],
  ];
  for (const [id, header, value, variant = 'default'] of rows) {
    holdsFor(id, variant, {
      request: post({ [header]: value }, '{"id":"1"}'),
      secret,
      proven: { signature: { header } },
    });
  }

  for (const id of ['mailchimp', 'gumroad']) {
    holdsFor(id, 'default', {
      request: post(
        { 'Content-Type': 'application/x-www-form-urlencoded' },
        'type=subscribe',
        `${url}?token=${secret}`,
      ),
      secret,
      proven: { signature: { query: 'token' } },
    });
  }
});
