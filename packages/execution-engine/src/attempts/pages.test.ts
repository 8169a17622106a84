import { describe, expect, it } from 'vitest';
import { answer, benchOf, failure, issuesIn, toolOf } from '../tools.test-support.ts';

type Pagination = NonNullable<NonNullable<Parameters<typeof toolOf>[0]['response']>['pagination']>;
const list = (pagination: Pagination, more: object = {}, parameters: Record<string, object> = {}) =>
  toolOf({
    risk: 'read',
    request: { method: 'GET', path: '/items' },
    parameters: parameters as never,
    response: { pagination, pick: ['data[].id'], ...more },
    retry: { max_attempts: 1 },
  });
const page = (ids: readonly number[], rest: object = {}) => answer(200, { data: ids.map((id) => ({ id })), ...rest });
const ids = (...numbers: number[]) => ({ data: numbers.map((id) => ({ id })) });
const queriesOf = (requests: readonly { url: string }[]) => requests.map(({ url }) => url.split('?')[1] ?? '');
const cursor: Pagination = { kind: 'cursor', items: 'data', parameter: 'cursor', next: 'meta.next' };

describe('a read that goes on to further pages', () => {
  it('follows a cursor to its end, and answers as if it had been one page', async () => {
    const bench = benchOf([page([1, 2], { meta: { next: 'b/=' } }), page([3], { meta: { next: null } })]);
    const outcome = await bench.execute(list(cursor));
    expect(outcome).toMatchObject({ status: 'succeeded', output: ids(1, 2, 3), truncated: false, attempts: 2 });
    expect(queriesOf(bench.requests)).toEqual(['', 'cursor=b%2F%3D']);
  });

  it('takes the last item for a cursor, until there is no more', async () => {
    const bench = benchOf([page([1, 2], { has_more: true }), page([3, 4], { has_more: false })]);
    const tool = list({
      kind: 'cursor',
      items: 'data',
      parameter: 'starting_after',
      next: 'id',
      next_in: 'last_item',
      more: 'has_more',
      page_size: { parameter: 'limit', value: 2 },
    });
    expect(await bench.execute(tool)).toMatchObject({ output: ids(1, 2, 3, 4), truncated: false });
    expect(queriesOf(bench.requests)).toEqual(['limit=2', 'limit=2&starting_after=2']);
  });

  it('counts pages from the one that the caller asks for, and ends at one that is not full', async () => {
    const bench = benchOf([page([1, 2]), page([3])]);
    const tool = list(
      { kind: 'page', items: 'data', parameter: 'page', page_size: { value: 2 } },
      {},
      { start: { type: 'integer', 'x-name': 'page' } },
    );
    expect(await bench.execute(tool, { arguments: { start: 4 } })).toMatchObject({ output: ids(1, 2, 3) });
    expect(queriesOf(bench.requests)).toEqual(['page=4', 'page=5']);
  });

  it('counts items in the body of a search, and ends at an empty page', async () => {
    const bench = benchOf([page([1, 2]), page([3, 4, 5]), page([])]);
    const tool = toolOf({
      risk: 'read',
      request: { method: 'POST', path: '/search' },
      parameters: { q: {} },
      response: {
        pagination: { kind: 'offset', in: 'body', items: 'data', parameter: 'startAt' },
        pick: ['data[].id'],
      },
    });
    expect(await bench.execute(tool, { arguments: { q: 'x' } })).toMatchObject({ output: ids(1, 2, 3, 4, 5) });
    expect(bench.requests.map(({ body }) => JSON.parse(body as string))).toEqual([
      { q: 'x' },
      { q: 'x', startAt: 2 },
      { q: 'x', startAt: 5 },
    ]);
  });

  it('follows a Link header, and a URL in the body as it stands, with the credential', async () => {
    const linked = benchOf([
      answer(200, [{ id: 1 }], { link: '<https://api.acme.com/v1/items?page=2&a=%2F>; rel="next"' }),
      answer(200, [{ id: 2 }]),
    ]);
    expect(await linked.execute(list({ kind: 'link' }, { pick: ['[].id'] }))).toMatchObject({
      output: [{ id: 1 }, { id: 2 }],
    });
    expect(linked.requests[1]).toMatchObject({
      url: 'https://api.acme.com/v1/items?page=2&a=%2F',
      headers: { authorization: 'Bearer token-0123456789' },
    });
    const relative = benchOf([page([1], { next: '/v1/items/2' }), page([2])]);
    await relative.execute(list({ kind: 'link', items: 'data', next: 'next' }));
    expect(relative.requests[1]?.url).toBe('https://api.acme.com/v1/items/2');
  });

  it('never follows a link to another host, nor shows the credential there', async () => {
    for (const next of ['https://evil.example/items', 'https://api.acme.com@evil.example/', 'ftp://api.acme.com/x']) {
      const bench = benchOf([page([1], { next }), page([2])]);
      expect(await bench.execute(list({ kind: 'link', items: 'data', next: 'next' }))).toMatchObject({
        status: 'succeeded',
        output: { ...ids(1), _truncated: { pages: { read: 1, stopped: 'failed', error: 'egress_denied' } } },
      });
      expect(bench.requests).toHaveLength(1);
    }
  });

  it('does not repeat a key that the link already carries', async () => {
    const bench = benchOf([page([1], { next: 'https://api.acme.com/v1/items?key=old&page=2' }), page([2])]);
    const tool = toolOf(
      {
        risk: 'read',
        request: { method: 'GET', path: '/items' },
        response: { pagination: { kind: 'link', items: 'data', next: 'next' } },
      },
      { auth: { type: 'api_key', in: 'query', name: 'key' } },
    );
    await bench.execute(tool, { credential: { type: 'api_key', api_key: 'secret-1' } });
    expect(bench.requests[1]?.url).toBe('https://api.acme.com/v1/items?page=2&key=secret-1');
  });

  it.each([
    ['max_pages', {}, { max_pages: 2 }],
    ['max_items', { max_items: 2 }, {}],
  ])('stops at %s and says that there is more', async (stopped, more, extra) => {
    const bench = benchOf([1, 2, 3, 4].map((n) => page([n], { meta: { next: `c${n}` } })));
    const outcome = await bench.execute(list({ ...cursor, ...extra } as Pagination, more));
    expect(outcome).toMatchObject({
      truncated: true,
      output: { ...ids(1, 2), _truncated: { pages: { read: 2, stopped } } },
    });
    expect(bench.requests).toHaveLength(2);
  });

  it('ends at a place that it has been to', async () => {
    const bench = benchOf([page([1], { meta: { next: 'a' } }), page([2], { meta: { next: 'a' } })]);
    const outcome = await bench.execute(list({ ...cursor, max_pages: 50 } as Pagination));
    expect(outcome.output).toMatchObject({ ...ids(1, 2), _truncated: { pages: { read: 2, stopped: 'loop' } } });
  });

  it('keeps what was read when a page fails or the deadline comes, and nothing when it is cancelled', async () => {
    const first = page([1], { meta: { next: 'a' } });
    const failed = benchOf([first, answer(500, {})]);
    expect(await failed.execute(list(cursor))).toMatchObject({
      status: 'succeeded',
      output: { ...ids(1), _truncated: { pages: { stopped: 'failed', error: 'upstream_error' } } },
    });
    const late = benchOf([first, failure('deadline', true)]);
    expect(await late.execute(list(cursor))).toMatchObject({
      status: 'succeeded',
      output: { ...ids(1), _truncated: { pages: { read: 1, stopped: 'deadline' } } },
    });
    const slow = benchOf([() => slow.passThen(20_000, first)]);
    expect(await slow.execute(list(cursor))).toMatchObject({
      output: { ...ids(1), _truncated: { pages: { read: 1, stopped: 'deadline' } } },
    });
    const cancelled = benchOf([first, failure('aborted', true)]);
    expect(await cancelled.execute(list(cursor))).toMatchObject({ status: 'cancelled', output: null });
    const odd = benchOf([first, answer(200, { data: 'none' })]);
    expect((await odd.execute(list(cursor))).output).toMatchObject({
      ...ids(1),
      _truncated: { pages: { read: 1, stopped: 'failed', error: 'response_invalid' } },
    });
  });

  it('asks for room before each further page, waits for it, and stops where there is none', async () => {
    const pages = [page([1], { meta: { next: 'a' } }), page([2], { meta: { next: 'b' } }), page([3])];
    const answers: (number | null)[] = [40, null, 60_000];
    const bench = benchOf(pages);
    const outcome = await bench.execute(list(cursor), { admitPage: async () => answers.shift() ?? null });
    expect(outcome.output).toMatchObject({ ...ids(1, 2), _truncated: { pages: { read: 2, stopped: 'rate_limited' } } });
    expect(bench.waits[0]).toBeGreaterThanOrEqual(40);
  });

  it('leaves an answer without the list as it is', async () => {
    const bench = benchOf([answer(200, { other: 1 })]);
    expect(await bench.execute(list(cursor, { pick: undefined }))).toMatchObject({ output: { other: 1 } });
  });
});

describe('pagination in a document', () => {
  const read = { risk: 'read' as const, request: { method: 'GET' as const, path: '/x' } };
  it.each<[object, Pagination, string]>([
    [{ risk: 'write' }, cursor, 'response.pagination: works only for a tool of risk read'],
    [read, { ...cursor, next: 'a..b' } as Pagination, 'response.pagination.next: '],
    [read, { ...cursor, items: 'a[].b' } as Pagination, 'response.pagination.items: must lead to one value'],
    [read, { ...cursor, items: 'a[0]' } as Pagination, 'response.pagination.items: must be made of keys alone'],
    [read, { ...cursor, in: 'body' } as Pagination, 'response.pagination.in: says body'],
    [
      { ...read, request: { method: 'POST', path: '/x' } },
      { kind: 'link' },
      'response.pagination.kind: link works only',
    ],
  ])('%j with %j is refused by name', (tool, pagination, issue) => {
    expect(issuesIn({ ...tool, response: { pagination } }).join('\n')).toContain(`tools.do_it.${issue}`);
  });
});
