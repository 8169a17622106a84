import { createTestAuthority } from '@patchbay/testkit/tls';
import { describe, expect, it } from 'vitest';
import { egressWithPublicLoopback, failureIn, requestTo, responseIn, testEgress, textIn } from '../test/requests.ts';
import { startUpstream } from '../test/upstream.ts';
import type { EgressOutcome, Refusal } from './index.ts';

const secrets = {
  authorization: 'Bearer secret',
  cookie: 'session=secret',
  'x-api-key': 'secret',
  'private-token': 'secret',
  'x-custom': 'secret',
};

/** Answers every request but those for `/end` with a redirect. */
async function redirector(status: number, location: () => string) {
  return startUpstream((request, response) => {
    if (request.url === '/end') response.end(`${request.method} ended`);
    else response.writeHead(status, { location: location() }).end();
  });
}

describe('a followed redirect', () => {
  it.each([
    [301, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [303, 'PUT', 'GET', ''],
    [303, 'HEAD', 'HEAD', ''],
    [301, 'DELETE', 'DELETE', ''],
    [307, 'POST', 'POST', 'body'],
    [308, 'PUT', 'PUT', 'body'],
  ])('%i of %s within the origin becomes %s with body "%s", credentials kept', async (status, method, next, body) => {
    const upstream = await redirector(status, () => '/end');
    const egress = testEgress({ trustedOrigins: [upstream.origin] });
    const headers = { ...secrets, 'content-type': 'text/plain' };
    const sent = method === 'HEAD' || method === 'DELETE' ? null : 'body';
    const outcome = await egress.send(
      requestTo(`${upstream.origin}/start`, { method, headers, body: sent, followRedirects: true }),
    );
    expect(responseIn(outcome).status).toBe(200);
    expect(outcome).toMatchObject({ timing: { totalMs: expect.any(Number) } });
    expect(upstream.seen[1]).toMatchObject({ method: next, url: '/end', body, headers: secrets });
    expect(upstream.seen[1]?.headers['content-type']).toBe(body === '' && sent !== null ? undefined : 'text/plain');
  });

  it.each([301, 302, 303, 307, 308])(
    '%i to another origin carries no secret header and no body (S-D7)',
    async (status) => {
      const second = await startUpstream((_request, response) => void response.end('second'));
      const first = await redirector(status, () => `${second.origin}/end`);
      const egress = testEgress({ trustedOrigins: [first.origin, second.origin] });
      const outcome = await egress.send(
        requestTo(`${first.origin}/start`, {
          method: 'POST',
          headers: { ...secrets, accept: 'application/json', 'content-type': 'application/json' },
          body: '{"secret":true}',
          followRedirects: true,
        }),
      );
      expect(textIn(outcome)).toBe('second');
      const [seen] = second.seen;
      expect(seen?.body).toBe('');
      expect(seen?.headers.accept).toBe('application/json');
      for (const name of [...Object.keys(secrets), 'content-type']) expect(seen?.headers[name]).toBeUndefined();
      expect(JSON.stringify(seen)).not.toContain('secret');
    },
  );

  it.each([301, 302, 303, 307, 308])(
    '%i to an address that is not public is refused, after which nothing is dialled (S-D6)',
    async (status) => {
      const authority = await createTestAuthority();
      const tls = await authority.issue('api.example.com');
      let location = '';
      const first = await startUpstream((_request, response) => void response.writeHead(status, { location }).end(), {
        tls,
      });
      const refusals: Refusal[] = [];
      const egress = egressWithPublicLoopback({
        resolve: async () => [{ address: '127.0.0.1', family: 4 }],
        ca: authority.ca,
        onRefused: (refusal) => refusals.push(refusal),
      });
      const targets = [
        '10.0.0.1',
        '169.254.169.254',
        '100.64.0.1',
        '0.0.0.0',
        '224.0.0.1',
        '2130706434',
        '[::1]',
        '[::ffff:a00:1]',
        '[fd00::1]',
        '[64:ff9b::a00:1]',
      ];
      for (const host of targets) {
        location = `https://${host}/end`;
        const outcome = await egress.send(
          requestTo(`https://api.example.com:${first.port}/`, {
            hosts: [`api.example.com:${first.port}`, ...targets],
            followRedirects: true,
          }),
        );
        expect(failureIn(outcome)).toMatchObject({ kind: 'denied', sent: true, reason: 'address_not_public' });
      }
      expect(refusals).toHaveLength(targets.length);
      expect(egress.stats()).toEqual({ pools: 1, sockets: 1 });
    },
  );

  it('is refused from https to http (S-D8), and from outside into a trusted origin', async () => {
    const authority = await createTestAuthority();
    const tls = await authority.issue('api.example.com');
    const inside = await startUpstream((_request, response) => void response.end('inside'));
    const insideTls = await startUpstream((_request, response) => void response.end('inside'), { tls });
    let location = '';
    const outside = await startUpstream((_request, response) => void response.writeHead(302, { location }).end(), {
      tls,
    });
    const egress = egressWithPublicLoopback({
      resolve: async () => [{ address: '127.0.0.1', family: 4 }],
      ca: authority.ca,
      trustedOrigins: [inside.origin, insideTls.origin],
    });
    const send = (to: string): Promise<EgressOutcome> => {
      location = to;
      const hosts = [`api.example.com:${outside.port}`, '127.0.0.1'];
      return egress.send(requestTo(`https://api.example.com:${outside.port}/`, { hosts, followRedirects: true }));
    };
    expect(failureIn(await send(`${inside.origin}/`))).toMatchObject({ sent: true, reason: 'redirect_downgrade' });
    expect(failureIn(await send(`${insideTls.origin}/`))).toMatchObject({
      sent: true,
      reason: 'redirect_into_trusted',
    });
    expect(inside.connections + insideTls.connections).toBe(0);
  });

  it.each([
    ['a host outside the list', 'https://api.example.org/', 'host_not_allowed'],
    ['a line break', '/end\tx', 'redirect_invalid'],
    ['no URL', 'https://[x', 'redirect_invalid'],
    ['a file', 'file:///etc/passwd', 'scheme_not_allowed'],
    ['user info', 'https://a:b@api.example.com/', 'userinfo_not_allowed'],
  ])('to %s is refused', async (_what, location, reason) => {
    const upstream = await redirector(302, () => location);
    const refusals: Refusal[] = [];
    const egress = testEgress({ trustedOrigins: [upstream.origin], onRefused: (refusal) => refusals.push(refusal) });
    const outcome = await egress.send(requestTo(`${upstream.origin}/`, { followRedirects: true }));
    expect(failureIn(outcome)).toMatchObject({ kind: 'denied', sent: true, reason });
    expect(refusals.map((refusal) => refusal.reason)).toEqual([reason]);
  });

  it('is followed three times and no more', async () => {
    const upstream = await startUpstream((request, response) => {
      const left = Number(request.url?.slice(1));
      if (left === 0) response.end('arrived');
      else response.writeHead(302, { location: `/${left - 1}` }).end();
    });
    const egress = testEgress({ trustedOrigins: [upstream.origin] });
    expect(textIn(await egress.send(requestTo(`${upstream.origin}/3`, { followRedirects: true })))).toBe('arrived');
    const outcome = await egress.send(requestTo(`${upstream.origin}/4`, { followRedirects: true }));
    expect(failureIn(outcome)).toMatchObject({ kind: 'denied', sent: true, reason: 'too_many_redirects' });
  });

  it('without a location is the answer', async () => {
    const upstream = await startUpstream((_request, response) => void response.writeHead(304).end());
    const egress = testEgress({ trustedOrigins: [upstream.origin] });
    expect(responseIn(await egress.send(requestTo(upstream.origin, { followRedirects: true }))).status).toBe(304);
  });

  it('that fails on its first hop says what the first hop says', async () => {
    const egress = testEgress();
    const outcome = await egress.send(requestTo('https://10.0.0.1/', { followRedirects: true }));
    expect(failureIn(outcome)).toMatchObject({ kind: 'denied', sent: false });
  });
});
