import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { certify } from './certificate.test-support.ts';
import { holdsFor, now, post, url, verdictOf } from './flipped-bits.test-support.ts';

const seconds = String(now / 1_000);

describe('of vendors that sign with a private key', () => {
  const body = '[{"event":"delivered","sg_event_id":"1"}]\r\n';
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signature = 'X-Twilio-Email-Event-Webhook-Signature';
  const timestamp = 'X-Twilio-Email-Event-Webhook-Timestamp';
  const signed = sign('sha256', Buffer.from(seconds + body), pair.privateKey).toString('base64');
  holdsFor('sendgrid', 'default', {
    request: post({ [signature]: signed, [timestamp]: seconds }, body),
    secret: pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    proven: {
      body: { body: null },
      signature: { header: signature },
      timestamp: { header: timestamp, mark: seconds.slice(0, 9) },
    },
  });
});

/** The CRC-32 of IEEE 802.3, bit by bit. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

describe('of PayPal', () => {
  const { certificate, privateKey } = certify(
    'messageverificationcerts.paypal.com',
    new Date('2026-01-01'),
    new Date('2027-01-01'),
  );
  const body = '{"id":"WH-1","event_type":"PAYMENT.CAPTURE.COMPLETED"}';
  const id = '69cd13f0-d67a-11e5-baa3-778b53f4ae55';
  const time = '2026-11-29T12:00:00Z';
  const certUrl = 'https://api.paypal.com/v1/notifications/certs/CERT-360caa42';
  const signed = `${id}|${time}|4JH86294D6297924G|${crc32(Buffer.from(body))}`;
  const headers = {
    'PAYPAL-TRANSMISSION-ID': id,
    'PAYPAL-TRANSMISSION-TIME': time,
    'PAYPAL-CERT-URL': certUrl,
    'PAYPAL-AUTH-ALGO': 'SHA256withRSA',
    'PAYPAL-TRANSMISSION-SIG': sign('sha256', Buffer.from(signed), privateKey).toString('base64'),
  };
  const made = { request: post(headers, body), secret: '', certificate, settings: { webhook_id: '4JH86294D6297924G' } };
  holdsFor('paypal', 'default', {
    ...made,
    proven: {
      body: { body: null },
      signature: { header: 'PAYPAL-TRANSMISSION-SIG' },
      timestamp: { header: 'PAYPAL-TRANSMISSION-TIME', mark: 'T12:00:0' },
      id: { header: 'PAYPAL-TRANSMISSION-ID' },
    },
  });

  it.each([
    'https://api.paypal.com.example.com/cert',
    'https://paypal.example.com/cert',
    'http://api.paypal.com/cert',
    'https://api.paypal.com:8443/cert',
    'https://www.paypal.com/cert',
  ])('is asked for no certificate at %s', async (at) => {
    const request = post({ ...headers, 'PAYPAL-CERT-URL': at }, body);
    expect(await verdictOf('paypal', { ...made, request, proven: {} })).toMatchObject({ reason: 'key_unusable' });
  });

  it('is not believed without the id of the webhook, or under a certificate that has ended', async () => {
    expect(await verdictOf('paypal', { ...made, settings: {}, proven: {} })).toMatchObject({ reason: 'value_missing' });
    const ended = certify('messageverificationcerts.paypal.com', new Date('2020-01-01'), new Date('2021-01-01'));
    const signature = sign('sha256', Buffer.from(signed), ended.privateKey).toString('base64');
    const request = post({ ...headers, 'PAYPAL-TRANSMISSION-SIG': signature }, body);
    const verdict = await verdictOf('paypal', { ...made, request, certificate: ended.certificate, proven: {} });
    expect(verdict).toMatchObject({ ok: false, reason: 'key_unusable' });
  });
});

describe('of Plaid', () => {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const kid = '6c5516e1-92dc-479e-a8ff-5a51992e0001';
  const jwk = JSON.stringify({ ...pair.publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' });
  const body = '{"webhook_type":"TRANSACTIONS","webhook_code":"SYNC_UPDATES_AVAILABLE"}';
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const token = (iat: number, alg = 'ES256') => {
    const digest = createHash('sha256').update(body).digest('hex');
    const signed = `${part({ alg, kid, typ: 'JWT' })}.${part({ iat, request_body_sha256: digest })}`;
    const key = { key: pair.privateKey, dsaEncoding: 'ieee-p1363' } as const;
    return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
  };
  const whole = token(Number(seconds));
  const header = 'Plaid-Verification';
  const made = { request: post({ [header]: whole }, body), secret: jwk };
  holdsFor('plaid', 'default', {
    ...made,
    secretMark: '"x":"',
    proven: {
      body: { body: null },
      signature: { header, mark: whole.slice(0, whole.lastIndexOf('.') + 9) },
      // The claims, of which the time is one.
      timestamp: { header, mark: whole.slice(0, whole.indexOf('.') + 9) },
    },
  });

  it('is not believed with a token that is old, has another algorithm or is of another key', async () => {
    const judge = (value: string) =>
      verdictOf('plaid', { ...made, request: post({ [header]: value }, body), proven: {} });
    expect(await judge(token(Number(seconds) - 400))).toMatchObject({ ok: false, reason: 'token_expired' });
    expect(await judge(token(Number(seconds), 'none'))).toMatchObject({ ok: false, reason: 'token_invalid' });
    const [head, claims] = whole.split('.');
    expect(await judge(`${head}.${claims}.`)).toMatchObject({ ok: false });
  });
});

describe('of vendors that repeat a token, which proves no body', () => {
  const secret = 'b84c1a1f6e2d4c0f9a7be0d3c5f81726';
  const rows: [id: string, header: string, value: string, variant?: string][] = [
    ['gitlab', 'X-Gitlab-Token', secret, 'secret_token'],
    ['google_calendar', 'X-Goog-Channel-Token', secret],
    ['google_drive', 'X-Goog-Channel-Token', secret],
    ['telegram', 'X-Telegram-Bot-Api-Secret-Token', secret],
  ];
  for (const [id, header, value, variant = 'default'] of rows) {
    holdsFor(id, variant, {
      request: post({ [header]: value }, '{"update_id":1}'),
      secret,
      proven: { signature: { header } },
    });
  }

  const basic = `Basic ${Buffer.from('patchbay:correct horse').toString('base64')}`;
  holdsFor('postmark', 'default', {
    request: post({ Authorization: basic }, '{"RecordType":"Open","MessageID":"1"}'),
    secret: 'patchbay:correct horse',
    proven: { signature: { header: 'Authorization' } },
  });
  holdsFor('salesforce', 'default', {
    request: post({ 'Content-Type': 'text/xml' }, '<notifications/>', `${url}?token=${secret}`),
    secret,
    proven: { signature: { query: 'token' } },
  });
  const change = (state: string) => `{"subscriptionId":"1","changeType":"updated","clientState":"${state}"}`;
  holdsFor('microsoft_graph', 'default', {
    request: post({}, `{"value":[${change(secret)},${change(secret)}]}`),
    secret,
    // The second of the two.
    proven: { signature: { body: `${change(secret)},{"subscriptionId":"1","changeType":"updated","clientState":"` } },
  });
});
