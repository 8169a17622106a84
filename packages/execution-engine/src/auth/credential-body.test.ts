import { describe, expect, it } from 'vitest';
import { answer, benchOf, issuesIn, previewOf, toolOf } from '../tools.test-support.ts';

const auth = { type: 'custom' as const, body: { client_id: '{client_id}', 'auth.secret': '{secret}' } };
const fields = { client_id: 'client-0123456789', secret: 'canary-"0123456789' };
const credential = { type: 'custom' as const, fields };
const write = {
  request: { method: 'POST' as const, path: '/x' },
  parameters: { name: { type: 'string' as const }, mode: { 'x-const': 'live', 'x-name': 'auth.mode' } },
};

describe('a credential in the body', () => {
  it('stands there before everything else, in each attempt', async () => {
    const bench = benchOf([answer(503, {}), answer(200, { ok: true })]);
    const tool = toolOf({ ...write, idempotency: { kind: 'natural' } }, { auth });
    expect(await bench.execute(tool, { credential, arguments: { name: 'Ada' } })).toMatchObject({
      status: 'succeeded',
      attempts: 2,
    });
    const body = JSON.stringify({
      client_id: fields.client_id,
      auth: { secret: fields.secret, mode: 'live' },
      name: 'Ada',
    });
    expect(bench.requests.map((request) => request.body)).toEqual([body, body]);
  });

  it('stands in a form', async () => {
    const bench = benchOf([answer(200, {})]);
    const tool = toolOf(
      { request: { method: 'POST', path: '/x', body: 'form' }, parameters: { name: { type: 'string' } } },
      { auth: { type: 'custom', body: { key: '{secret}' } } },
    );
    await bench.execute(tool, { credential, arguments: { name: 'Ada' } });
    expect(bench.requests[0]?.body).toBe('key=canary-%220123456789&name=Ada');
  });

  it('makes a body where there was none, and none for another host', async () => {
    const bench = benchOf([answer(200, {})]);
    await bench.execute(toolOf({ request: { method: 'POST', path: '/x' } }, { auth }), { credential });
    expect(bench.requests[0]).toMatchObject({
      body: JSON.stringify({ client_id: fields.client_id, auth: { secret: fields.secret } }),
      headers: { 'content-type': 'application/json' },
    });
  });

  it('shows in no preview, no answer, no error and nothing that watches attempts', async () => {
    const seen: unknown[] = [];
    const echo = { text: `you said ${fields.secret}`, error: { message: `bad ${fields.secret} ${fields.client_id}` } };
    const bench = benchOf([answer(200, echo), answer(400, echo)]);
    const tool = toolOf(write, { auth });
    seen.push(previewOf(tool, { name: 'Ada' }));
    const onAttempt = (attempt: unknown) => void seen.push(attempt);
    for (let i = 0; i < 2; i++)
      seen.push(await bench.execute(tool, { credential, arguments: { name: 'Ada' }, onAttempt }));
    expect(seen).toHaveLength(5);
    expect(JSON.stringify(seen)).not.toMatch(/canary-|client-0123456789/);
  });

  it('never gives way to an argument', async () => {
    const bench = benchOf([answer(200, {})]);
    const tool = toolOf(
      {
        request: { method: 'POST', path: '/x' },
        parameters: { all: { type: 'object', required: true, 'x-in': 'body_root' } },
      },
      { auth: { type: 'custom', body: { key: '{secret}' } } },
    );
    await bench.execute(tool, { credential, arguments: { all: { key: 'other', a: 1 } } });
    expect(bench.requests[0]?.body).toBe(JSON.stringify({ key: fields.secret, a: 1 }));
    const list = toolOf(
      { request: { method: 'POST', path: '/x' }, parameters: { all: { required: true, 'x-in': 'body_root' } } },
      { auth },
    );
    expect(await bench.execute(list, { credential, arguments: { all: [1] } })).toMatchObject({
      error: { code: 'invalid_arguments' },
    });
    expect(bench.requests).toHaveLength(1);
  });

  it.each([
    [{ method: 'GET' as const, path: '/x' }],
    [{ method: 'POST' as const, path: '/x', body: 'multipart' as const }],
  ])('needs a body that can hold it: %j', (request) => {
    expect(issuesIn({ request }, { auth }).join()).toContain('request.body: ');
  });

  it('of a connection that lacks it is refused', async () => {
    const bench = benchOf([answer(200, {})]);
    const lacking = { type: 'custom' as const, fields: { client_id: 'x' } };
    expect(await bench.execute(toolOf(write, { auth }), { credential: lacking })).toMatchObject({
      error: { code: 'credential_expired', details: { reason: 'credential_unfit' } },
    });
    expect(bench.requests).toEqual([]);
  });
});
