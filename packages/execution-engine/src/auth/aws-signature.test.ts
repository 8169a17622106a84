import type { Auth, Credential } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { answer, benchOf, issuesIn, previewOf, toolOf } from '../tools.test-support.ts';

const auth: Auth = { type: 'aws_sigv4', service: 'ses', region: '{region}' };
const document = {
  base_url: 'https://email.{region}.amazonaws.com',
  variables: { region: { description: 'Region.', pattern: '^[a-z]{2}-[a-z]+-[0-9]$' } },
  auth,
};
const keys = { access_key_id: 'AKIDEXAMPLE', secret_access_key: 'canary-secret+/0123456789' };
const credential: Credential = { type: 'custom', fields: keys };
const variables = { region: 'eu-west-1' };
const write = {
  request: { method: 'POST' as const, path: '/v2/x' },
  parameters: { text: { type: 'string' as const } },
};

describe('a request signed for AWS', () => {
  it('is signed for the service, in the region of the connection, and shows no secret', async () => {
    const bench = benchOf([answer(200, {})]);
    const seen = [previewOf(toolOf(write, document), { text: 'hi' }, { variables })];
    const outcome = await bench.execute(toolOf(write, document), { credential, variables, arguments: { text: 'hi' } });
    expect(outcome.status).toBe('succeeded');
    expect(bench.requests[0]).toMatchObject({
      url: 'https://email.eu-west-1.amazonaws.com/v2/x',
      headers: {
        'x-amz-date': '20260131T093000Z',
        'x-amz-content-sha256': expect.stringMatching(/^[0-9a-f]{64}$/),
        authorization: expect.stringMatching(
          /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20260131\/eu-west-1\/ses\/aws4_request, SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date, Signature=[0-9a-f]{64}$/,
        ),
      },
    });
    // Whoever sends writes it, from the URL.
    expect(bench.requests[0]?.headers).not.toHaveProperty('host');
    expect(JSON.stringify([seen, outcome, bench.requests])).not.toContain('canary');
  });

  it('has the token of temporary keys among what is signed, and what joins it on the way is not', async () => {
    const bench = benchOf([answer(200, {})]);
    await bench.execute(toolOf(write, document), {
      credential: { type: 'custom', fields: { ...keys, session_token: 'token-0123456789' } },
      variables,
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    });
    expect(bench.requests[0]?.headers).toMatchObject({
      'x-amz-security-token': 'token-0123456789',
      traceparent: expect.any(String),
      authorization: expect.stringContaining('host;x-amz-content-sha256;x-amz-date;x-amz-security-token,'),
    });
  });

  it('is signed anew at each attempt', async () => {
    let now = Date.UTC(2026, 0, 31, 9, 30);
    const bench = benchOf([answer(503, {}), answer(200, {})], { wallClock: () => (now += 1_000) });
    await bench.execute(toolOf({ ...write, idempotency: { kind: 'natural' } }, document), { credential, variables });
    const [first, second] = bench.requests.map(({ headers }) => headers['authorization']);
    expect(bench.requests).toHaveLength(2);
    expect(first).not.toBe(second);
  });

  it('is signed for a further page whose address has a broken escape, as it stands', async () => {
    const next = 'https://email.eu-west-1.amazonaws.com/v2/x?after=%zz';
    const bench = benchOf([answer(200, { items: [1], next }), answer(200, { items: [2] })]);
    const tool = toolOf(
      {
        risk: 'read',
        request: { method: 'GET', path: '/v2/x' },
        response: { pagination: { kind: 'link', items: 'items', next: 'next' } },
      },
      document,
    );
    const outcome = await bench.execute(tool, { credential, variables });
    expect(outcome).toMatchObject({ status: 'succeeded', output: { items: [1, 2] } });
    expect(bench.requests[1]).toMatchObject({ url: next, headers: { authorization: expect.any(String) } });
  });

  it('is signed for no other host', async () => {
    const bench = benchOf([answer(200, {})]);
    const tool = toolOf(
      {
        steps: [
          { id: 'a', request: { method: 'GET', path: '/a' } },
          { id: 'b', auth: false, request: { method: 'GET', path: '/b' } },
        ],
      } as never,
      document,
    );
    await bench.execute(tool, { credential, variables });
    expect(bench.requests.map(({ headers }) => 'authorization' in headers)).toEqual([true, false]);
    expect(bench.requests[1]?.headers).not.toHaveProperty('x-amz-date');
  });

  it.each<[string, Credential]>([
    ['of another kind', { type: 'api_key', api_key: 'key-0123456789' }],
    ['without its secret', { type: 'custom', fields: { access_key_id: 'AKIDEXAMPLE' } }],
    ['with a key id that is none', { type: 'custom', fields: { ...keys, access_key_id: 'a, b' } }],
    ['with a token that is no header', { type: 'custom', fields: { ...keys, session_token: 'a\r\nb' } }],
  ])('is refused with a credential %s, and nothing is sent', async (_, unfit) => {
    const bench = benchOf([]);
    const outcome = await bench.execute(toolOf(write, document), { credential: unfit, variables });
    expect(bench.requests).toEqual([]);
    expect(outcome).toMatchObject({ status: 'refused', attempts: 0, error: { code: 'credential_expired' } });
    expect(JSON.stringify(outcome)).not.toContain('canary');
  });

  it.each<[Auth, string]>([
    [{ type: 'aws_sigv4', service: 'ses' }, 'auth: of type aws_sigv4 needs service and region'],
    [
      { type: 'aws_sigv4', service: 'ses', region: '{nope}' },
      "auth.region: names 'nope', which is neither a parameter nor a variable",
    ],
  ])('%j is refused', (wrong, issue) => {
    expect(issuesIn({}, { ...document, auth: wrong })).toContain(issue);
  });
});
