import { IssuerSettings, type IssuerSettingsInput, type TrustedIssuer } from '@patchbay/contracts';
import {
  base64url,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JSONWebKeySet,
  type JWK,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
} from 'jose';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAuthenticateToken } from './authenticate-token.ts';
import { coolDownMs, IssuerKeys } from './issuers/issuer-keys.ts';

const now = Date.parse('2026-06-01T12:00:00Z');
const iat = now / 1_000 - 10;
const iss = 'https://id.example.com';
const claims: JWTPayload = { iss, aud: 'patchbay-acme', sub: 'ada', role: 'staff', iat, exp: iat + 600, jti: 'one' };

const trusting = (tenant: string, over: Partial<IssuerSettingsInput> & Partial<TrustedIssuer> = {}): TrustedIssuer => ({
  ...IssuerSettings.parse({
    issuer: iss,
    audience: `patchbay-${tenant}`,
    roles: { staff: 'developer', boss: 'owner' },
  }),
  tenant,
  changed_at: '2026-01-01T00:00:00.000Z',
  changed_by: 'admin',
  signed_out: [],
  ...(over as Partial<TrustedIssuer>),
});

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;
let pair: Pair;
let jwk: JWK;
beforeAll(async () => {
  pair = await generateKeyPair('RS256', { extractable: true });
  jwk = { ...(await exportJWK(pair.publicKey)), kid: 'k1' };
});

let rows: TrustedIssuer[];
let suspended: string[];
let published: JSONWebKeySet | Error;
let fetches: number;
let clock: number;
let reasons: string[];
beforeEach(() => {
  rows = [trusting('acme')];
  suspended = [];
  published = { keys: [jwk] };
  [fetches, clock, reasons] = [0, 0, []];
});

function door() {
  const keys = new IssuerKeys({
    async fetchKeys() {
      fetches += 1;
      if (published instanceof Error) throw published;
      return published;
    },
    now: () => clock,
    onUnavailable: () => {},
  });
  const take = createAuthenticateToken({
    store: {
      findKey: () => null,
      findTenant: (tenant) => ({
        tenant,
        name: '',
        created_at: '',
        suspended_at: suspended.includes(tenant) ? '2026-01-01T00:00:00Z' : null,
      }),
      findIssuer: (tenant) => rows.find((one) => one.tenant === tenant) ?? null,
      issuersNamed: (issuer) => rows.filter((one) => one.issuer === issuer),
    },
    keyOf: (issuer) => keys.keyOf(issuer),
    now: () => now,
    onRefused({ reason, code, door }) {
      reasons.push(reason);
      expect(code).toMatch(/^[a-z_]+$/);
      expect(door).toBe('http');
    },
  });
  return (token: string) => take(token, 'http');
}

const sign = (said: JWTPayload = claims, header: Record<string, unknown> = {}, key = pair.privateKey) =>
  new SignJWT(said).setProtectedHeader({ alg: 'RS256', kid: 'k1', ...header }).sign(key);

describe('a token', () => {
  test('of a trusted issuer is somebody of the tenant that trusts it', async () => {
    expect(await door()(await sign())).toMatchObject({
      kind: 'jwt',
      id: 'ada',
      tenant: 'acme',
      role: 'developer',
      agent: null,
      session: null,
      token: { jti: 'one', issuedAtMs: iat * 1_000, expiresAtMs: (iat + 600) * 1_000 },
    });
  });

  test('has its tenant from the issuer’s settings, whatever it says itself', async () => {
    rows = [trusting('acme'), trusting('rival')];
    const said = { ...claims, tenant: 'rival', org: 'rival', patchbay_tenant: '_platform' };
    expect(await door()(await sign(said))).toMatchObject({ tenant: 'acme' });
    expect(await door()(await sign({ ...said, aud: 'patchbay-rival' }))).toMatchObject({ tenant: 'rival' });
    // Two that trust the same: nobody can tell whose it is.
    expect(await door()(await sign({ ...said, aud: ['patchbay-acme', 'patchbay-rival'] }))).toBeNull();
  });

  test.each<[string, JWTPayload]>([
    ['of another issuer', { iss: 'https://evil.example.com' }],
    ['of an issuer that only begins like it', { iss: `${iss}/` }],
    ['for another audience', { aud: 'patchbay' }],
    ['for no audience', { aud: undefined }],
    ['that has ended', { exp: iat - 10 }],
    ['without an end', { exp: undefined }],
    ['without a time', { iat: undefined }],
    ['from the future', { iat: iat + 3_600, exp: iat + 7_200 }],
    ['that is not valid yet', { nbf: iat + 3_600 }],
    ['that is too old, however long it says it lasts', { iat: iat - 86_500, exp: iat + 1e6 }],
    ['without a subject', { sub: undefined }],
    ['whose subject is no word', { sub: 'ada\nadmin' }],
    ['without a role', { role: undefined }],
    ['with a role that means none', { role: 'guest' }],
    ['with a role of every object', { role: 'constructor' }],
    ['with roles in an object', { role: { staff: true } }],
    ['that is bound to a key', { cnf: { jkt: 'x' } }],
  ])('%s is refused', async (_what, over) => {
    expect(await door()(await sign({ ...claims, ...over }))).toBeNull();
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).not.toContain('eyJ');
  });

  test.each(['logout+jwt', 'dpop+jwt', 'secevent+jwt'])('of kind %s is refused', async (typ) => {
    expect(await door()(await sign(claims, { typ }))).toBeNull();
    expect(await door()(await sign(claims, { typ: 'at+JWT' }))).not.toBeNull();
  });

  test('that nobody signed, or anybody could have, is refused', async () => {
    const shared = new TextEncoder().encode(await exportSPKI(pair.publicKey));
    const forged = [
      new UnsecuredJWT(claims).encode(),
      // The public key taken for a shared secret.
      await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'k1' }).sign(shared),
      await sign(claims, {}, (await generateKeyPair('RS256')).privateKey),
      `${(await sign()).split('.').slice(0, 2).join('.')}.`,
      (await sign()).replace(/\.[^.]+\./, `.${base64url.encode(JSON.stringify({ ...claims, role: 'boss' }))}.`),
      'a.b.c',
    ];
    for (const token of forged) expect([token.slice(0, 40), await door()(token)]).toEqual([token.slice(0, 40), null]);
  });

  test('is not taken by a symmetric key in the set, nor by an algorithm that the tenant did not allow', async () => {
    const secret = new Uint8Array(32).fill(7);
    published = { keys: [{ kty: 'oct', k: base64url.encode(secret), kid: 'k1', alg: 'HS256' }] };
    expect(
      await door()(await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'k1' }).sign(secret)),
    ).toBeNull();
    published = { keys: [jwk] };
    rows = [trusting('acme', { algorithms: ['ES256'] })];
    expect(await door()(await sign())).toBeNull();
  });

  test('never names a key or where its key is', async () => {
    const evil = await generateKeyPair('RS256', { extractable: true });
    const key = await exportJWK(evil.publicKey);
    expect(await door()(await sign(claims, { jwk: key, kid: 'k2' }, evil.privateKey))).toBeNull();
    expect(
      await door()(await sign(claims, { jku: 'https://evil.example.com/jwks', kid: 'k2' }, evil.privateKey)),
    ).toBeNull();
  });

  test('can say agent and session, where the tenant has it do so, and the role in a list or further in', async () => {
    rows = [
      trusting('acme', {
        role_claim: 'realm_access.roles',
        agent_claim: 'https://acme.example/agent',
        session_claim: 'sid',
      }),
    ];
    const said = {
      ...claims,
      realm_access: { roles: ['guest', 'staff', 'boss'] },
      'https://acme.example/agent': 'desk',
      sid: 's-1',
    };
    expect(await door()(await sign(said))).toMatchObject({ role: 'owner', agent: 'desk', session: 's-1' });
    expect(await door()(await sign({ ...said, sid: 7 }))).toBeNull();
    expect(await door()(await sign({ ...said, sid: 'x'.repeat(129) }))).toBeNull();
  });

  test('is no longer taken once signed out, or its tenant suspended', async () => {
    const at = new Date(now).toISOString();
    const over = (jti: string | null, subject: string | null) =>
      (rows = [trusting('acme', { signed_out: [{ jti, subject, at, until: at }] })]);
    const later = { ...claims, iat: now / 1_000 + 5, jti: 'two' };
    for (const [jti, subject, former, newer] of [
      ['one', null, false, true],
      ['other', null, true, true],
      [null, 'ada', false, true],
      [null, 'bob', true, true],
      [null, null, false, true],
    ] as const) {
      over(jti, subject);
      expect([jti, subject, (await door()(await sign())) !== null]).toEqual([jti, subject, former]);
      expect([jti, subject, (await door()(await sign(later))) !== null]).toEqual([jti, subject, newer]);
    }
    rows = [trusting('acme')];
    suspended = ['acme'];
    expect(await door()(await sign())).toBeNull();
  });
});

describe('the keys of an issuer', () => {
  test('are asked for once, by however many at once', async () => {
    const [authenticate, token] = [door(), await sign()];
    const all = await Promise.all(Array.from({ length: 50 }, () => authenticate(token)));
    expect(all.every((one) => one !== null)).toBe(true);
    expect(fetches).toBe(1);
  });

  test('are asked for again for one that is new, and not by made-up names', async () => {
    const authenticate = door();
    expect(await authenticate(await sign())).not.toBeNull();
    const next = await generateKeyPair('RS256', { extractable: true });
    published = { keys: [{ ...(await exportJWK(next.publicKey)), kid: 'k2' }] };
    const token = await sign(claims, { kid: 'k2' }, next.privateKey);
    expect(await authenticate(token)).toBeNull();
    clock += coolDownMs;
    expect(await authenticate(token)).not.toBeNull();
    expect(fetches).toBe(2);
    for (let i = 0; i < 20; i++) expect(await authenticate(await sign(claims, { kid: `made-up-${i}` }))).toBeNull();
    expect(fetches).toBe(2);
    // What was signed with the key that was taken back is worth nothing any more.
    expect(await authenticate(await sign())).toBeNull();
  });

  test('let nobody in while they cannot be had, and are not asked for at each token', async () => {
    published = new Error('down');
    const authenticate = door();
    for (let i = 0; i < 20; i++) expect(await authenticate(await sign())).toBeNull();
    expect(fetches).toBe(1);
    published = { keys: [jwk] };
    clock += coolDownMs;
    expect(await authenticate(await sign())).not.toBeNull();
  });

  test('are used for an hour while their issuer is away, and then no longer', async () => {
    const authenticate = door();
    expect(await authenticate(await sign())).not.toBeNull();
    published = new Error('down');
    for (const at of [1_200_000, 2_400_000, 3_600_000]) {
      clock = at;
      expect(await authenticate(await sign())).not.toBeNull();
    }
    clock = 3_600_001 + coolDownMs;
    expect(await authenticate(await sign())).toBeNull();
  });

  test('are those of the settings: another address is asked anew', async () => {
    const authenticate = door();
    expect(await authenticate(await sign())).not.toBeNull();
    published = { keys: [] };
    rows = [trusting('acme', { jwks_url: 'https://id.example.com/other' })];
    expect(await authenticate(await sign())).toBeNull();
    expect(fetches).toBe(2);
  });
});
