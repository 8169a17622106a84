import { describe, expect, it } from 'vitest';
import { failureOf, issuesIn, previewOf, toolOf } from '../tools.test-support.ts';

describe('where parameters go', () => {
  it('follows the contract: the path that names it, the query of a GET, the body of a POST', () => {
    const get = toolOf({
      request: { method: 'GET', path: '/things/{id}' },
      parameters: { id: { required: true }, limit: { default: 5 } },
    });
    expect(previewOf(get, { id: 'a b' })).toMatchObject({
      method: 'GET',
      url: 'https://api.acme.com/v1/things/a%20b?limit=5',
      body: null,
    });
    const post = toolOf({
      parameters: {
        name: {},
        tag: { 'x-in': 'query', 'x-name': 'tag[]' },
        on: { 'x-in': 'header', 'x-name': 'X-On' },
        c: { 'x-in': 'cookie' },
      },
    });
    const preview = previewOf(post, { name: 'n', tag: 't', on: true, c: 'a;b' });
    expect(preview).toMatchObject({ url: 'https://api.acme.com/v1/things?tag%5B%5D=t', body: { name: 'n' } });
    expect(preview.headers).toMatchObject({ 'x-on': 'true', cookie: 'c=a%3Bb', 'content-type': 'application/json' });
  });

  it('sends no body and no content type when nothing goes into the body, and {} where JSON is asked for', () => {
    const bare = previewOf(toolOf({}));
    expect(bare.body).toBeNull();
    expect(bare.headers).not.toHaveProperty('content-type');
    expect(previewOf(toolOf({ request: { method: 'POST', path: '/x', body: 'json' } })).body).toEqual({});
  });

  it('gives a DELETE a body only when a parameter asks for it', () => {
    const tool = toolOf({ request: { method: 'DELETE', path: '/x' }, parameters: { a: {}, b: { 'x-in': 'body' } } });
    expect(previewOf(tool, { a: 1, b: 2 })).toMatchObject({ url: 'https://api.acme.com/v1/x?a=1', body: { b: 2 } });
  });

  it('hides constants, connection values and the time, and sends a conditional value only with its argument', () => {
    const tool = toolOf(
      {
        parameters: {
          start: { type: 'string', 'x-name': 'start.dateTime' },
          zone: { 'x-const': 'UTC', 'x-name': 'start.timeZone', 'x-when': 'start' },
          list: { 'x-from': 'connection.list_id' },
          none: { 'x-from': 'connection.unset' },
          at: { 'x-from': 'clock.now' },
          fixed: { 'x-const': { nested: [1] } },
        },
      },
      { variables: { list_id: { pattern: '^\\d+$' } } },
    );
    const variables = { list_id: '42' };
    expect(previewOf(tool, { start: 'now' }, { variables }).body).toEqual({
      start: { dateTime: 'now', timeZone: 'UTC' },
      list: '42',
      at: '1970-01-01T00:00:00.000Z',
      fixed: { nested: [1] },
    });
    expect(previewOf(tool, {}, { variables }).body).not.toHaveProperty('start');
    expect(tool.inputSchema).toMatchObject({ properties: { start: { type: 'string' } } });
    expect(Object.keys(tool.inputSchema.properties as object)).toEqual(['start']);
  });

  it('takes null for left out unless the type allows null', () => {
    const tool = toolOf({
      parameters: { a: { type: 'string' }, b: { type: ['string', 'null'] }, c: { type: 'integer', default: 3 } },
    });
    expect(previewOf(tool, { a: null, b: null, c: null }).body).toEqual({ b: null, c: 3 });
  });

  it('never changes the arguments, even when it fills defaults', () => {
    const tool = toolOf({ parameters: { a: { 'x-name': 'x.a' }, list: { default: [1] } } });
    const args = Object.freeze({ a: Object.freeze({ deep: 1 }) });
    expect(previewOf(tool, args).body).toEqual({ x: { a: { deep: 1 } }, list: [1] });
    expect(args).toEqual({ a: { deep: 1 } });
  });
});

describe('JSON bodies', () => {
  it('nests dotted names, fills places in arrays and spreads lists', () => {
    const tool = toolOf({
      parameters: {
        to: { 'x-name': 'associations[0].to.id' },
        types: { 'x-const': [{ id: 1 }], 'x-name': 'associations[0].types' },
        guests: { type: 'array', 'x-name': 'attendees[].emailAddress.address' },
        rows: { type: 'array', 'x-name': 'data.rows[]' },
        pairs: { type: 'array', 'x-name': 'pairs[][0]' },
        'dotted.name': {},
      },
    });
    expect(
      previewOf(tool, { to: 7, guests: ['a@b.c', 'd@e.f'], rows: [1, 2], pairs: ['x'], 'dotted.name': 'n' }).body,
    ).toEqual({
      associations: [{ to: { id: 7 }, types: [{ id: 1 }] }],
      attendees: [{ emailAddress: { address: 'a@b.c' } }, { emailAddress: { address: 'd@e.f' } }],
      data: { rows: [1, 2] },
      pairs: [['x']],
      'dotted.name': 'n',
    });
    expect(previewOf(tool, { guests: 'one@b.c' }).body).toMatchObject({
      attendees: [{ emailAddress: { address: 'one@b.c' } }],
    });
  });

  it('is a list where names begin with a place, but not in the variables of GraphQL', () => {
    const tool = toolOf({ parameters: { a: { 'x-name': '[0].id' }, b: { 'x-name': "[1]['x.y']" } } });
    expect(previewOf(tool, { a: 7, b: 8 }).body).toEqual([{ id: 7 }, { 'x.y': 8 }]);
    expect(issuesIn({ parameters: { a: { 'x-name': '[0].id' }, b: {} } }).join()).toContain('another parameter writes');
    const graphql = { document: 'query F($a: Int) { f(a: $a) }' };
    const request = { method: 'POST' as const, path: '/x', body: 'graphql' as const, graphql };
    expect(issuesIn({ request, parameters: { a: { 'x-name': '[0].a' } } }).join()).toContain('begin with a field');
  });

  it('holds an argument twice, of the type it has', () => {
    const tool = toolOf({ parameters: { n: { type: 'number' }, m: { 'x-from': 'argument.n' } } });
    expect(previewOf(tool, { n: 2.5 }).body).toEqual({ n: 2.5, m: 2.5 });
    expect(issuesIn({ parameters: { m: { 'x-from': 'argument.n' } } }).join()).toContain('not an argument of the tool');
  });

  it('takes the whole body from one parameter', () => {
    const tool = toolOf({ parameters: { rows: { type: 'array', 'x-in': 'body_root' } } });
    expect(previewOf(tool, { rows: [{ a: 1 }] }).body).toEqual([{ a: 1 }]);
    expect(previewOf(tool, {}).body).toBeNull();
  });

  it('carries a fixed GraphQL document beside its variables', () => {
    const tool = toolOf({
      parameters: { query: { 'x-const': 'mutation($n: Int!) { add(n: $n) { id } }' }, n: { 'x-name': 'variables.n' } },
    });
    expect(previewOf(tool, { n: 3 }).body).toEqual({
      query: 'mutation($n: Int!) { add(n: $n) { id } }',
      variables: { n: 3 },
    });
  });
});

describe('queries and forms', () => {
  const query = (parameter: Record<string, unknown>, value: unknown): string => {
    const tool = toolOf({
      request: { method: 'GET', path: '/x' },
      parameters: { p: { 'x-in': 'query', ...parameter } },
    });
    return new URL(previewOf(tool, { p: value }).url).search;
  };

  it.each([
    ['repeat', '?p=a%20b&p=c'],
    ['comma', '?p=a%20b,c'],
    ['space', '?p=a%20b%20c'],
    ['pipe', '?p=a%20b%7Cc'],
    ['brackets', '?p%5B%5D=a%20b&p%5B%5D=c'],
  ])('writes an array in style %s', (style, expected) => {
    expect(query({ 'x-array-style': style }, ['a b', 'c'])).toBe(expected);
  });

  it.each([
    ['deep', '?p%5Ba%5D=1&p%5Bb%5D%5Bc%5D=2'],
    ['form', '?a=1&b%5Bc%5D=2'],
    ['json', '?p=%7B%22a%22%3A1%2C%22b%22%3A%7B%22c%22%3A2%7D%7D'],
    ['dots', '?p.a=1&p.b.c=2'],
  ])('writes an object in style %s', (style, expected) => {
    expect(query({ 'x-object-style': style }, { a: 1, b: { c: 2 }, gone: undefined })).toBe(expected);
  });

  it('leaves null out of a query and keeps & = # + inside values', () => {
    expect(query({ type: ['string', 'null'] }, null)).toBe('');
    expect(query({}, 'a&b=c#d+e')).toBe('?p=a%26b%3Dc%23d%2Be');
  });

  it('nests a form as Stripe does, repeats keys as Twilio does, and unsets with an empty text', () => {
    const stripe = toolOf({
      request: { method: 'POST', path: '/x', body: 'form' },
      parameters: {
        line_items: { 'x-array-style': 'brackets' },
        expand: { 'x-array-style': 'brackets' },
        metadata: {},
        coupon: { type: ['string', 'null'] },
        'a.b': {},
      },
    });
    const preview = previewOf(stripe, {
      line_items: [
        { price: 'p_1', quantity: 2 },
        { price: 'p_2', tax: ['t1', 't2'] },
      ],
      expand: ['a', 'b'],
      metadata: { order: 6735, 'k y': 'v' },
      coupon: null,
      'a.b': 1,
    });
    expect(decodeURIComponent(preview.body as string)).toBe(
      'line_items[0][price]=p_1&line_items[0][quantity]=2&line_items[1][price]=p_2&line_items[1][tax][]=t1&line_items[1][tax][]=t2&expand[]=a&expand[]=b&metadata[order]=6735&metadata[k y]=v&coupon=&a.b=1',
    );
    expect(preview.headers['content-type']).toBe('application/x-www-form-urlencoded');
    const twilio = toolOf({
      request: { method: 'POST', path: '/x', body: 'form' },
      parameters: { media: { 'x-name': 'MediaUrl' } },
    });
    expect(previewOf(twilio, { media: ['u1', 'u2'] }).body).toBe('MediaUrl=u1&MediaUrl=u2');
  });

  it('spreads a root object over a form', () => {
    const tool = toolOf({
      request: { method: 'POST', path: '/x', body: 'form' },
      parameters: { fields: { 'x-in': 'body_root' } },
    });
    expect(previewOf(tool, { fields: { a: 1, b: { c: 2 } } }).body).toBe('a=1&b%5Bc%5D=2');
  });

  it('refuses what is nested without end and text that is not Unicode', () => {
    const deep: Record<string, unknown> = {};
    let inner = deep;
    for (let i = 0; i < 12; i++) inner = inner.a = {} as Record<string, unknown>;
    inner.b = 1;
    expect(() => query({}, deep)).toThrow("The argument 'p' is nested too deeply.");
    expect(() => query({}, '\ud800')).toThrow("The argument 'p' must be valid Unicode text.");
  });

  it('adds fixed query parameters and those of the base request', () => {
    const tool = toolOf(
      {
        request: { method: 'GET', path: '/x', query: { 'api-version': '2026-01', site: '{site}' } },
        parameters: { q: {} },
      },
      { variables: { site: {} } },
    );
    expect(new URL(previewOf(tool, { q: 1 }, { variables: { site: 'main' } }).url).search).toBe(
      '?api-version=2026-01&site=main&q=1',
    );
    expect(failureOf(() => previewOf(tool, {})).body).toMatchObject({ code: 'connection_missing' });
  });
});

describe('headers', () => {
  it('merges fixed ones of document and request, the request winning, with variables filled in', () => {
    const tool = toolOf(
      { request: { method: 'GET', path: '/x', headers: { 'API-Version': '2', Accept: 'text/plain' } } },
      { headers: { 'Api-Version': '1', 'X-Org': '{org}', 'X-Site': 'a' }, variables: { org: { pattern: '^[^/]+$' } } },
    );
    expect(previewOf(tool, {}, { variables: { org: 'o-1' } }).headers).toEqual({
      'api-version': '2',
      accept: 'text/plain',
      'x-org': 'o-1',
      'x-site': 'a',
      'user-agent': 'patchbay',
    });
    expect(() => previewOf(tool, {}, { variables: { org: 'a\r\nX-Evil: 1' } })).toThrow(
      "The argument 'X-Org' holds characters that a header cannot carry.",
    );
  });

  it('lets a request replace a varying header of the document by a fixed one, and the other way round', () => {
    const variables = { org: {} };
    const fixed = toolOf(
      { request: { method: 'GET', path: '/x', headers: { 'x-org': 'none' } } },
      { headers: { 'X-Org': '{org}' }, variables },
    );
    expect(previewOf(fixed, {}).headers['x-org']).toBe('none');
    const varying = toolOf(
      { request: { method: 'GET', path: '/x', headers: { 'x-org': '{org}' } } },
      { headers: { 'X-Org': 'none', 'user-agent': '{org} app' }, variables },
    );
    expect(previewOf(varying, {}, { variables: { org: 'o1' } }).headers).toMatchObject({
      'x-org': 'o1',
      'user-agent': 'o1 app',
    });
  });

  it.each(['a\r\nSet-Cookie: x=1', 'a\nb', 'nul\0', 'emoji 😀'])('refuses %j as a value', (value) => {
    const tool = toolOf({ parameters: { note: { 'x-in': 'header', 'x-name': 'X-Note' } } });
    expect(failureOf(() => previewOf(tool, { note: value })).body).toMatchObject({
      code: 'invalid_arguments',
      details: { issues: [{ path: 'arguments.note', message: 'holds characters that a header cannot carry' }] },
    });
  });

  it('joins lists with commas', () => {
    const tool = toolOf({ parameters: { tags: { 'x-in': 'header' } } });
    expect(previewOf(tool, { tags: ['a', 2] }).headers.tags).toBe('a,2');
  });
});

describe('idempotency keys', () => {
  it('are derived from tenant, tool and key, and go where the tool says', () => {
    const inHeader = toolOf({ idempotency: { kind: 'header' } });
    const key = previewOf(inHeader, {}, { idempotencyKey: 'toolu_1' }).headers['idempotency-key'] ?? '';
    expect(key).toMatch(/^[0-9a-f]{32}$/);
    expect(previewOf(inHeader, {}, { idempotencyKey: 'toolu_1' }).headers['idempotency-key']).toBe(key);
    expect(previewOf(inHeader, {}, { idempotencyKey: 'toolu_1', tenant: 'other' }).headers['idempotency-key']).not.toBe(
      key,
    );
    expect(previewOf(inHeader, {}, { idempotencyKey: 'toolu_2' }).headers['idempotency-key']).not.toBe(key);
    expect(previewOf(inHeader, {}).headers).not.toHaveProperty('idempotency-key');

    const inField = toolOf({ idempotency: { kind: 'field', name: 'meta.request_id' } });
    expect(previewOf(inField, {}, { idempotencyKey: 'toolu_1' }).body).toEqual({ meta: { request_id: key } });
    const inForm = toolOf({
      idempotency: { kind: 'field', name: 'key' },
      request: { method: 'POST', path: '/x', body: 'form' },
    });
    expect(previewOf(inForm, {}, { idempotencyKey: 'toolu_1' }).body).toBe(`key=${key}`);
    const inQuery = toolOf({
      idempotency: { kind: 'field', name: 'requestId' },
      request: { method: 'DELETE', path: '/x', body: 'none' },
    });
    expect(previewOf(inQuery, {}, { idempotencyKey: 'toolu_1' }).url).toBe(
      `https://api.acme.com/v1/x?requestId=${key}`,
    );
  });
});
