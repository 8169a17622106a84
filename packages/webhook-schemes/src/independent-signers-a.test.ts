import { createHash, createHmac } from 'node:crypto';
import { describe } from 'vitest';
import { holdsFor, now, post, url } from './flipped-bits.test-support.ts';

// Each signature is computed as its vendor's pages describe it, over what is written out here.

const seconds = String(now / 1_000);
const secret = 'b84c1a1f6e2d4c0f9a7be0d3c5f81726';
const whole = { body: null };

describe('of vendors that sign the body alone', () => {
  const body = '{"action":"opened","type":"thing.created","id":"evt_1","event":{"id":"1"},"text":"d\u00e9j\u00e0 vu"}';
  const hex256 = createHmac('sha256', secret).update(body).digest('hex');
  const base256 = createHmac('sha256', secret).update(body).digest('base64');
  const hex1 = createHmac('sha1', secret).update(body).digest('hex');
  const rows: [id: string, header: string, value: string][] = [
    ['github', 'X-Hub-Signature-256', `sha256=${hex256}`],
    ['bitbucket', 'X-Hub-Signature', `sha256=${hex256}`],
    ['jira', 'X-Hub-Signature', `sha256=${hex256}`],
    ['shopify', 'X-Shopify-Hmac-Sha256', base256],
    ['intercom', 'X-Hub-Signature', `sha1=${hex1}`],
    ['typeform', 'Typeform-Signature', `sha256=${base256}`],
    ['dropbox', 'X-Dropbox-Signature', hex256],
    ['asana', 'X-Hook-Signature', hex256],
    ['sentry', 'Sentry-Hook-Signature', hex256],
    ['vercel', 'x-vercel-signature', hex1],
    ['docusign', 'X-DocuSign-Signature-1', base256],
    ['docusign', 'X-DocuSign-Signature-7', base256],
    ['pagerduty', 'X-PagerDuty-Signature', `v1=${hex256}`],
  ];
  for (const [id, header, value] of rows) {
    const request = post({ 'Content-Type': 'application/json', [header]: value }, body);
    holdsFor(id, 'default', { request, secret, proven: { body: whole, signature: { header } } });
  }

  const form = new URLSearchParams({ payload: body }).toString();
  const header = 'X-Hub-Signature-256';
  const signature = `sha256=${createHmac('sha256', secret).update(form).digest('hex')}`;
  const request = post({ 'content-type': 'application/x-www-form-urlencoded', [header]: signature }, form);
  holdsFor('github', 'default', { request, secret, proven: { body: whole, signature: { header } } });

  const key = '44782def547aaa06c910c43932b1eb0c71fc68d9d0c057550c48ec2acf6ba056';
  const platforms = createHmac('sha256', Buffer.from(key, 'hex')).update(body).digest('base64');
  holdsFor('adyen_platforms', 'default', {
    request: post({ HmacSignature: platforms }, body),
    secret: key,
    proven: { body: whole, signature: { header: 'HmacSignature' } },
  });
});

describe('of vendors that send several signatures', () => {
  const body = '{"event":{"id":"01","event_type":"incident.triggered"}}';
  const older = createHmac('sha256', 'an older secret').update(body).digest('hex');
  const mine = createHmac('sha256', secret).update(body).digest('hex');
  const header = 'x-pagerduty-signature';
  holdsFor('pagerduty', 'default', {
    request: post({ [header]: `v1=${older},v1=${mine}` }, body),
    secret,
    proven: { body: whole, signature: { header, mark: `${older},v1=` } },
  });

  const time = '2026-11-29T04:00:00-08:00';
  const box = (key: string) => createHmac('sha256', key).update(body).update(time).digest('base64');
  const boxed = { 'BOX-DELIVERY-TIMESTAMP': time, 'BOX-SIGNATURE-PRIMARY': box('another key') };
  const second = 'BOX-SIGNATURE-SECONDARY';
  holdsFor('box', 'default', {
    request: post({ ...boxed, [second]: box(secret) }, body),
    secret,
    proven: {
      body: whole,
      signature: { header: second },
      timestamp: { header: 'BOX-DELIVERY-TIMESTAMP', mark: '04:00:0' },
    },
  });
});

describe('of vendors that sign a time as well', () => {
  const body = '{"event":"invitee.created","payload":{"uri":"https://api.calendly.com/x"},"created_at":"2026"}';
  const calendly = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  const header = 'Calendly-Webhook-Signature';
  holdsFor('calendly', 'default', {
    request: post({ [header]: `t=${seconds},v1=${calendly}` }, body),
    secret,
    proven: {
      body: whole,
      signature: { header, mark: 'v1=' },
      timestamp: { header, mark: `t=${seconds.slice(0, 9)}` },
    },
  });

  const rfc3339 = '2026-11-29T12:00:00Z';
  const zendesk = { signature: 'X-Zendesk-Webhook-Signature', timestamp: 'X-Zendesk-Webhook-Signature-Timestamp' };
  for (const text of [body, '']) {
    const signature = createHmac('sha256', secret).update(`${rfc3339}${text}`).digest('base64');
    const proven = {
      signature: { header: zendesk.signature },
      timestamp: { header: zendesk.timestamp, mark: 'T12:00:0' },
    };
    holdsFor('zendesk', 'default', {
      request: post({ [zendesk.signature]: signature, [zendesk.timestamp]: rfc3339 }, text),
      secret,
      proven: text === '' ? proven : { ...proven, body: whole },
    });
  }

  const zoom = `v0=${createHmac('sha256', secret).update(`v0:${seconds}:${body}`).digest('hex')}`;
  holdsFor('zoom', 'default', {
    request: post({ 'x-zm-signature': zoom, 'x-zm-request-timestamp': seconds }, body),
    secret,
    proven: {
      body: whole,
      signature: { header: 'x-zm-signature' },
      timestamp: { header: 'x-zm-request-timestamp', mark: seconds.slice(0, 9) },
    },
  });

  const linear = `{"action":"create","type":"Issue","webhookTimestamp":${now}}`;
  holdsFor('linear', 'default', {
    request: post({ 'Linear-Signature': createHmac('sha256', secret).update(linear).digest('hex') }, linear),
    secret,
    proven: {
      body: { body: '"type":"' },
      signature: { header: 'Linear-Signature' },
      timestamp: { body: String(now).slice(0, 12) },
    },
  });

  const key = Buffer.from('an hmac key of 32 bytes, exactly', 'utf8');
  const id = 'f5e57ebe-73ed-4d69-8ed2-4ae0c3f2b1d7';
  const gitlab = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64');
  const headers = { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': `v1,${gitlab}` };
  holdsFor('gitlab', 'signing_token', {
    request: post(headers, body),
    secret: `whsec_${key.toString('base64')}`,
    proven: {
      body: whole,
      signature: { header: 'webhook-signature' },
      timestamp: { header: 'webhook-timestamp', mark: seconds.slice(0, 9) },
      id: { header: 'webhook-id' },
    },
  });
});

describe('of vendors that sign the URL as well', () => {
  const body = '{"event_id":"1","type":"payment.updated","action":{"id":"1","type":"updateCard"}}';
  const at = `${url}?tenant=1`;
  const square = createHmac('sha256', secret).update(at).update(body).digest('base64');
  const trello = createHmac('sha1', secret).update(body).update(at).digest('base64');
  for (const [id, header, value] of [
    ['square', 'x-square-hmacsha256-signature', square],
    ['trello', 'X-Trello-Webhook', trello],
  ] as const) {
    const proven = { body: whole, signature: { header }, id: { query: 'tenant' } };
    holdsFor(id, 'default', { request: post({ [header]: value }, body, at), secret, proven });
  }
});

describe('of vendors that put the signature into the body', () => {
  const token = 'a8ce0edb2dd8301dee6c2405235584e45aa91d1e9f979f3de0';
  const mailgun = createHmac('sha256', secret).update(`${seconds}${token}`).digest('hex');
  holdsFor('mailgun', 'default', {
    request: post(
      {},
      `{"signature":{"timestamp":"${seconds}","token":"${token}","signature":"${mailgun}"},"event-data":{"id":"1"}}`,
    ),
    secret,
    proven: {
      body: { body: '"token":"' },
      signature: { body: '"signature":"' },
      timestamp: { body: `"timestamp":"${seconds.slice(0, 9)}` },
    },
  });

  const signature = createHmac('sha256', secret).update(`${seconds}signature_request_sent`).digest('hex');
  const event = `{"event":{"event_time":"${seconds}","event_type":"signature_request_sent","event_hash":"${signature}"}}`;
  const boundary = '------------------------d74496d66958873e';
  const multipart = `--${boundary}\r\nContent-Disposition: form-data; name="json"\r\n\r\n${event}\r\n--${boundary}--\r\n`;
  holdsFor('dropbox_sign', 'default', {
    request: post({ 'content-type': `multipart/form-data; boundary=${boundary}` }, multipart),
    secret,
    proven: {
      body: { body: '"event_type":"' },
      signature: { body: '"event_hash":"' },
      timestamp: { body: `"event_time":"${seconds.slice(0, 9)}` },
    },
  });

  const privateKey = '4fd1b5d9b3b6b3b7c9a2e1f0d8c7b6a5';
  const payload = `${Buffer.from('<notification><kind>check</kind></notification>').toString('base64')}\n`;
  const key = createHash('sha1').update(privateKey).digest();
  const braintree = createHmac('sha1', key).update(payload).digest('hex');
  const form = new URLSearchParams({
    bt_signature: `other|${'0'.repeat(40)}&public_key|${braintree}`,
    bt_payload: payload,
  });
  holdsFor('braintree', 'default', {
    request: post({ 'content-type': 'application/x-www-form-urlencoded' }, form.toString()),
    secret: privateKey,
    proven: { body: { body: 'bt_payload=' }, signature: { body: 'public_key%7C' } },
  });

  const hex = '44782def547aaa06c910c43932b1eb0c71fc68d9d0c057550c48ec2acf6ba056';
  const item = (psp: string, success: string) => {
    const signed = `${psp}::TestMerchant:TestPayment-1407325143704:1130:EUR:AUTHORISATION:${success}`;
    const hmac = createHmac('sha256', Buffer.from(hex, 'hex')).update(signed).digest('base64');
    return `{"NotificationRequestItem":{"additionalData":{"hmacSignature":"${hmac}"},"amount":{"currency":"EUR","value":1130},"pspReference":"${psp}","eventCode":"AUTHORISATION","merchantAccountCode":"TestMerchant","merchantReference":"TestPayment-1407325143704","success":"${success}"}}`;
  };
  holdsFor('adyen', 'default', {
    request: post(
      {},
      `{"live":"false","notificationItems":[${item('7914073381342284', 'true')},${item('8825408195409505', 'false')}]}`,
    ),
    secret: hex,
    // The second of the two: every one of them has to be right.
    proven: {
      body: { body: '"pspReference":"882' },
      signature: { body: '"success":"true"}},{"NotificationRequestItem":{"additionalData":{"hmacSignature":"' },
    },
  });
});
