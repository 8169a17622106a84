import { PatchbayError } from '@patchbay/contracts';
import type { Principal } from '@patchbay/identity';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type DoorServer, doorServer } from './door-server.test-support.ts';
import { route } from './http-route.ts';

const tenant = 'acme';
const owner: Principal = {
  kind: 'key',
  id: 'owner',
  tenant,
  role: 'owner',
  scopes: new Set(['toolsets:write', 'tools:read'] as const),
  agent: null,
  session: null,
};
let server: DoorServer | null = null;
afterEach(() => server?.close());

/** One kind of document, kept here. */
async function setup({ guarded = false, slow = 0 } = {}) {
  const documents = new Map<string, string>([['a', 'first']]);
  const about = {
    tag: 'tools',
    of: 'tenant',
    path: '/v1/docs/{id}',
    summary: 'x',
    params: z.object({ id: z.string() }),
  } as const;
  server = await doorServer(
    [
      route({
        ...about,
        method: 'GET',
        operationId: 'getDoc',
        scope: 'tools:read',
        response: z.object({ text: z.string() }),
        etag: true,
        async handler({ params }) {
          const text = documents.get(params.id);
          if (text === undefined) throw new PatchbayError('not_found', {});
          return { text };
        },
      }),
      ...(['PUT', 'DELETE'] as const).map((method) =>
        route({
          ...about,
          method,
          operationId: `${method}Doc`,
          scope: 'toolsets:write',
          ...(method === 'PUT' && { body: z.strictObject({ text: z.string() }) }),
          ...(guarded && method === 'PUT' && { guarded: true as const }),
          response: z.object({}),
          async handler({ params, body }) {
            await new Promise((resolve) => setTimeout(resolve, slow));
            if (method === 'PUT') documents.set(params.id, (body as { text: string }).text);
            else documents.delete(params.id);
            return {};
          },
        }),
      ),
    ],
    [owner],
  );
  const { app } = server;
  const ask = async (
    method: 'GET' | 'PUT' | 'DELETE',
    id: string,
    headers: Record<string, string> = {},
    text = 'next',
  ) => {
    const answer = await app.inject({
      method,
      url: `/v1/docs/${id}`,
      headers: { authorization: 'Bearer owner', ...headers },
      ...(method === 'PUT' && { payload: { text } }),
    });
    return { status: answer.statusCode, body: answer.json(), etag: String(answer.headers.etag) };
  };
  return { ask, documents };
}

describe('a change with If-Match', () => {
  test('is made to the state that it names, and to no other', async () => {
    const { ask, documents } = await setup();
    const { etag } = await ask('GET', 'a');
    expect((await ask('PUT', 'a', { 'if-match': `"x", ${etag}` })).status).toBe(200);
    expect(await ask('PUT', 'a', { 'if-match': etag }, 'lost')).toMatchObject({
      status: 412,
      body: { code: 'precondition_failed', status: 412 },
    });
    expect(documents.get('a')).toBe('next');
    expect((await ask('DELETE', 'a', { 'if-match': etag })).status).toBe(412);
    expect((await ask('DELETE', 'a', { 'if-match': '*' })).status).toBe(200);
    expect((await ask('DELETE', 'a', { 'if-match': '*' })).status).toBe(412);
  });

  test('takes no weak tag for a state', async () => {
    const { ask } = await setup();
    const { etag } = await ask('GET', 'a');
    expect((await ask('PUT', 'a', { 'if-match': `W/${etag}` })).status).toBe(412);
  });

  test('of two at once that saw the same state, is made by one', async () => {
    const { ask } = await setup({ slow: 20 });
    const { etag } = await ask('GET', 'a');
    const both = await Promise.all(['b', 'c'].map((text) => ask('PUT', 'a', { 'if-match': etag }, text)));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
  });

  test('that says If-None-Match: * makes what is not there', async () => {
    const { ask } = await setup();
    expect((await ask('PUT', 'a', { 'if-none-match': '*' })).status).toBe(412);
    expect((await ask('PUT', 'b', { 'if-none-match': '*' })).status).toBe(200);
  });
});

test('what is there is replaced whole only by who says which state of it, where the route asks that', async () => {
  const { ask, documents } = await setup({ guarded: true });
  expect(await ask('PUT', 'a')).toMatchObject({ status: 428, body: { code: 'precondition_failed', status: 428 } });
  expect(documents.get('a')).toBe('first');
  expect((await ask('PUT', 'b')).status).toBe(200);
  const { etag } = await ask('GET', 'a');
  expect((await ask('PUT', 'a', { 'if-match': etag })).status).toBe(200);
});

test('without either, changes are made as before', async () => {
  const { ask } = await setup();
  expect((await ask('PUT', 'a')).status).toBe(200);
});
