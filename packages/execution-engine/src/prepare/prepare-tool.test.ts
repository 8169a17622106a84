import type { IntegrationDocumentInput, Parameter } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { answer, benchOf, documentOf, failureOf, issuesIn, previewOf, toolOf } from '../tools.test-support.ts';
import { prepareTool } from './prepare-tool.ts';

describe('prepareTool', () => {
  it('says what an executor needs to know', () => {
    const tool = toolOf(
      { rate_limits: { requests_per_minute: 5 }, timeout_ms: 900 },
      { rate_limits: { requests_per_minute: 60, burst_size: 3 } },
    );
    expect(tool).toMatchObject({
      name: 'acme_do_it',
      version: '1.0.0',
      integration: 'acme',
      risk: 'write',
      needsConnection: true,
      hosts: ['api.acme.com'],
      timeoutMs: 900,
      rateLimits: { requests_per_minute: 60, burst_size: 3 },
      toolRateLimits: { requests_per_minute: 5, burst_size: 10 },
      retrySafe: 'never',
    });
    expect(toolOf({ name: 'own_name' })).toMatchObject({
      name: 'own_name',
      timeoutMs: 10_000,
      rateLimits: null,
      toolRateLimits: null,
    });
  });

  it.each([
    [{ risk: 'read' as const }, 'always'],
    [{ idempotency: { kind: 'natural' as const } }, 'always'],
    [{ idempotency: { kind: 'header' as const } }, 'keyed'],
    [{ idempotency: { kind: 'field' as const, name: 'k' } }, 'keyed'],
    [{ risk: 'destructive' as const }, 'never'],
  ])('%j is safe to repeat %s', (tool, retrySafe) => {
    expect(toolOf(tool).retrySafe).toBe(retrySafe);
  });

  it('names every problem of a tool at once, in a typed error', () => {
    const act = (): unknown =>
      toolOf({
        parameters: { a: { 'x-from': 'env.SECRET' }, b: { 'x-in': 'path' } },
        errors: [{ when: 'x', code: 'internal' }],
      });
    expect(failureOf(act).body).toMatchObject({
      code: 'invalid_request',
      message:
        "The tool 'acme_do_it' cannot be prepared: tools.do_it.parameters.a.x-from must be argument.<name>, connection.<variable>, clock.<form>, caller.<part> or, in a step, steps.<id>.<path> (and 2 more).",
      details: {
        issues: [
          { path: 'tools.do_it.parameters.a.x-from' },
          { path: 'tools.do_it.parameters.b.x-in' },
          { path: 'tools.do_it.errors[0].when' },
        ],
      },
    });
  });

  it.each<[Record<string, Parameter>, string]>([
    [{ a: { 'x-const': 1, 'x-from': 'clock.now' } }, 'tools.do_it.parameters.a: gives both x-const and x-from'],
    [
      { a: { 'x-template': '{nope}' } },
      "tools.do_it.parameters.a.x-template: names 'nope', which is neither a parameter nor a variable",
    ],
    [
      { a: { 'x-template': '{b|shout}' }, b: {} },
      "tools.do_it.parameters.a.x-template: uses the unknown filter 'shout'; known are soql, soql_like, jql, odata, json, url, base64, base64url, utc, unix, unix_ms, line, byte_length",
    ],
    [
      { a: { 'x-template': '}' } },
      "tools.do_it.parameters.a.x-template: has a stray '}'; write '}}' for a literal brace",
    ],
    [{ a: { 'x-template': '{a}' } }, 'tools.do_it.parameters.a.x-template: refers to itself'],
    [
      { a: { 'x-when': 'b' }, b: {} },
      'tools.do_it.parameters.a.x-when: works only beside x-const, x-template or x-from',
    ],
    [
      { a: { 'x-const': 1, 'x-when': 'b' } },
      "tools.do_it.parameters.a.x-when: names 'b', which is not an argument of the tool",
    ],
    [
      { a: { 'x-in': 'header', 'x-name': 'Transfer-Encoding' } },
      "tools.do_it.parameters.a: the header 'Transfer-Encoding' is written by the HTTP layer",
    ],
    [
      { a: { 'x-in': 'header', 'x-name': 'Proxy-Auth' } },
      "tools.do_it.parameters.a: the header 'Proxy-Auth' is written by the HTTP layer",
    ],
    [
      { a: { 'x-in': 'header', 'x-name': 'Authorization' } },
      'tools.do_it.parameters.a: the header authorization is set from the credential alone',
    ],
    [
      { a: { 'x-in': 'header', 'x-name': 'Cookie' } },
      'tools.do_it.parameters.a: the header cookie is set from x-in: cookie or from the credential',
    ],
    [{ a: { 'x-in': 'header', 'x-name': 'a b' } }, "tools.do_it.parameters.a: 'a b' is not a header name"],
    [{ a: { 'x-in': 'cookie', 'x-name': 'a;b' } }, "tools.do_it.parameters.a: 'a;b' is not a cookie name"],
    [
      { a: { 'x-name': 'x..y' } },
      "tools.do_it.parameters.a: has 'x..y' for a name: expected a key after '.' at character 3",
    ],
    [{ a: { 'x-name': '[].x' } }, "tools.do_it.parameters.a: has '[].x' for a name: it must begin with a field"],
    [
      { a: { 'x-name': 'x[].y[].z' } },
      "tools.do_it.parameters.a: has 'x[].y[].z' for a name: at most one [] may stand in it",
    ],
    [{ a: { 'x-name': 'x[5000]' } }, "tools.do_it.parameters.a: has 'x[5000]' for a name: places end at [999]"],
    [
      { a: { 'x-name': 'x.y' }, b: { 'x-name': 'x' } },
      "tools.do_it.parameters.b: has 'x' for a name, where another parameter writes",
    ],
    [
      { a: { 'x-name': 'x[].y' }, b: { 'x-name': 'x[].z' } },
      "tools.do_it.parameters.b: has 'x[].z' for a name, where another parameter writes",
    ],
    [
      { a: { 'x-name': 'x[0].y' }, b: { 'x-name': 'x.z' } },
      "tools.do_it.parameters.b: has 'x.z' for a name, where another parameter writes",
    ],
    [
      { a: { 'x-in': 'body_root' }, b: {} },
      'tools.do_it.parameters.a.x-in: says body_root, so no other parameter can be in the body',
    ],
    [
      { a: { 'x-in': 'body_root' }, b: { 'x-in': 'body_root' } },
      'tools.do_it.parameters.b.x-in: says body_root, which another parameter has already',
    ],
  ])('%j is refused', (parameters, issue) => {
    expect(issuesIn({ parameters })).toContain(issue);
  });

  it.each<[Partial<IntegrationDocumentInput['tools'][string]>, string]>([
    [{ request: { method: 'GET', path: '/x', body: 'json' } }, 'tools.do_it.request.body: a GET request has no body'],
    [
      { request: { method: 'GET', path: '/x' }, parameters: { a: { 'x-in': 'body' } } },
      'tools.do_it.request.body: a GET request has no body',
    ],
    [
      { request: { method: 'POST', path: '/x', body: 'none' }, parameters: { a: {} } },
      'tools.do_it.parameters.a.x-in: says body, but the request has none',
    ],
    [
      { request: { method: 'POST', path: '/x', body: 'raw' }, parameters: { a: {} } },
      'tools.do_it.parameters.a.x-in: must be body_root where the body is raw',
    ],
    [
      { request: { method: 'POST', path: '/x', body: 'multipart' }, parameters: { a: { 'x-in': 'body_root' } } },
      'tools.do_it.parameters.a.x-in: cannot be body_root in a multipart body',
    ],
    [
      { request: { method: 'GET', path: '/{nope}' } },
      'tools.do_it.request.path: holds {nope}, which is neither a parameter nor a variable',
    ],
    [{ request: { method: 'GET', path: '/a/../b' } }, "tools.do_it.request.path: holds a '.' or '..' segment"],
    [{ request: { method: 'GET', path: '/a/%2E%2e/b' } }, "tools.do_it.request.path: holds a '.' or '..' segment"],
    [{ request: { method: 'GET', path: '/a{b' } }, 'tools.do_it.request.path: holds a stray brace or a backslash'],
    [
      { request: { method: 'GET', path: '/x', headers: { Host: 'a' } } },
      "tools.do_it.request.headers.Host: the header 'Host' is written by the HTTP layer",
    ],
    [
      { request: { method: 'GET', path: '/x', headers: { 'X-A': 'a\nb' } } },
      'tools.do_it.request.headers.X-A: holds characters that a header cannot carry',
    ],
    [
      { request: { method: 'GET', path: '/x', headers: { 'X-A': '{arg}' } }, parameters: { arg: {} } },
      "tools.do_it.request.headers.X-A: names 'arg', which is neither a parameter nor a variable",
    ],
    [
      { request: { method: 'GET', path: '/x', query: { a: '{nope}' } } },
      "tools.do_it.request.query.a: names 'nope', which is neither a parameter nor a variable",
    ],
    [
      { request: { method: 'GET', path: '/x', base_url: 'https://a b' } },
      'tools.do_it.request.base_url: must be an absolute http(s) URL without query',
    ],
    [
      { idempotency: { kind: 'header', name: 'Connection' } },
      "tools.do_it.idempotency.name: the header 'Connection' is written by the HTTP layer",
    ],
    [{ idempotency: { kind: 'field' } }, 'tools.do_it.idempotency.name: is required when the key goes in a field'],
    [
      { idempotency: { kind: 'field', name: 'k' }, request: { method: 'POST', path: '/x', body: 'raw' } },
      'tools.do_it.idempotency.kind: cannot be field where the body is raw',
    ],
    [{ response: { pick: ['__proto__'] } }, "tools.do_it.response.pick[0]: '__proto__' cannot stand in a path"],
  ])('%j is refused', (tool, issue) => {
    expect(issuesIn(tool)).toContain(issue);
  });

  it.each<[Partial<IntegrationDocumentInput>, string]>([
    [{ variables: { v: { pattern: '(' } } }, 'variables.v.pattern: is not a regular expression'],
    [{ variables: { v: { pattern: '^\\d$', default: 'x' } } }, 'variables.v.default: does not match its own pattern'],
    [{ headers: { 'X-A': '{nope}' } }, "headers.X-A: names 'nope', which is neither a parameter nor a variable"],
  ])('%j is refused', (document, issue) => {
    expect(issuesIn({}, document)).toContain(issue);
  });

  it('shares what the tools of a document have in common, and reports its problems for each', () => {
    const document = documentOf({}, { errors: [{ when: 'x', code: 'internal' }] });
    for (let i = 0; i < 2; i++) expect(() => prepareTool(document, 'do_it')).toThrow('errors[0].when');
  });
});

describe('the shaped output', () => {
  it('is picked, limited and without the credential should the upstream echo it', async () => {
    const tool = toolOf({ response: { pick: ['items[].id', 'echo'], max_items: 2, max_bytes: 500 } });
    const body = { items: [{ id: 1, x: 1 }, { id: 2 }, { id: 3 }], echo: 'Bearer token-0123456789' };
    expect(await benchOf([answer(200, body)]).execute(tool)).toMatchObject({
      status: 'succeeded',
      truncated: true,
      error: null,
      output: {
        items: [{ id: 1 }, { id: 2 }],
        echo: 'Bearer [secret]',
        _truncated: { list: 'items', items_left_out: 1 },
      },
    });
    const long = toolOf({ response: { max_bytes: 300 } });
    expect(await benchOf([answer(200, 'x'.repeat(1_000))]).execute(long)).toMatchObject({
      truncated: true,
      output: expect.stringMatching(/bytes left out\]$/),
    });
    expect(await benchOf([answer(204)]).execute(long)).toMatchObject({ truncated: false, output: null });
  });
});

describe('a preview', () => {
  it('holds no credential, wherever it would go', () => {
    for (const auth of [
      { type: 'bearer' },
      { type: 'api_key', in: 'query' },
      { type: 'custom', headers: { 'X-Key': '{api_key}' } },
    ] as const) {
      const preview = previewOf(toolOf({ parameters: { a: {} } }, { auth }), { a: 1 });
      expect(preview).toEqual({
        method: 'POST',
        url: 'https://api.acme.com/v1/things',
        body: { a: 1 },
        further_steps: [],
        headers: {
          accept: 'application/json, */*;q=0.5',
          'user-agent': 'patchbay',
          'content-type': 'application/json',
        },
      });
    }
  });

  it('is refused for what cannot be built', () => {
    expect(failureOf(() => previewOf(toolOf({ parameters: { a: { 'x-in': 'header' } } }), { a: '\n' })).code).toBe(
      'invalid_arguments',
    );
  });
});

describe('trace context', () => {
  it('goes to the upstream when it is well formed', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const bench = benchOf([answer(200, {})]);
    await bench.execute(toolOf({}), { traceparent });
    await bench.execute(toolOf({}), { traceparent: 'a\r\nb' });
    expect(bench.requests.map((request) => request.headers.traceparent)).toEqual([traceparent, undefined]);
  });
});
