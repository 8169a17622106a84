import { describe, expect, it } from 'vitest';
import { answer, benchOf, failure, issuesIn, toolOf } from '../tools.test-support.ts';

const auth = {
  type: 'bearer' as const,
  hosts: ['api.acme.com', 'id.acme.com'],
  exchange: {
    url: 'https://id.acme.com/token',
    auth: 'basic' as const,
    fields: { grant_type: 'client_credentials' },
  },
};
const stored = { type: 'basic' as const, username: 'client', password: 'pass-word-1' };
const token = (value: string, rest: object = { expires_in: 600 }) => answer(200, { access_token: value, ...rest });
const tool = toolOf({ risk: 'read', request: { method: 'GET', path: '/x' }, retry: { max_attempts: 1 } }, { auth });

describe('a credential that is exchanged for a token', () => {
  it('goes to the exchange alone, and the token to the API', async () => {
    const bench = benchOf([token('t-0123456789'), answer(200, { echo: 't-0123456789' })]);
    const outcome = await bench.execute(tool, { credential: stored });
    expect(outcome).toMatchObject({ status: 'succeeded', attempts: 1, output: { echo: '[secret]' } });
    expect(bench.requests).toMatchObject([
      {
        method: 'POST',
        url: 'https://id.acme.com/token',
        body: 'grant_type=client_credentials',
        headers: { authorization: `Basic ${Buffer.from('client:pass-word-1').toString('base64')}` },
        followRedirects: false,
      },
      { url: 'https://api.acme.com/v1/x', headers: { authorization: 'Bearer t-0123456789' } },
    ]);
  });

  it('is exchanged once for all who wait and until shortly before the end, for each tenant by itself', async () => {
    let tokens = 0;
    const bench = benchOf([]);
    const own = benchOf(
      Array.from({ length: 12 }, (_, i) => () => {
        const isToken = own.requests[i]?.url.startsWith('https://id.') === true;
        return isToken ? token(`t-${++tokens}-0123456789`) : answer(200, {});
      }),
    );
    expect(bench.requests).toEqual([]);
    await Promise.all([1, 2, 3].map(() => own.execute(tool, { credential: stored })));
    expect(tokens).toBe(1);
    own.pass(530_000);
    await own.execute(tool, { credential: stored });
    expect(tokens).toBe(1);
    own.pass(20_000);
    await own.execute(tool, { credential: stored });
    expect(tokens).toBe(2);
    await own.execute(tool, { credential: stored, tenant: 'rival' });
    expect(tokens).toBe(3);
  });

  it('is exchanged anew after an answer that an error rule calls expired', async () => {
    const own = toolOf(
      { risk: 'read', request: { method: 'GET', path: '/x' }, retry: { max_attempts: 1 } },
      { auth, errors: [{ when: '$status = 419', code: 'credential_expired' }] },
    );
    const again = benchOf([token('t-1-0123456789'), answer(419, {}), token('t-2-0123456789'), answer(200, {})]);
    expect(await again.execute(own, { credential: stored })).toMatchObject({ status: 'succeeded', attempts: 2 });
    const plain = benchOf([token('t-1-0123456789'), answer(419, {})]);
    expect(await plain.execute(tool, { credential: stored })).toMatchObject({ error: { code: 'upstream_error' } });
  });

  it('is exchanged anew for the next call when a write that cannot be repeated was refused', async () => {
    const write = toolOf({ risk: 'write', request: { method: 'POST', path: '/x' } }, { auth });
    const bench = benchOf([token('t-1-0123456789'), answer(401, {}), token('t-2-0123456789'), answer(200, {})]);
    expect(await bench.execute(write, { credential: stored })).toMatchObject({ error: { code: 'credential_expired' } });
    expect(await bench.execute(write, { credential: stored })).toMatchObject({ status: 'succeeded' });
    expect(bench.requests[3]?.headers).toMatchObject({ authorization: 'Bearer t-2-0123456789' });
  });

  it('is exchanged with what the connection says, such as the address that a scope names', async () => {
    const bench = benchOf([token('t-0123456789'), answer(200, {})]);
    const own = toolOf(
      { risk: 'read', request: { method: 'GET', path: '/x' } },
      {
        variables: { org: {} },
        auth: {
          ...auth,
          exchange: {
            ...auth.exchange,
            headers: { 'x-org': '{org}' },
            fields: { scope: 'https://{org}.acme.com/.default' },
          },
        },
      },
    );
    await bench.execute(own, { credential: stored, variables: { org: 'north' } });
    expect(bench.requests[0]).toMatchObject({
      body: 'scope=https%3A%2F%2Fnorth.acme.com%2F.default',
      headers: { 'x-org': 'north' },
    });
    const without = benchOf([]);
    expect(await without.execute(own, { credential: stored })).toMatchObject({ error: { code: 'connection_missing' } });
  });

  it('is exchanged anew once when the API refuses the token', async () => {
    const again = benchOf([token('t-1-0123456789'), answer(401, {}), token('t-2-0123456789'), answer(200, {})]);
    expect(await again.execute(tool, { credential: stored })).toMatchObject({ status: 'succeeded', attempts: 2 });
    const never = benchOf([token('t-1-0123456789'), answer(401, {}), token('t-2-0123456789'), answer(401, {})]);
    expect(await never.execute(tool, { credential: stored })).toMatchObject({
      status: 'failed',
      attempts: 2,
      error: { code: 'credential_expired' },
    });
  });

  it.each([
    [answer(401, { error: 'pass-word-1 is wrong' }), 'credential_expired'],
    [answer(429, {}), 'rate_limited'],
    [answer(500, {}), 'upstream_error'],
    [answer(200, { no: 'token' }), 'response_invalid'],
    [answer(200, { access_token: 'a\r\nb' }), 'response_invalid'],
    [failure('unreachable', false), 'upstream_unreachable'],
    [failure('deadline', true), 'deadline_exceeded'],
    [failure('denied', false), 'egress_denied'],
  ])('that gets no token sends nothing to the API: %#', async (given, code) => {
    const bench = benchOf([given]);
    const outcome = await bench.execute(tool, { credential: stored });
    expect(outcome).toMatchObject({ status: 'refused', attempts: 0, error: { code } });
    expect(JSON.stringify(outcome)).not.toContain('pass-word-1');
    expect(bench.requests).toHaveLength(1);
    // A failure is not kept.
    await bench.execute(tool, { credential: stored });
    expect(bench.requests).toHaveLength(2);
  });

  it('is cancelled with its execution, while the exchange goes on for others', async () => {
    const controller = new AbortController();
    controller.abort();
    const bench = benchOf([token('t-0123456789'), answer(200, {})]);
    expect(await bench.execute(tool, { credential: stored, signal: controller.signal })).toMatchObject({
      status: 'cancelled',
    });
  });

  it('can be an API key in JSON, its token shown in a custom header, its life in seconds where none is told', async () => {
    const custom = toolOf(
      { risk: 'read', request: { method: 'GET', path: '/x' } },
      {
        auth: {
          type: 'custom',
          headers: { 'X-Session': 's={token}' },
          exchange: {
            url: 'https://api.acme.com/login',
            body: 'json',
            fields: { key: '{api_key}' },
            headers: { 'X-App': 'patchbay' },
            token: 'data.session',
          },
        },
      },
    );
    const bench = benchOf([answer(200, { data: { session: 'sess-0123456789' } }), answer(200, {})]);
    await bench.execute(custom, { credential: { type: 'api_key', api_key: 'key-0123456789' } });
    expect(bench.requests[0]).toMatchObject({ body: '{"key":"key-0123456789"}', headers: { 'x-app': 'patchbay' } });
    expect(bench.requests[1]?.headers).toMatchObject({ 'x-session': 's=sess-0123456789' });
  });

  it.each([
    [{ ...auth, type: 'basic' as const }, 'auth.exchange: gives a token, which auth type basic cannot show'],
    [{ ...auth, hosts: ['api.acme.com'] }, 'auth.exchange.url: has a host that is not among auth.hosts'],
    [{ ...auth, exchange: { ...auth.exchange, token: 'a..b' } }, 'auth.exchange.token: '],
    [{ ...auth, exchange: { ...auth.exchange, method: 'GET' as const } }, 'auth.exchange.fields: need a POST'],
    [{ ...auth, exchange: { ...auth.exchange, headers: { Host: 'x' } } }, 'auth.exchange.headers.Host: '],
  ])('is checked in the document: %#', (broken, issue) => {
    expect(issuesIn({}, { auth: broken }).join('\n')).toContain(issue);
  });

  it('that does not fit is refused before anything is sent', async () => {
    const bench = benchOf([token('t')]);
    const missing = toolOf({}, { auth: { ...auth, exchange: { ...auth.exchange, fields: { k: '{api_key}' } } } });
    expect(await bench.execute(missing, { credential: stored })).toMatchObject({
      status: 'refused',
      error: { code: 'credential_expired' },
    });
    expect(bench.requests).toEqual([]);
  });
});
