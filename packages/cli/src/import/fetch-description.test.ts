import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEgress } from '@patchbay/egress';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fetchDescription } from './fetch-description.ts';

/** Every allowed request is dialled at this server, whatever its host. */
const server = createServer((request, response) => {
  if (request.url === '/openapi.json')
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"openapi":"3.1.0"}');
  else if (request.url === '/moved')
    response.writeHead(302, { location: 'https://cdn.acme.example/openapi.json' }).end();
  else if (request.url === '/inside') response.writeHead(302, { location: 'https://10.0.0.1/openapi.json' }).end();
  else if (request.url === '/round') response.writeHead(302, { location: '/round' }).end();
  else response.writeHead(404).end();
});
const egress = () => createEgress({ dialOverride: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => new Promise((resolve) => server.close(resolve)));

describe('fetching a description', () => {
  const fetched = async (url: string, maxBytes?: number) => {
    const guarded = egress();
    try {
      return await fetchDescription(url, guarded, new AbortController().signal, maxBytes);
    } finally {
      await guarded.close();
    }
  };

  test('takes it from an https URL, and from where that leads', async () => {
    expect(await fetched('https://docs.acme.example/openapi.json')).toBe('{"openapi":"3.1.0"}');
    expect(await fetched('https://docs.acme.example/moved')).toBe('{"openapi":"3.1.0"}');
  });

  test.each([
    ['http://docs.acme.example/openapi.json', 'Only https URLs'],
    ['https://docs.acme.example/inside', 'not at a public address'],
    ['https://docs.acme.example/round', 'redirects again and again'],
    ['https://docs.acme.example/none', 'answered 404'],
  ])('says why not: %s', async (url, reason) => {
    await expect(fetched(url)).rejects.toThrow(reason);
  });

  test('takes no more than it may', async () => {
    await expect(fetched('https://docs.acme.example/openapi.json', 10)).rejects.toThrow('exceeds the byte limit');
  });
});
