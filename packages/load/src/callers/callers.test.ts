import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { callOfMix } from '../work/tool-mix.ts';
import { HttpClient } from './http-client.ts';
import { mcpCaller } from './mcp-caller.ts';
import { restCaller } from './rest-caller.ts';

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

async function clientOf(answer: (request: IncomingMessage, body: string, response: ServerResponse) => void) {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    answer(request, body, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new HttpClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  stops.push(() => {
    client.close();
    server.close();
    server.closeAllConnections();
  });
  return { client, server };
}

const callOf = callOfMix([{ tool: 'look', arguments: { n: '{n}' }, weight: 1 }], { keys: 'new', run: 'run' });
const terms = { apiKey: 'pbk_secret', tenant: 'acme', deadlineMs: 500 };
const json = (response: ServerResponse, status: number, document: unknown) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(document));

test('over REST a call says what it is, once, and its answer says what it came to', async () => {
  const asked: unknown[] = [];
  const answers = [
    [200, { status: 'succeeded', error: null }],
    [502, { code: 'upstream_error', result: { status: 'failed', error: { code: 'upstream_error', details: {} } } }],
    [
      504,
      {
        code: 'outcome_unknown',
        result: { status: 'outcome_unknown', error: { code: 'outcome_unknown', details: {} } },
      },
    ],
    [429, { code: 'rate_limited' }],
    [500, 'nonsense'],
  ] as const;
  const { client } = await clientOf((request, body, response) => {
    const [status, document] = answers[asked.length] ?? [500, {}];
    asked.push([request.url, request.headers.authorization, request.headers['patchbay-tenant'], JSON.parse(body)]);
    json(response, status, document);
  });
  const call = restCaller(client, callOf, terms);
  const outcomes = [await call(0), await call(1), await call(2), await call(3), await call(4)];
  expect(outcomes).toEqual([
    { status: 'succeeded', code: null, what: 'look' },
    { status: 'failed', code: 'upstream_error', what: 'look' },
    { status: 'unknown', code: 'outcome_unknown', what: 'look' },
    { status: 'refused', code: 'rate_limited', what: 'look' },
    { status: 'failed', code: 'http_500', what: 'look' },
  ]);
  expect(asked).toHaveLength(5);
  expect(asked[1]).toEqual([
    '/v1/tools/look/execute',
    'Bearer pbk_secret',
    'acme',
    { arguments: { n: '1' }, deadline_ms: 500, idempotency_key: 'run-0-1' },
  ]);
});

test('over MCP a call is one request of its own, and an error of its result is read', async () => {
  const texts = [null, 'rate_limited', 'upstream_error', 'outcome_unknown'];
  let at = 0;
  const { client } = await clientOf((request, body, response) => {
    const { method, params } = JSON.parse(body);
    expect([request.headers['mcp-method'], request.headers['mcp-name'], method]).toEqual([
      'tools/call',
      'look',
      'tools/call',
    ]);
    expect(params._meta).toMatchObject({ 'patchbay/idempotency_key': `run-0-${at}`, 'patchbay/deadline_ms': 500 });
    const code = texts[at++] ?? null;
    const content = [{ type: 'text', text: code === null ? '{}' : JSON.stringify({ error: { code } }) }];
    const message = JSON.stringify({ jsonrpc: '2.0', id: at, result: { content, isError: code !== null } });
    // One comes as a stream of events, as the protocol allows.
    if (at === 2)
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(`event: message\ndata: ${message}\n\n`);
    else response.writeHead(200, { 'content-type': 'application/json' }).end(message);
  });
  const call = mcpCaller(client, callOf, terms);
  const outcomes = [await call(0), await call(1), await call(2), await call(3)];
  expect(outcomes.map(({ status, code }) => [status, code])).toEqual([
    ['succeeded', null],
    ['refused', 'rate_limited'],
    ['failed', 'upstream_error'],
    ['unknown', 'outcome_unknown'],
  ]);
});

test('a call that nobody answers, and one that nobody can be asked, are told apart and never rejected', async () => {
  const { client, server } = await clientOf((_request, _body, response) => response.destroy());
  const call = restCaller(client, callOf, terms);
  expect(await call(0)).toMatchObject({ status: 'unknown', code: 'lost_econnreset' });
  server.close();
  server.closeAllConnections();
  expect(await call(1)).toMatchObject({ status: 'failed', code: 'not_reached_econnrefused' });
});
