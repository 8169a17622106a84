import { createHmac, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { certify } from './certificate.test-support.ts';
import { flip, now, post, schemeOf, url } from './flipped-bits.test-support.ts';
import { answerChallenge, type HookRequest, type SourceSecret } from './index.ts';

const secret = 'b84c1a1f6e2d4c0f9a7be0d3c5f81726';
const one: SourceSecret = { id: 'one', value: secret, expiresAt: null };

function ask(
  id: string,
  request: HookRequest,
  secrets: readonly SourceSecret[] = [one],
  settings = {},
  certificate?: string,
) {
  const fetchCertificate = () =>
    certificate === undefined ? Promise.reject(new Error('nothing is fetched here')) : Promise.resolve(certificate);
  return answerChallenge(schemeOf(id), request, secrets, { now, settings, fetchCertificate });
}

const get = (query: string, headers: Record<string, string> = {}): HookRequest => ({
  ...post(headers, '', url + query),
  method: 'GET',
});
const refusedFor = (reason: string) => ({ kind: 'refused', why: { reason } });
const plain = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };

describe('the verification of Meta', () => {
  const request = get('?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=meatyhamhock');
  const settings = { verify_token: 'meatyhamhock' };

  it('is answered with the challenge alone', async () => {
    const answer = { status: 200, headers: plain, body: '1158201444' };
    expect(await ask('meta', request, [one], settings)).toMatchObject({ kind: 'answered', answer });
  });

  it('is refused with another token, and where none was set', async () => {
    const wrong = flip(request, { query: 'hub.verify_token' });
    expect(await ask('meta', wrong, [one], settings)).toMatchObject(refusedFor('signature_wrong'));
    expect(await ask('meta', request)).toMatchObject(refusedFor('value_missing'));
    const blank = get('?hub.mode=subscribe&hub.challenge=1&hub.verify_token=');
    expect(await ask('meta', blank, [one], { verify_token: '' })).toMatchObject(refusedFor('value_missing'));
    expect(await ask('meta', get('?hub.mode=subscribe&hub.challenge=1'), [one], settings)).toMatchObject(
      refusedFor('value_missing'),
    );
    expect(await ask('meta', { ...request, method: 'POST' }, [one], settings)).toBeNull();
  });
});

describe('the challenge-response check of X', () => {
  it('is answered with the HMAC under the consumer secret', async () => {
    const token = 'MTk3MWU4ZTYtZGRlOS00NWIz';
    const hmac = createHmac('sha256', secret).update(token).digest('base64');
    const body = `{"response_token":"sha256=${hmac}"}`;
    expect(await ask('x_twitter', get(`?crc_token=${token}`))).toMatchObject({ answer: { status: 200, body } });
    expect(await ask('x_twitter', get(`?crc_token=${token}`), [])).toMatchObject(refusedFor('no_secret'));
  });

  it('signs nothing that could be an event', async () => {
    expect(await ask('x_twitter', get(`?crc_token=${encodeURIComponent('{"for_user_id":"1"}')}`))).toBeNull();
    expect(await ask('x_twitter', get('?crc_token='))).toBeNull();
  });
});

describe('the token of Notion', () => {
  const request = post({}, `{"verification_token":"${secret}"}`);

  it('becomes the secret of a source that has none', async () => {
    const answer = { status: 200, headers: {}, body: '' };
    expect(await ask('notion', request, [])).toMatchObject({ keepSecret: secret, answer });
  });

  it('is refused where there is one', async () => {
    expect(await ask('notion', request)).toMatchObject(refusedFor('token_invalid'));
    const over = { ...one, expiresAt: now - 1 };
    expect(await ask('notion', request, [over])).toMatchObject({ kind: 'answered' });
    expect(await ask('notion', post({}, `{"verification_token":"x","type":"page.created"}`), [])).toBeNull();
  });
});

describe('a challenge that requires nothing', () => {
  it('of monday.com is sent back in JSON', async () => {
    const request = post({}, '{"challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}');
    const body = '{"challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}';
    expect(await ask('monday', request, [])).toMatchObject({ answer: { status: 200, body } });
    expect(await ask('monday', post({}, '{"challenge":"a","event":{"type":"create_pulse"}}'))).toBeNull();
    expect(await ask('monday', post({}, `{"challenge":"${'a'.repeat(5_000)}"}`))).toMatchObject(
      refusedFor('value_missing'),
    );
  });

  it('of Okta is sent back in JSON', async () => {
    const request = get('', { 'X-Okta-Verification-Challenge': 'pbNsK0Hfcx3Yq' });
    const body = '{"verification":"pbNsK0Hfcx3Yq"}';
    expect(await ask('okta', request, [])).toMatchObject({ answer: { status: 200, body } });
    expect(await ask('okta', get(''), [])).toBeNull();
  });
});

const mac = (signed: string, encoding: 'hex' | 'base64') =>
  createHmac('sha256', secret).update(signed).digest(encoding);

describe('a challenge that is signed', () => {
  const sync = '{"type":"sync","authorization":{"id":"cmp_abc"}}';
  const front = post(
    {
      'X-Front-Signature': mac(`${now}:${sync}`, 'base64'),
      'X-Front-Request-Timestamp': String(now),
      'X-Front-Challenge': 'abc123',
    },
    sync,
  );
  const intent = '{"events":[],"firstEventSequence":0,"lastEventSequence":0,"entropy":"S0m3r4Nd0mt3xt"}';
  const xero = post({ 'x-xero-signature': mac(intent, 'base64') }, intent);
  const asked = '{"challenge":"pogchamp-kappa-360noscope-vohiyo","subscription":{"type":"channel.follow"}}';
  const time = '2026-11-29T12:00:00.634234626Z';
  const twitch = post(
    {
      'Twitch-Eventsub-Message-Id': 'e76c6bd4',
      'Twitch-Eventsub-Message-Timestamp': time,
      'Twitch-Eventsub-Message-Type': 'webhook_callback_verification',
      'Twitch-Eventsub-Message-Signature': `sha256=${mac(`e76c6bd4${time}${asked}`, 'hex')}`,
    },
    asked,
  );

  it.each([
    ['front', front, 'X-Front-Signature', 'abc123'],
    ['xero', xero, 'x-xero-signature', ''],
    ['twitch', twitch, 'Twitch-Eventsub-Message-Signature', 'pogchamp-kappa-360noscope-vohiyo'],
  ])('of %s is answered, and refused with a wrong signature or without a secret', async (id, request, header, body) => {
    const headers = body === '' ? {} : plain;
    expect(await ask(id, request)).toMatchObject({ kind: 'answered', answer: { status: 200, headers, body } });
    expect(await ask(id, flip(request, { header }))).toMatchObject(refusedFor('signature_wrong'));
    expect(await ask(id, request, [])).toMatchObject(refusedFor('no_secret'));
    expect(await ask(id, request, [{ ...one, value: ' ' }])).toMatchObject(refusedFor('no_secret'));
  });

  it('of Xero is none when there are events', async () => {
    const body = '{"events":[{"eventType":"Update"}],"entropy":"a"}';
    expect(await ask('xero', post({ 'x-xero-signature': mac(body, 'base64') }, body))).toBeNull();
  });

  it('is refused when it is old', async () => {
    const old = String(now - 400_000);
    const request = post(
      {
        'x-front-signature': mac(`${old}:${sync}`, 'base64'),
        'x-front-request-timestamp': old,
        'x-front-challenge': 'a',
      },
      sync,
    );
    expect(await ask('front', request)).toMatchObject(refusedFor('timestamp_too_old'));
  });
});

describe('the confirmation of AWS SNS', () => {
  const { certificate, privateKey } = certify('sns.amazonaws.com', new Date('2026-01-01'), new Date('2027-01-01'));
  const settings = { topic_arn: 'arn:aws:sns:us-west-2:123456789012:MyTopic' };
  const visit = 'https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&Token=2336412f37';
  const confirmation = (SubscribeURL = visit) => {
    const lines = [
      'Message',
      'You have chosen.',
      'MessageId',
      '165545c9',
      'SubscribeURL',
      SubscribeURL,
      'Timestamp',
      '2026-11-29T12:00:00.000Z',
      'Token',
      '2336412f37',
      'TopicArn',
      settings.topic_arn,
      'Type',
      'SubscriptionConfirmation',
    ];
    const pairs = Array.from({ length: lines.length / 2 }, (_, at) => [lines[2 * at], lines[2 * at + 1]]);
    const Signature = sign('sha256', Buffer.from(`${lines.join('\n')}\n`), privateKey).toString('base64');
    const rest = { SignatureVersion: '2', Signature, SigningCertURL: 'https://sns.us-west-2.amazonaws.com/a.pem' };
    return post(
      { 'content-type': 'text/plain; charset=UTF-8' },
      JSON.stringify({ ...Object.fromEntries(pairs), ...rest }),
    );
  };

  it('is a URL to visit, told only once the signature is right', async () => {
    const answer = { status: 200, body: '' };
    expect(await ask('aws_sns', confirmation(), [], settings, certificate)).toMatchObject({
      kind: 'answered',
      visit,
      answer,
    });
    for (const mark of ['"Signature":"', '"Token":"', '"SubscribeURL":"https://sns.us-west-2.amazonaws.com/?Action=']) {
      const wrong = flip(confirmation(), { body: mark });
      // One character of base64 in sixteen is, a bit off, none: then the signature cannot be read at all.
      expect(await ask('aws_sns', wrong, [], settings, certificate)).toMatchObject({
        kind: 'refused',
        why: { reason: expect.stringMatching(/^signature_(wrong|malformed)$/) },
      });
    }
  });

  it('is refused for another topic, without a topic, and where the URL leads elsewhere', async () => {
    const other = { topic_arn: 'arn:aws:sns:us-west-2:123456789012:Other' };
    expect(await ask('aws_sns', confirmation(), [], other, certificate)).toMatchObject(refusedFor('signature_wrong'));
    expect(await ask('aws_sns', confirmation(), [], {}, certificate)).toMatchObject(refusedFor('value_missing'));
    const elsewhere = confirmation('https://169.254.169.254/latest/meta-data');
    expect(await ask('aws_sns', elsewhere, [], settings, certificate)).toMatchObject(refusedFor('key_unusable'));
  });
});

describe('the check of a URL by Mailchimp', () => {
  it('is answered where the token in it is the secret', async () => {
    const request = get(`?token=${secret}`);
    expect(await ask('mailchimp', request)).toMatchObject({ kind: 'answered', answer: { status: 200, body: '' } });
    expect(await ask('mailchimp', flip(request, { query: 'token' }))).toMatchObject(refusedFor('signature_wrong'));
    expect(await ask('mailchimp', request, [])).toMatchObject(refusedFor('no_secret'));
    expect(await ask('mailchimp', get(''))).toMatchObject(refusedFor('value_missing'));
  });
});
