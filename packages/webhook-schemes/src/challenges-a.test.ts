import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { flip, now, post, schemeOf, url } from './flipped-bits.test-support.ts';
import { answerChallenge, type HookRequest, renderAnswer, type SourceSecret } from './index.ts';
import { RequestView } from './request-view.ts';

const secret = 'b84c1a1f6e2d4c0f9a7be0d3c5f81726';
const one: SourceSecret = { id: 'one', value: secret, expiresAt: null };

function ask(id: string, request: HookRequest, secrets: readonly SourceSecret[] = [one], settings = {}) {
  const fetchCertificate = () => Promise.reject(new Error('nothing is fetched here'));
  return answerChallenge(schemeOf(id), request, secrets, { now, settings, fetchCertificate });
}

const get = (query: string): HookRequest => ({ method: 'GET', url: url + query, headers: [], body: Buffer.alloc(0) });
const head: HookRequest = { ...get(''), method: 'HEAD' };
const text = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };

describe('a challenge that requires nothing', () => {
  it.each(['intercom', 'trello'])('of %s is a HEAD, answered 200 and empty', async (id) => {
    expect(await ask(id, head, [])).toMatchObject({ answer: { status: 200, body: '' } });
    expect(await ask(id, get(''), [])).toBeNull();
  });

  it('of Dropbox is sent back as plain text that no browser sniffs', async () => {
    const answer = { status: 200, headers: text, body: '<b>a+b</b>' };
    expect(await ask('dropbox', get('?challenge=%3Cb%3Ea%2Bb%3C%2Fb%3E'), [])).toMatchObject({ answer });
    expect(await ask('dropbox', get('?challenge='), [])).toBeNull();
    expect(await ask('dropbox', get('?challenge=a&challenge=b'), [])).toBeNull();
  });

  it('of Microsoft Graph is sent back decoded as plain text', async () => {
    const request = post(
      { 'content-type': 'text/plain; charset=utf-8' },
      '',
      `${url}?validationToken=Validation%3A%20abc`,
    );
    const answer = { status: 200, headers: text, body: 'Validation: abc' };
    expect(await ask('microsoft_graph', request, [])).toMatchObject({ answer });
    expect(await ask('microsoft_graph', get('?validationToken=abc'))).toBeNull();
  });
});

describe('the handshake of Asana', () => {
  const request = post({ 'X-Hook-Secret': secret }, '');

  it('is answered with the same secret, which the source keeps', async () => {
    expect(await ask('asana', request, [])).toMatchObject({
      keepSecret: secret,
      answer: { status: 200, body: '', headers: { 'x-hook-secret': secret } },
    });
  });

  it('is refused while the source has a secret, and when there are two', async () => {
    expect(await ask('asana', request)).toMatchObject({ kind: 'refused', why: { reason: 'token_invalid' } });
    const twice = { ...request, headers: [...request.headers, ['x-hook-secret', 'other'] as const] };
    expect(await ask('asana', twice, [])).toBeNull();
  });
});

describe('the validation of Zoom', () => {
  const body = '{"event":"endpoint.url_validation","payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"},"event_ts":1}';
  const seconds = String(now / 1_000);
  const signature = `v0=${createHmac('sha256', secret).update(`v0:${seconds}:${body}`).digest('hex')}`;
  const request = post({ 'x-zm-signature': signature, 'x-zm-request-timestamp': seconds }, body);
  const encrypted = createHmac('sha256', secret).update('qgg8vlvZRS6UYooatFL8Aw').digest('hex');
  const answer = { status: 200, body: `{"plainToken":"qgg8vlvZRS6UYooatFL8Aw","encryptedToken":"${encrypted}"}` };

  it('is answered with the HMAC under the secret that it was signed with', async () => {
    expect(await ask('zoom', request)).toMatchObject({ answer });
    const other = { id: 'newer', value: 'another secret', expiresAt: null };
    expect(await ask('zoom', request, [other, one])).toMatchObject({ answer });
  });

  it('is refused when its signature is wrong, and without a secret', async () => {
    for (const spot of [{ header: 'x-zm-signature' }, { body: '"plainToken":"' }]) {
      expect(await ask('zoom', flip(request, spot))).toMatchObject({
        kind: 'refused',
        why: { reason: 'signature_wrong' },
      });
    }
    expect(await ask('zoom', request, [])).toMatchObject({ kind: 'refused', why: { reason: 'no_secret' } });
  });
});

describe.each(['google_calendar', 'google_drive'])('the first message of %s', (id) => {
  const headers = { 'x-goog-channel-token': secret, 'x-goog-resource-state': 'sync', 'x-goog-message-number': '1' };

  it('is answered 200 and is refused without the token of the channel', async () => {
    expect(await ask(id, post(headers, ''))).toMatchObject({ challenge: 'sync', answer: { status: 200, body: '' } });
    const wrong = flip(post(headers, ''), { header: 'x-goog-channel-token' });
    expect(await ask(id, wrong)).toMatchObject({ kind: 'refused', why: { reason: 'signature_wrong' } });
    expect(await ask(id, post(headers, ''), [])).toMatchObject({ kind: 'refused', why: { reason: 'no_secret' } });
    expect(await ask(id, post({ ...headers, 'x-goog-resource-state': 'exists' }, ''))).toBeNull();
  });
});

describe('the challenge of Braintree', () => {
  const challenge = '20f9f8ed05f77439fe955c977e4c8a53';
  const settings = { public_key: 'integration_public_key' };
  const key = createHash('sha1').update(secret).digest();

  it('is answered with the public key and the HMAC', async () => {
    const body = `integration_public_key|${createHmac('sha1', key).update(challenge).digest('hex')}`;
    expect(await ask('braintree', get(`?bt_challenge=${challenge}`), [one], settings)).toMatchObject({
      answer: { status: 200, body },
    });
  });

  it('is refused without a secret or a public key', async () => {
    const request = get(`?bt_challenge=${challenge}`);
    expect(await ask('braintree', request, [], settings)).toMatchObject({
      kind: 'refused',
      why: { reason: 'no_secret' },
    });
    expect(await ask('braintree', request)).toMatchObject({ kind: 'refused', why: { reason: 'value_missing' } });
  });

  it('signs nothing that could be a notification', async () => {
    const payload = encodeURIComponent(
      Buffer.from('<notification><kind>check</kind></notification>').toString('base64'),
    );
    expect(await ask('braintree', get(`?bt_challenge=${payload}`), [one], settings)).toBeNull();
    expect(await ask('braintree', get(`?bt_challenge=${challenge}%0A`), [one], settings)).toBeNull();
    expect(await ask('braintree', get(`?bt_challenge=${challenge.toUpperCase()}`), [one], settings)).toBeNull();
  });
});

describe('the answer to an event', () => {
  it.each([
    ['adyen', 200, '[accepted]'],
    ['adyen_platforms', 200, '[accepted]'],
    ['dropbox_sign', 200, 'Hello API Event Received'],
    ['microsoft_graph', 202, ''],
  ])('of %s is %i %s', async (id, status, body) => {
    const view = await RequestView.of(post({}, ''));
    expect(renderAnswer(schemeOf(id).answer, { view })).toMatchObject({ status, body });
  });

  it('of Salesforce acknowledges in XML', async () => {
    const { headers, body } = renderAnswer(schemeOf('salesforce').answer, { view: await RequestView.of(post({}, '')) });
    expect(headers).toMatchObject({ 'content-type': 'text/xml; charset=utf-8' });
    expect(body).toContain(
      '<notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse>',
    );
  });
});
