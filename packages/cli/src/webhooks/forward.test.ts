import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fakeEvents } from './fake-events.test-support.ts';
import { forward } from './forward.ts';

const bodies: string[] = [];
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  bodies.push(Buffer.concat(chunks).toString());
  response.writeHead(request.url === '/refuses' ? 503 : 204).end();
});
let origin = '';
beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

test('an event is sent on as the request that it came in', async () => {
  const events = fakeEvents();
  const alone = events.store();
  expect(await forward(events, alone, origin)).toMatchObject({ ok: true, status: 204, events: 1, withheld: [] });
  const request = {
    id: 'req_1',
    method: 'POST',
    url: 'https://x.example/h',
    headers: [['Token', '[redacted]']] as [string, string][],
  };
  const oneOfTwo = events.store({ count: 2, index: 1, request });
  expect(await forward(events, oneOfTwo, `${origin}/refuses`)).toMatchObject({
    ok: false,
    status: 503,
    events: 2,
    withheld: ['Token'],
  });
  expect(bodies).toEqual(['{"n":0}', 'the whole request']);
});

test('a receiver that is not there is told, not thrown', async () => {
  const events = fakeEvents();
  expect(await forward(events, events.store(), 'http://127.0.0.1:1/hooks')).toMatchObject({
    ok: false,
    status: null,
    answer: 'http://127.0.0.1:1/hooks cannot be reached (ECONNREFUSED).',
  });
});
