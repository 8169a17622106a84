import { createServer } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { egressWithPublicLoopback, failureIn, requestTo, responseIn, testEgress, textIn } from '../test/requests.ts';
import { startUpstream } from '../test/upstream.ts';
import vectors from '../vectors/ssrf.json' with { type: 'json' };
import type { Refusal } from './index.ts';

describe('a request to a trusted origin', () => {
  it('carries method, path, headers and body, and brings the answer back', async () => {
    const upstream = await startUpstream((_request, response) => {
      response.writeHead(201, { 'content-type': 'application/json', 'x-many': ['a', 'b'] }).end('{"ok":true}');
    });
    const egress = testEgress({ trustedOrigins: [upstream.origin] });
    const outcome = await egress.send(
      requestTo(`${upstream.origin}/v1/things?q=a%20b#fragment`, {
        method: 'POST',
        headers: { authorization: 'Bearer secret', 'content-type': 'application/json' },
        body: '{"name":"größe"}',
      }),
    );

    expect(textIn(outcome)).toBe('{"ok":true}');
    expect(responseIn(outcome)).toMatchObject({
      status: 201,
      contentType: 'application/json',
      headers: { 'x-many': ['a', 'b'] },
    });
    expect(outcome).toMatchObject({ timing: { connectMs: expect.any(Number), totalMs: expect.any(Number) } });
    expect(upstream.seen).toMatchObject([
      {
        method: 'POST',
        url: '/v1/things?q=a%20b',
        body: '{"name":"größe"}',
        headers: { authorization: 'Bearer secret', host: `127.0.0.1:${upstream.port}`, 'content-length': '18' },
      },
    ]);
  });

  it('takes a body of bytes, and answers a body in several pieces whole', async () => {
    const upstream = await startUpstream((_request, response) => {
      response.write('a'.repeat(70_000));
      setImmediate(() => response.end('b'.repeat(70_000)));
    });
    const egress = testEgress({ trustedOrigins: [upstream.origin] });
    const outcome = await egress.send(
      requestTo(`${upstream.origin}/`, { method: 'PUT', body: new Uint8Array([104, 105]) }),
    );
    expect(textIn(outcome)).toBe('a'.repeat(70_000) + 'b'.repeat(70_000));
    expect(upstream.seen[0]?.body).toBe('hi');
    expect(responseIn(outcome).contentType).toBeNull();
  });

  it('answers HEAD without a body, whatever length it announces', async () => {
    const upstream = await startUpstream((_request, response) => {
      response.writeHead(200, { 'content-length': '5000000' }).end();
    });
    const egress = testEgress({ trustedOrigins: [upstream.origin] });
    const outcome = await egress.send(requestTo(`${upstream.origin}/`, { method: 'HEAD', maxResponseBytes: 10 }));
    expect(responseIn(outcome).body.byteLength).toBe(0);
  });

  it('waits for the real answer after an interim one', async () => {
    const upstream = await startUpstream((_request, response) => {
      response.writeEarlyHints({ link: '</style.css>; rel=preload' }, () => response.writeHead(200).end('real'));
    });
    const egress = testEgress({ trustedOrigins: [upstream.origin] });
    const outcome = await egress.send(requestTo(`${upstream.origin}/`));
    expect(responseIn(outcome).status).toBe(200);
    expect(textIn(outcome)).toBe('real');
  });

  it('answers a redirect as it stands', async () => {
    const upstream = await startUpstream((_request, response) => {
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    const egress = testEgress({ trustedOrigins: [upstream.origin] });
    expect(responseIn(await egress.send(requestTo(`${upstream.origin}/`))).status).toBe(302);
    expect(upstream.seen).toHaveLength(1);
  });

  it('uses a socket again, and never for another tenant (S-D9)', async () => {
    const upstream = await startUpstream((_request, response) => void response.end('ok'));
    const egress = testEgress({ trustedOrigins: [upstream.origin] });
    for (const tenant of ['ten_a', 'ten_a', 'ten_b', 'ten_a']) {
      expect(textIn(await egress.send(requestTo(`${upstream.origin}/`, { tenant })))).toBe('ok');
    }
    const [first, second, other, last] = upstream.seen.map(({ remotePort }) => remotePort);
    expect(second).toBe(first);
    expect(last).toBe(first);
    expect(other).not.toBe(first);
    expect(egress.stats()).toEqual({ pools: 2, sockets: 2 });
  });

  it('ignores the proxy that the environment names (S-D18)', async () => {
    let proxied = 0;
    const proxy = createServer(() => {
      proxied += 1;
    }).listen(0, '127.0.0.1');
    const upstream = await startUpstream((_request, response) => void response.end('direct'));
    await vi.waitFor(() => expect(proxy.listening).toBe(true));
    const address = proxy.address();
    const proxyUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
    for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy'])
      vi.stubEnv(name, proxyUrl);
    try {
      const egress = testEgress({ trustedOrigins: [upstream.origin] });
      expect(textIn(await egress.send(requestTo(`${upstream.origin}/`)))).toBe('direct');
      expect(proxied).toBe(0);
    } finally {
      vi.unstubAllEnvs();
      proxy.close();
    }
  });
});

describe('refusals', () => {
  it('refuses every published vector without resolving or dialling, and reports each once (S-D20)', async () => {
    const refusals: Refusal[] = [];
    const resolve = vi.fn();
    const egress = egressWithPublicLoopback({ resolve, onRefused: (refusal) => refusals.push(refusal) });
    const loopbackIsFine = /127\.0\.0\.1|localhost/;
    for (const { url } of vectors.refused) {
      const outcome = await egress.send(requestTo(url, { hosts: ['api.example.com', '127.0.0.2', '[::1]'] }));
      expect({ url, ...failureIn(outcome) }).toMatchObject({ url, kind: 'denied', sent: false });
      expect(failureIn(outcome).message).not.toMatch(loopbackIsFine);
    }
    expect(refusals).toHaveLength(vectors.refused.length);
    expect(resolve).not.toHaveBeenCalled();
    expect(egress.stats()).toEqual({ pools: 0, sockets: 0 });
  });

  it.each([
    ['a host outside the list', { hosts: ['api.example.org'] }, 'host_not_allowed'],
    ['an empty list', { hosts: [] }, 'host_not_allowed'],
    ['CONNECT', { method: 'CONNECT' }, 'method_not_allowed'],
    ['TRACE', { method: 'TRACE' }, 'method_not_allowed'],
    ['a method with a line break', { method: 'GET /\r\n' }, 'method_not_allowed'],
    ['Host', { headers: { Host: 'evil' } }, 'header_not_allowed'],
    ['Content-Length', { headers: { 'Content-Length': '1' } }, 'header_not_allowed'],
    ['Transfer-Encoding', { headers: { 'transfer-encoding': 'chunked' } }, 'header_not_allowed'],
    ['Connection', { headers: { connection: 'close' } }, 'header_not_allowed'],
    ['Proxy-Authorization', { headers: { 'Proxy-Authorization': 'x' } }, 'header_not_allowed'],
    ['Upgrade', { headers: { upgrade: 'websocket' } }, 'header_not_allowed'],
    ['TE', { headers: { te: 'trailers' } }, 'header_not_allowed'],
    ['Trailer', { headers: { trailer: 'x' } }, 'header_not_allowed'],
    ['a line break in a value', { headers: { 'x-a': 'b\r\nhost: evil' } }, 'header_invalid'],
    ['a NUL in a value', { headers: { 'x-a': 'b\0' } }, 'header_invalid'],
    ['a character beyond Latin-1 in a value', { headers: { 'x-a': '→' } }, 'header_invalid'],
    ['a line break in a name', { headers: { 'x-a\r\nhost': 'b' } }, 'header_invalid'],
    ['a value that is no text', { headers: { 'x-a': 1 as unknown as string } }, 'header_invalid'],
  ])('refuses %s before anything else happens (S-D10)', async (_what, changes, reason) => {
    const resolve = vi.fn();
    const onRefused = vi.fn();
    const egress = testEgress({ resolve, onRefused });
    const outcome = await egress.send(requestTo('https://api.example.com/v1', changes));
    expect(failureIn(outcome)).toMatchObject({ kind: 'denied', sent: false, reason });
    expect(onRefused.mock.calls).toEqual([[{ tenant: 'ten_a', host: 'api.example.com', reason }]]);
    expect(resolve).not.toHaveBeenCalled();
  });

  it('refuses after it was closed', async () => {
    const egress = testEgress();
    await egress.close();
    expect(failureIn(await egress.send(requestTo('https://api.example.com/')))).toMatchObject({
      kind: 'aborted',
      sent: false,
      reason: 'egress_closed',
    });
    expect(await egress.warm('ten_a', 'https://api.example.com/', ['api.example.com'])).toBe(false);
  });
});
