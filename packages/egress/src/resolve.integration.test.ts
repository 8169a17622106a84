import { createTestAuthority, type TestAuthority } from '@patchbay/testkit/tls';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  egressWithPublicLoopback,
  egressWithTable,
  failureIn,
  requestTo,
  testEgress,
  textIn,
} from '../test/requests.ts';
import { closedPort, startTcpUpstream, startUpstream } from '../test/upstream.ts';
import type { Refusal, ResolvedAddress } from './index.ts';
import { pinMs } from './route.ts';

const name = 'api.example.com';
const loopback: ResolvedAddress = { address: '127.0.0.1', family: 4 };
const v4 = (address: string): ResolvedAddress => ({ address, family: 4 });
const v6 = (address: string): ResolvedAddress => ({ address, family: 6 });

let authority: TestAuthority;
let tls: { key: string; cert: string };
beforeAll(async () => {
  authority = await createTestAuthority();
  tls = await authority.issue(name);
});
afterEach(() => {
  vi.useRealTimers();
});

/** An upstream at the name, which the resolver places on the loopback; https on a port of the allow-list. */
async function namedUpstream(certificate = tls) {
  const upstream = await startUpstream((request, response) => void response.end(request.headers.host), {
    tls: certificate,
  });
  return { ...upstream, url: `https://${name}:${upstream.port}/`, seen: upstream.seen, upstream };
}

function failsWith(code: string): () => Promise<never> {
  return async () => Promise.reject(Object.assign(new Error('10.1.2.3 said no'), { code }));
}

describe('a name', () => {
  it('is resolved once, and its address dialled with the name in Host and SNI', async () => {
    const { url, upstream } = await namedUpstream();
    const resolve = vi.fn(async () => [loopback]);
    const egress = egressWithPublicLoopback({ resolve, ca: authority.ca });
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => egress.send(requestTo(url))));
    expect(outcomes.map(textIn)).toEqual(Array(5).fill(`${name}:${upstream.port}`));
    expect(textIn(await egress.send(requestTo(url)))).toBe(`${name}:${upstream.port}`);
    expect(resolve.mock.calls).toEqual([[name]]);
  });

  it.each([
    ['a loopback address (S-D1)', [v4('127.0.0.2')]],
    ['a public and a private address (S-D2)', [loopback, v4('10.0.0.5')]],
    ['a private and a public address (S-D2)', [v4('10.0.0.5'), loopback]],
    ['a mapped loopback address (S-D4)', [v6('::ffff:7f00:1')]],
    ['a unique local address', [v6('fd00:ec2::254')]],
    ['the metadata address, as an alias may (S-D5)', [v4('169.254.169.254')]],
    ['something that is no address', [v4('localhost')]],
    ['an address with a zone', [v6('2606:4700::1111%lo')]],
  ])('is refused when it has %s, without a dial and without naming it (S-D19)', async (_what, answers) => {
    const { url, upstream } = await namedUpstream();
    const refusals: Refusal[] = [];
    const egress = egressWithPublicLoopback({
      resolve: async () => answers,
      ca: authority.ca,
      onRefused: (refusal) => refusals.push(refusal),
    });
    const failure = failureIn(await egress.send(requestTo(url)));
    expect(failure).toMatchObject({ kind: 'denied', sent: false, reason: 'address_not_public' });
    for (const { address } of answers) expect(JSON.stringify([failure, refusals])).not.toContain(address);
    expect(refusals).toEqual([{ tenant: 'ten_a', host: name, reason: 'address_not_public' }]);
    expect(upstream.connections).toBe(0);
    expect(await egress.warm('ten_a', url, [`${name}:${upstream.port}`])).toBe(false);
    expect(refusals).toHaveLength(2);
  });

  it('is dialled at the address that was checked, and refused when it rebinds (S-D3)', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const { url, upstream } = await namedUpstream();
    const resolve = vi
      .fn()
      .mockResolvedValueOnce([loopback])
      .mockResolvedValue([v4('10.0.0.5')]);
    const egress = egressWithPublicLoopback({ resolve, ca: authority.ca });
    expect(textIn(await egress.send(requestTo(url)))).toContain(name);
    vi.advanceTimersByTime(pinMs / 2);
    expect(textIn(await egress.send(requestTo(url)))).toContain(name);
    expect(resolve).toHaveBeenCalledTimes(1);

    vi.advanceTimersByTime(pinMs / 2);
    expect(failureIn(await egress.send(requestTo(url)))).toMatchObject({ reason: 'address_not_public', sent: false });
    expect(resolve).toHaveBeenCalledTimes(2);
    expect(upstream.connections).toBe(1);
    await expect.poll(() => upstream.sockets.size).toBe(0);
  });

  it('is renewed in passing before its time is up, and its sockets kept when the address stays', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const { url, upstream } = await namedUpstream();
    const resolve = vi.fn(async () => [loopback]);
    const egress = egressWithPublicLoopback({ resolve, ca: authority.ca });
    await egress.send(requestTo(url));
    vi.advanceTimersByTime(pinMs - 1_000);
    await egress.send(requestTo(url));
    await expect.poll(() => resolve.mock.calls.length).toBe(2);
    vi.advanceTimersByTime(pinMs / 2);
    await egress.send(requestTo(url));
    expect(resolve).toHaveBeenCalledTimes(2);
    expect(upstream.connections).toBe(1);
  });

  it('is used for as long as it may be when the renewal fails', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const { url } = await namedUpstream();
    const resolve = vi.fn().mockResolvedValueOnce([loopback]).mockImplementation(failsWith('ESERVFAIL'));
    const egress = egressWithPublicLoopback({ resolve, ca: authority.ca });
    await egress.send(requestTo(url));
    vi.advanceTimersByTime(pinMs - 1_000);
    expect(textIn(await egress.send(requestTo(url)))).toContain(name);
    vi.advanceTimersByTime(1_000);
    expect(failureIn(await egress.send(requestTo(url)))).toMatchObject({ kind: 'unreachable', reason: 'dns_failed' });
  });

  it('is dialled at its next address when the first does not answer', async () => {
    const { url, upstream } = await namedUpstream();
    const resolve = async () => [v4('127.0.0.9'), loopback];
    const refusing = egressWithPublicLoopback({ resolve, ca: authority.ca });
    // The table knows only one loopback address as public, so the first is refused …
    expect(failureIn(await refusing.send(requestTo(url))).reason).toBe('address_not_public');
    // … unless the origin is trusted; then nothing listens at the first and the second answers.
    const egress = testEgress({ resolve, ca: authority.ca, trustedOrigins: [new URL(url).origin] });
    expect(textIn(await egress.send(requestTo(url, { method: 'POST', body: 'x' })))).toContain(name);
    expect(textIn(await egress.send(requestTo(url)))).toContain(name);
    expect(upstream.connections).toBe(1);
    expect(upstream.seen).toHaveLength(2);
  });

  it('is unreachable when none of its addresses answers', async () => {
    const origin = `https://${name}:${await closedPort()}`;
    const resolve = async () => [v4('127.0.0.1'), v4('127.0.0.9'), v6('::1')];
    const egress = testEgress({ resolve, trustedOrigins: [origin] });
    expect(failureIn(await egress.send(requestTo(origin)))).toMatchObject({
      kind: 'unreachable',
      sent: false,
      reason: 'connect_refused',
    });
  });

  it.each([
    ['does not exist', failsWith('ENOTFOUND'), 'dns_not_found'],
    ['has no address of either family', failsWith('ENODATA'), 'dns_not_found'],
    ['has an empty answer', async () => [], 'dns_empty'],
    ['has a server that times out', failsWith('ETIMEOUT'), 'dns_timeout'],
    ['has a server that fails', failsWith('ESERVFAIL'), 'dns_failed'],
    [
      'makes the resolver throw',
      () => {
        throw new Error('10.1.2.3');
      },
      'dns_failed',
    ],
    [
      'has hundreds of answers',
      async () => Array.from({ length: 200 }, (_, index) => v4(`8.8.8.${index}`)),
      'dns_failed',
    ],
  ])('that %s is unreachable (S-D17)', async (_what, resolve, reason) => {
    const onRefused = vi.fn();
    const egress = testEgress({ resolve, onRefused });
    const failure = failureIn(await egress.send(requestTo(`https://${name}/`)));
    expect(failure).toMatchObject({ kind: 'unreachable', sent: false, reason });
    expect(failure.message).not.toContain('10.1.2.3');
    expect(onRefused).not.toHaveBeenCalled();
    expect(egress.stats()).toEqual({ pools: 0, sockets: 0 });
  });

  it('is given up on after two seconds, however long the resolver takes (S-D17)', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const egress = testEgress({ resolve: () => new Promise(() => {}) });
    const sending = egress.send(requestTo(`https://${name}/`));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(failureIn(await sending)).toMatchObject({ kind: 'unreachable', sent: false, reason: 'dns_timeout' });
  });

  it('does not hold a request beyond its deadline or its cancellation', async () => {
    const resolution = Promise.withResolvers<ResolvedAddress[]>();
    const egress = egressWithPublicLoopback({ resolve: () => resolution.promise });
    const cancel = new AbortController();
    const url = `https://${name}/`;
    const late = egress.send(requestTo(url, { deadlineAt: performance.now() + 20 }));
    const cancelled = egress.send(requestTo(url, { signal: cancel.signal }));
    cancel.abort();
    expect(failureIn(await late)).toMatchObject({ kind: 'deadline', sent: false });
    expect(failureIn(await cancelled)).toMatchObject({ kind: 'aborted', sent: false });
    resolution.resolve([loopback]);
  });

  it('that is resolved when egress has closed is not dialled', async () => {
    const { url, upstream } = await namedUpstream();
    const resolution = Promise.withResolvers<ResolvedAddress[]>();
    const egress = egressWithPublicLoopback({ resolve: () => resolution.promise, ca: authority.ca });
    const sending = egress.send(requestTo(url));
    const warming = egress.warm('ten_a', url, [`${name}:${upstream.port}`]);
    const closing = egress.close();
    resolution.resolve([loopback]);
    expect(failureIn(await sending)).toMatchObject({ kind: 'aborted', sent: false, reason: 'egress_closed' });
    expect(await warming).toBe(false);
    await closing;
    expect(upstream.connections).toBe(0);
  });

  it('whose route makes way while it is resolved is dialled all the same, and leaves no socket', async () => {
    const { url, upstream } = await namedUpstream();
    const resolution = Promise.withResolvers<ResolvedAddress[]>();
    const egress = egressWithPublicLoopback({ resolve: () => resolution.promise, ca: authority.ca, maxPools: 1 });
    const first = egress.send(requestTo(url, { tenant: 'ten_a' }));
    const second = egress.send(requestTo(url, { tenant: 'ten_b' }));
    resolution.resolve([loopback]);
    expect(textIn(await first)).toContain(name);
    expect(textIn(await second)).toContain(name);
    expect(egress.stats().pools).toBe(1);
    await expect.poll(() => egress.stats().sockets).toBe(1);
    expect(upstream.connections).toBe(2);
  });
});

describe('the peer', () => {
  it('is checked once more after the connect, and refused when it may not be reached', async () => {
    const { url, upstream } = await namedUpstream();
    let asked = 0;
    const refusals: Refusal[] = [];
    const options = {
      resolve: async () => [loopback],
      ca: authority.ca,
      onRefused: (refusal: Refusal) => void refusals.push(refusal),
    };
    // The table says yes to the answer of the DNS and no to the peer of the socket.
    const egress = egressWithTable(options, () => {
      asked += 1;
      return asked === 1;
    });
    const failure = failureIn(await egress.send(requestTo(url)));
    expect(failure).toMatchObject({ kind: 'denied', sent: false, reason: 'peer_address_changed' });
    expect(refusals.map(({ reason }) => reason)).toEqual(['peer_address_changed']);
    expect(upstream.seen).toHaveLength(0);
    await expect.poll(() => upstream.sockets.size).toBe(0);
    await expect.poll(() => egress.stats().sockets).toBe(0);
  });
});

describe('an upstream that accepts and then says nothing to the TLS handshake', () => {
  it('is unreachable after the connect timeout, or late at the deadline, nothing sent', {
    timeout: 15_000,
  }, async () => {
    const silent = await startTcpUpstream((socket) => void socket.resume());
    const egress = egressWithPublicLoopback({ resolve: async () => [loopback], connectTimeoutMs: 200 });
    const url = `https://${name}:${silent.port}/`;
    const late = egress.send(requestTo(url, { deadlineAt: performance.now() + 50 }));
    const unreachable = egress.send(requestTo(url, { method: 'POST', body: 'x' }));
    expect(failureIn(await late)).toMatchObject({ kind: 'deadline', sent: false });
    expect(failureIn(await unreachable)).toMatchObject({ kind: 'unreachable', sent: false, reason: 'connect_timeout' });
    await expect.poll(() => silent.sockets.size, { timeout: 5_000 }).toBe(0);
  });
});

describe('TLS (S-D16)', () => {
  it.each([
    ['expired', () => authority.issue(name, { expired: true })],
    ['for another host', () => authority.issue('other.example.com')],
    ['of an unknown authority', async () => (await createTestAuthority()).issue(name)],
  ])('refuses a certificate that is %s before anything is sent', async (_what, issue) => {
    const { url, upstream } = await namedUpstream(await issue());
    const egress = egressWithPublicLoopback({ resolve: async () => [loopback], ca: authority.ca });
    const outcome = await egress.send(requestTo(url, { method: 'POST', body: 'x' }));
    expect(failureIn(outcome)).toMatchObject({ kind: 'unreachable', sent: false, reason: 'tls_failed' });
    expect(upstream.seen).toHaveLength(0);
    expect(await egress.warm('ten_a', url, [`${name}:${upstream.port}`])).toBe(false);
  });

  it('refuses one of the test authority when that is not trusted, whatever the environment says', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    try {
      const { url } = await namedUpstream();
      const egress = egressWithPublicLoopback({ resolve: async () => [loopback] });
      expect(failureIn(await egress.send(requestTo(url)))).toMatchObject({ sent: false, reason: 'tls_failed' });
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('fails unsent against a server that speaks plain HTTP', async () => {
    const upstream = await startUpstream((_request, response) => void response.end());
    const egress = egressWithPublicLoopback({ resolve: async () => [loopback] });
    const outcome = await egress.send(requestTo(`https://${name}:${upstream.port}/`));
    expect(failureIn(outcome)).toMatchObject({ kind: 'unreachable', sent: false, reason: 'tls_failed' });
  });
});

describe('the default resolution', () => {
  it("is the system's for a trusted origin, so that local names work", async () => {
    const upstream = await startUpstream((_request, response) => void response.end('local'), { host: 'localhost' });
    const origin = `http://localhost:${upstream.port}`;
    const egress = testEgress({ trustedOrigins: [origin] });
    expect(textIn(await egress.send(requestTo(origin)))).toBe('local');
  });
});

describe('dialOverride', () => {
  it('dials the override in plain HTTP for any allowed URL, the Host of the URL kept', async () => {
    const upstream = await startUpstream((request, response) => void response.end(request.headers.host));
    const resolve = vi.fn();
    const egress = testEgress({ dialOverride: upstream.origin, resolve });
    expect(textIn(await egress.send(requestTo('https://slack.com/api/chat.postMessage')))).toBe('slack.com');
    expect(textIn(await egress.send(requestTo('https://api.example.com:8443/')))).toBe('api.example.com:8443');
    expect(await egress.warm('ten_a', 'https://slack.com/', ['slack.com'])).toBe(true);
    expect(resolve).not.toHaveBeenCalled();
    expect(upstream.seen.map(({ url }) => url)).toEqual(['/api/chat.postMessage', '/']);
  });

  it('keeps every other check', async () => {
    const upstream = await startUpstream((_request, response) => void response.end());
    const egress = testEgress({ dialOverride: upstream.origin });
    for (const [url, hosts, reason] of [
      ['https://slack.com/', ['api.example.com'], 'host_not_allowed'],
      ['http://slack.com/', ['slack.com'], 'scheme_not_allowed'],
      ['https://169.254.169.254/', ['169.254.169.254'], 'address_not_public'],
      ['https://nats/', ['nats'], 'name_not_public'],
      ['https://slack.com:22/', ['slack.com'], 'port_not_allowed'],
    ] as const) {
      expect(failureIn(await egress.send(requestTo(url, { hosts })))).toMatchObject({ reason, sent: false });
    }
    expect(upstream.connections).toBe(0);
  });
});
