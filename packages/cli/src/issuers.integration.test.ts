import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Installation, json, startInstallation } from './running-patchbay.fixture.ts';

const pair = await generateKeyPair('ES256', { extractable: true });
const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'ES256' }] });
const provider = createServer((request, response) => {
  if (request.url === '/jwks') return void response.end(jwks);
  if (request.url === '/.well-known/openid-configuration')
    return void response.end(JSON.stringify({ issuer: url, jwks_uri: `${url}/jwks` }));
  response.writeHead(404).end();
});
let url = '';
let here: Installation;
beforeAll(async () => {
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  here = await startInstallation({ gateway: { PATCHBAY_EGRESS_TRUSTED_ORIGINS: url } }, { catalogue: false });
}, 120_000);
afterAll(async () => {
  await here?.stop();
  provider.closeAllConnections();
  provider.close();
});

const token = (jti: string) =>
  new SignJWT({ role: 'staff', jti })
    .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
    .setIssuer(url)
    .setSubject('ada')
    .setAudience('patchbay')
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(pair.privateKey);

const get = async (bearer: string) =>
  (await fetch(`${here.patchbay.facts.gateway_url}/v1/connections`, { headers: { authorization: `Bearer ${bearer}` } }))
    .status;

test('an issuer is trusted, listed, signed out of and removed', async () => {
  expect((await here.cli(['issuers', 'list'])).out).toContain('No issuer is trusted');
  expect(await get(await token('a'))).toBe(401);
  const set = ['issuers', 'set', url, '--audience', 'patchbay', '--role', 'staff=developer', '--role', 'bots=agent'];
  expect((await here.cli(set)).out).toContain(`trusted  acme  ${url}`);
  expect((await here.cli([...set, '--max-age', '1h', '--algorithms', 'ES256'])).out).toContain('changed');
  expect((await here.cli(['issuers', 'list'])).out).toMatch(
    /acme +http.* +patchbay .*role: staff=developer bots=agent/,
  );
  expect(json(await here.cli(['issuers', 'list', '--all', '--json'])).issuers).toMatchObject([{ max_age_s: 3_600 }]);

  const [one, two] = [await token('a'), await token('b')];
  expect(await get(one)).toBe(200);
  expect((await here.cli(['issuers', 'sign-out', '--jti', 'a'])).out).toContain('signed out  a');
  expect([await get(one), await get(two)]).toEqual([401, 200]);
  await here.cli(['issuers', 'sign-out', '--everybody']);
  expect(await get(two)).toBe(401);
  expect((await here.cli(['issuers', 'remove'])).out).toContain('removed');
  expect((await here.cli(['issuers', 'remove'])).code).toBe(3);
});

test.each([
  [['issuers', 'set', 'https://id.example.com', '--audience', 'x'], 2],
  [['issuers', 'set', 'https://id.example.com', '--audience', 'x', '--role', 'a=king'], 2],
  [['issuers', 'set', 'https://id.example.com', '--audience', 'x', '--role', 'a=agent', '--algorithms', 'HS256'], 2],
  [['issuers', 'set', 'http://127.0.0.1:1', '--audience', 'x', '--role', 'a=agent'], 3],
  [['issuers', 'sign-out'], 2],
  [['issuers', 'sign-out', '--jti', 'a', '--everybody'], 2],
])('%j ends with %i', async (argv, code) => {
  const result = await here.cli(argv);
  expect([result.code, result.err]).toEqual([code, expect.any(String)]);
});
