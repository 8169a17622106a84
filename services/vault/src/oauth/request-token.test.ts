import { generateKeyPairSync } from 'node:crypto';
import { type Auth, IntegrationDocument, type OAuthClient } from '@patchbay/contracts';
import type { EgressOutcome, EgressRequest } from '@patchbay/egress';
import { importSPKI, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { oauthSettings, withVariables } from './oauth-settings.ts';
import { jwtAssertion, requestToken } from './request-token.ts';

const now = new Date('2026-01-02T03:04:05.000Z');
const client: OAuthClient = { client_id: 'app id', client_secret: 'app:secret' };

function documentOf(auth: Partial<Auth>) {
  return IntegrationDocument.parse({
    id: 'chat',
    name: 'Chat',
    version: '1.0.0',
    category: 'communication',
    description: 'A test integration.',
    base_url: 'https://{region}.example.com',
    auth: { type: 'oauth2', token_url: 'https://{region}.example.com/token', ...auth },
    variables: { region: { default: 'eu' }, user: {} },
    tools: {
      look: { title: 'Look', description: 'Looks.', risk: 'read', request: { method: 'GET', path: '/' } },
    },
  });
}

/** Asks a vendor that answers so; what it was asked is in `asked`. */
async function ask(
  auth: Partial<Auth>,
  answer: { status?: number; body?: unknown } | EgressOutcome,
  request: Partial<Parameters<typeof requestToken>[1]> = {},
) {
  const asked: EgressRequest[] = [];
  const egress = {
    async send(sent: EgressRequest): Promise<EgressOutcome> {
      asked.push(sent);
      if ('ok' in answer) return answer;
      const { status = 200, body } = answer;
      const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
      return {
        ok: true,
        response: { status, headers: { 'content-type': 'application/json' }, body: bytes, contentType: null },
        timing: { connectMs: 0, queuedMs: 0, totalMs: 0 },
      };
    },
  };
  const given = await requestToken(
    { egress, now: () => now },
    {
      tenant: 'acme',
      settings: oauthSettings(documentOf(auth), '_platform', {}),
      client,
      grant: 'authorization_code',
      parameters: { code: 'the_code' },
      deadlineAt: performance.now() + 1_000,
      ...request,
    },
  ).then(
    ({ credential }) => ({ credential, error: undefined }),
    (error) => ({
      credential: undefined,
      error: { name: error.name, kind: error.kind, code: error.code, text: String(error.stack) },
    }),
  );
  return { ...given, asked: asked[0] as EgressRequest, form: new URLSearchParams(String(asked[0]?.body)) };
}

const good = { body: { access_token: 'at', token_type: 'Bearer', expires_in: 3_600, refresh_token: 'rt' } };

describe('a token request', () => {
  it('goes to the token endpoint alone, with id and secret in the body', async () => {
    const { asked, form } = await ask({ token_params: { audience: 'api' } }, good);
    expect(asked).toMatchObject({
      tenant: 'acme',
      method: 'POST',
      url: 'https://eu.example.com/token',
      hosts: ['eu.example.com'],
    });
    expect(Object.fromEntries(form)).toEqual({
      audience: 'api',
      client_id: 'app id',
      client_secret: 'app:secret',
      code: 'the_code',
      grant_type: 'authorization_code',
    });
  });

  it('shows the client by basic authentication, encoded as RFC 6749 wants it', async () => {
    const { asked, form } = await ask({ client_auth: 'basic' }, good);
    const shown = Buffer.from((asked.headers.authorization ?? '').replace('Basic ', ''), 'base64').toString();
    expect(shown).toBe('app+id:app%3Asecret');
    expect(form.has('client_secret')).toBe(false);
  });

  it('is JSON where the vendor wants that, with its headers', async () => {
    const { asked } = await ask({ token_body: 'json', token_headers: { 'Notion-Version': '2022-06-28' } }, good);
    expect(asked.headers).toMatchObject({ 'content-type': 'application/json', 'Notion-Version': '2022-06-28' });
    expect(JSON.parse(String(asked.body))).toMatchObject({ grant_type: 'authorization_code', code: 'the_code' });
  });

  it('is signed with the private key where the vendor wants that', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const signer: OAuthClient = { client_id: 'app', private_key: pem, key_id: 'k1', algorithm: 'ES256' };
    const { form } = await ask({ client_auth: 'private_key_jwt' }, good, { client: signer });
    expect(form.get('client_assertion_type')).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    const key = await importSPKI(publicKey.export({ type: 'spki', format: 'pem' }).toString(), 'ES256');
    const { payload, protectedHeader } = await jwtVerify(form.get('client_assertion') ?? '', key, {
      issuer: 'app',
      subject: 'app',
    });
    expect(protectedHeader.kid).toBe('k1');
    expect(payload.aud).toBe('https://eu.example.com');

    const assertion = await jwtAssertion(
      oauthSettings(
        documentOf({ grant: 'jwt_bearer', assertion: { subject: '{user}', audience: 'aud', lifetime_s: 60 } }),
        '_platform',
        {},
      ),
      signer,
      { user: { pattern: '^[a-z@.]+$' } },
      { user: 'ada@example.com' },
      now,
    );
    const claims = await jwtVerify(assertion, key, { audience: 'aud', currentDate: now });
    expect(claims.payload).toMatchObject({ iss: 'app', sub: 'ada@example.com', exp: now.getTime() / 1_000 + 60 });
  });

  it.each([
    ['no private key', { client_id: 'a' }],
    ['a private key that is none', { client_id: 'a', private_key: 'canary-key' }],
  ])('is not made with %s', async (_, broken) => {
    const { error } = await ask({ client_auth: 'private_key_jwt' }, good, { client: broken });
    expect(error).toMatchObject({ name: 'PatchbayError', code: 'invalid_request' });
    expect(error?.text).not.toContain('canary-key');
  });
});

describe('a token response', () => {
  it('becomes a credential that knows where it came from and when it ends', async () => {
    expect((await ask({}, good)).credential).toEqual({
      type: 'oauth2',
      access_token: 'at',
      refresh_token: 'rt',
      token_type: 'Bearer',
      expires_at: '2026-01-02T04:04:05.000Z',
      issuer: { token_url: 'https://eu.example.com/token', client_id: 'app id' },
    });
  });

  it.each<[string, Partial<Auth>, object, object]>([
    ['no token_type', {}, { access_token: 'at' }, { access_token: 'at', token_type: 'Bearer' }],
    ['an odd token_type', {}, { access_token: 'at', token_type: 'bot' }, { access_token: 'at' }],
    ['a lifetime in text', {}, { access_token: 'at', expires_in: '60' }, { expires_at: '2026-01-02T03:05:05.000Z' }],
    ['no lifetime', { token_lifetime_s: 60 }, { access_token: 'at' }, { expires_at: '2026-01-02T03:05:05.000Z' }],
    [
      'the token somewhere else',
      { token_at: 'authed_user', keep: ['team.id', 'bot'] },
      { ok: true, team: { id: 7 }, bot: { id: 1 }, authed_user: { access_token: 'user', scope: 'a,b' } },
      { access_token: 'user', scope: 'a,b', extra: { 'team.id': '7' } },
    ],
    ['an id_token of anybody', {}, { access_token: 'at', id_token: 'not.a.jwt' }, { access_token: 'at' }],
    ['nulls', {}, { access_token: 'at', refresh_token: null, expires_in: null, scope: null }, { access_token: 'at' }],
  ])('with %s is understood', async (_, auth, body, expected) => {
    expect((await ask(auth, { body })).credential).toMatchObject(expected);
  });

  it('that leaves the refresh token out keeps the one before, and a new one takes its place', async () => {
    const previous = {
      type: 'oauth2',
      access_token: 'old',
      refresh_token: 'kept',
      token_type: 'Bearer',
      scope: 's',
      extra: { dc: 'us1' },
    } as const;
    const refresh = { grant: 'refresh_token', parameters: { refresh_token: 'kept' }, previous } as const;
    expect((await ask({}, { body: { access_token: 'new' } }, refresh)).credential).toMatchObject({
      access_token: 'new',
      refresh_token: 'kept',
      scope: 's',
      extra: { dc: 'us1' },
    });
    expect((await ask({}, good, refresh)).credential).toMatchObject({ refresh_token: 'rt' });
    expect((await ask({ refresh: 'none' }, good, refresh)).credential).not.toHaveProperty('refresh_token');
  });

  it.each<[string, { status?: number; body?: unknown }, string, string]>([
    ['invalid_grant', { status: 400, body: { error: 'invalid_grant' } }, 'refused', 'invalid_grant'],
    [
      'an error with 200, as Slack sends it',
      { body: { ok: false, error: 'token_revoked' } },
      'refused',
      'token_revoked',
    ],
    ['invalid_client', { status: 401, body: { error: 'invalid_client' } }, 'client', 'invalid_client'],
    ['pending', { status: 400, body: { error: 'authorization_pending' } }, 'pending', 'authorization_pending'],
    ['503', { status: 503, body: { error: 'invalid_grant' } }, 'unavailable', 'status_503'],
    ['429', { status: 429, body: { error: 'rate' } }, 'unavailable', 'status_429'],
    ['502 in HTML', { status: 502, body: '<html>' }, 'unavailable', 'status_502'],
    ['404 in HTML', { status: 404, body: '<html>' }, 'client', 'status_404'],
    ['HTML', { body: '<html>' }, 'unavailable', 'not_json'],
    ['no token', { body: { token_type: 'bearer' } }, 'unavailable', 'oauth_invalid_response'],
    ['an error that echoes', { status: 400, body: { error: 'no_the_code_here' } }, 'refused', 'unreadable_error'],
    ['an error that is no code', { status: 400, body: { error: 'canary secret!' } }, 'refused', 'unreadable_error'],
  ])('of %s says what that means', async (_, answer, kind, code) => {
    expect((await ask({}, answer)).error).toMatchObject({ name: 'OAuthFailure', kind, code });
  });

  it('that never came, or names nothing, says why', async () => {
    const failure = { kind: 'denied', sent: false, reason: 'address_not_public', message: '' } as const;
    expect((await ask({}, { ok: false, failure })).error).toMatchObject({
      kind: 'unavailable',
      code: 'address_not_public',
    });
  });

  it('is nowhere in an error', async () => {
    const { error } = await ask({}, { body: { access_token: 17, refresh_token: 'canary-rt' } });
    expect(error?.text).not.toContain('canary-rt');
  });
});

describe('what the vendor wants to see of the client in every request', () => {
  it('goes with the token where a template names it, and nowhere else', async () => {
    const answer = { body: { access_token: 'at-1' } };
    const shown = await ask({ headers: { 'x-api-key': '{client_id}' } }, answer);
    expect(shown.credential?.secrets).toEqual({ client_id: expect.stringMatching(/./) });
    expect((await ask({}, answer)).credential).not.toHaveProperty('secrets');
  });
});

describe('the endpoints of an integration', () => {
  it('are refused with a variable that is missing, unknown or could change the host', () => {
    const settings = (variables: Record<string, string>) => () =>
      oauthSettings(documentOf({ token_url: 'https://{region}.{user}.example.com/token' }), '_platform', variables);
    expect(settings({ user: 'ada' })().tokenUrl).toBe('https://eu.ada.example.com/token');
    expect(settings({})).toThrow(/variables.user: missing/);
    expect(settings({ user: 'evil.com/' })).toThrow(/must match/);
    expect(() => withVariables('https://{host}', {}, { host: 'evil.com' })).toThrow(/not one of the integration/);
  });

  it('are asked with what the connection says in scopes and parameters', () => {
    const auth = {
      scopes: ['https://{user}.example.com/.default', 'offline'],
      token_params: { resource: '{region}' },
      authorize_params: { tenant: '{user}' },
    };
    expect(oauthSettings(documentOf(auth), '_platform', { user: 'ada' }).auth).toMatchObject({
      scopes: ['https://ada.example.com/.default', 'offline'],
      token_params: { resource: 'eu' },
      authorize_params: { tenant: 'ada' },
    });
    expect(() => oauthSettings(documentOf(auth), '_platform', {})).toThrow(/variables.user: missing/);
  });

  it('are none without OAuth', () => {
    expect(() => oauthSettings(documentOf({ type: 'bearer' }), '_platform', {})).toThrow(/does not use OAuth/);
    const { token_url: _, ...auth } = documentOf({}).auth;
    expect(() => oauthSettings({ ...documentOf({}), auth }, '_platform', {})).toThrow(/no token_url/);
  });
});
