import { getEventListeners } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { failureIn, requestTo, responseIn, testEgress, textIn } from '../test/requests.ts';
import { closedPort, startTcpUpstream, startUpstream } from '../test/upstream.ts';
import { createEgress } from './index.ts';

/** Answers each connection's first bytes with raw text. */
async function rawUpstream(answer: (socket: Socket) => void) {
  return startTcpUpstream((socket) => {
    socket.once('data', () => answer(socket));
  });
}

/** TCP sockets this process holds open, servers' ends included. */
function openSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
}

describe('a request of which nothing left', () => {
  it('is unreachable when the connection is refused', async () => {
    const origin = `http://127.0.0.1:${await closedPort()}`;
    const egress = testEgress({ trustedOrigins: [origin] });
    const outcome = await egress.send(requestTo(origin, { method: 'POST', body: 'x' }));
    expect(failureIn(outcome)).toMatchObject({ kind: 'unreachable', sent: false, reason: 'connect_refused' });
  });

  it.each(['send', 'open'] as const)('is unreachable too when it waits for the socket of one (%s)', async (how) => {
    const origin = `http://127.0.0.1:${await closedPort()}`;
    const egress = testEgress({ trustedOrigins: [origin], maxSocketsPerPool: 1 });
    const warm = Array.from({ length: 3 }, () => egress.warm('ten_a', origin, [new URL(origin).host]));
    const request = requestTo(origin, { method: 'POST', body: 'x' });
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, () =>
        how === 'send'
          ? egress.send(request)
          : egress.open({ ...request, headersBy: request.deadlineAt, idleMs: 5_000 }),
      ),
    );
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ ok: false, failure: { kind: 'unreachable', sent: false } });
    expect(await Promise.all(warm)).toEqual([false, false, false]);
  });

  it('is aborted when the signal was aborted before', async () => {
    const upstream = await startUpstream((_request, response) => void response.end());
    const egress = testEgress({ trustedOrigins: [upstream.origin] });
    const outcome = await egress.send(requestTo(upstream.origin, { signal: AbortSignal.abort() }));
    expect(failureIn(outcome)).toMatchObject({ kind: 'aborted', sent: false, reason: 'cancelled' });
    expect(upstream.connections).toBe(0);
  });

  it('is late when the deadline was over before', async () => {
    const upstream = await startUpstream((_request, response) => void response.end());
    const egress = testEgress({ trustedOrigins: [upstream.origin] });
    for (const deadlineAt of [performance.now() - 1, Number.NaN]) {
      const outcome = await egress.send(requestTo(upstream.origin, { deadlineAt }));
      expect(failureIn(outcome)).toMatchObject({ kind: 'deadline', sent: false });
    }
    expect(upstream.connections).toBe(0);
  });

  it('is cancelled or late while it waits for a socket, and the upstream never sees it', async () => {
    const upstream = await startUpstream(() => {});
    const egress = testEgress({ trustedOrigins: [upstream.origin], maxSocketsPerPool: 1 });
    const holder = new AbortController();
    const holding = egress.send(requestTo(`${upstream.origin}/held`, { signal: holder.signal }));
    await expect.poll(() => upstream.seen.length).toBe(1);

    const cancel = new AbortController();
    const cancelled = egress.send(requestTo(`${upstream.origin}/cancelled`, { signal: cancel.signal }));
    const late = egress.send(requestTo(`${upstream.origin}/late`, { deadlineAt: performance.now() + 30 }));
    cancel.abort();
    expect(failureIn(await cancelled)).toMatchObject({ kind: 'aborted', sent: false });
    const lateFailure = failureIn(await late);
    expect(lateFailure).toMatchObject({ kind: 'deadline', sent: false });
    expect(lateFailure.queuedMs).toBeGreaterThan(20);

    holder.abort();
    expect(failureIn(await holding)).toMatchObject({ kind: 'aborted', sent: true });
    const next = egress.send(requestTo(`${upstream.origin}/next`, { deadlineAt: performance.now() + 1_000 }));
    expect(failureIn(await next)).toMatchObject({ kind: 'deadline', sent: true });
    expect(upstream.seen.map(({ url }) => url)).toEqual(['/held', '/next']);
  });

  it('says how long it waited for a socket', async () => {
    const upstream = await startUpstream((_request, response) => void setTimeout(() => response.end('ok'), 60));
    const egress = testEgress({ trustedOrigins: [upstream.origin], maxSocketsPerPool: 1 });
    const outcomes = await Promise.all([1, 2].map(() => egress.send(requestTo(upstream.origin))));
    const [first, second] = outcomes.map((outcome) => (outcome.ok ? outcome.timing : null));
    expect(first?.queuedMs).toBe(0);
    expect(second?.queuedMs).toBeGreaterThan(50);
    expect((second?.totalMs ?? 0) - (second?.queuedMs ?? 0)).toBeGreaterThan(50);
  });

  it('is not written to a kept socket that the peer has closed; a fresh one carries it', async () => {
    const upstream = await startUpstream((_request, response) => void response.end('ok'));
    const egress = testEgress({ trustedOrigins: [upstream.origin] });
    expect(textIn(await egress.send(requestTo(upstream.origin)))).toBe('ok');
    const [kept] = upstream.sockets;
    kept?.resetAndDestroy();
    await expect.poll(() => upstream.sockets.size).toBe(0);
    expect(textIn(await egress.send(requestTo(upstream.origin, { method: 'POST', body: 'x' })))).toBe('ok');
    expect(upstream.connections).toBe(2);
    expect(upstream.seen).toHaveLength(2);
  });

  it('is cancelled while it connects, and the socket serves the next request', async () => {
    const upstream = await startUpstream((_request, response) => void response.end('ok'));
    const egress = testEgress({ trustedOrigins: [upstream.origin], maxSocketsPerPool: 1 });
    const cancel = new AbortController();
    const first = egress.send(requestTo(`${upstream.origin}/first`, { signal: cancel.signal }));
    cancel.abort();
    expect(failureIn(await first)).toMatchObject({ kind: 'aborted', sent: false });
    expect(textIn(await egress.send(requestTo(`${upstream.origin}/second`)))).toBe('ok');
    expect(upstream.seen.map(({ url }) => url)).toEqual(['/second']);
    expect(upstream.connections).toBe(1);
  });
});

describe('a request that may have left', () => {
  it('is lost when the peer closes without an answer', async () => {
    for (const hangUp of [(socket: Socket) => void socket.end(), (socket: Socket) => void socket.resetAndDestroy()]) {
      const upstream = await rawUpstream(hangUp);
      const egress = testEgress({ trustedOrigins: [upstream.origin] });
      const outcome = await egress.send(requestTo(upstream.origin, { method: 'POST', body: 'x' }));
      expect(failureIn(outcome)).toMatchObject({ kind: 'connection_lost', sent: true, reason: 'connection_closed' });
      expect(upstream.connections).toBe(1);
    }
  });

  it('ends at the deadline when nothing answers, and the socket with it', async () => {
    const upstream = await startUpstream(() => {});
    const egress = testEgress({ trustedOrigins: [upstream.origin] });
    const startedAt = performance.now();
    const outcome = await egress.send(requestTo(upstream.origin, { deadlineAt: startedAt + 80 }));
    expect(failureIn(outcome)).toMatchObject({ kind: 'deadline', sent: true, reason: 'deadline_passed' });
    expect(performance.now() - startedAt).toBeGreaterThan(75);
    await expect.poll(() => upstream.sockets.size).toBe(0);
    await expect.poll(() => egress.stats().sockets).toBe(0);
  });

  it('ends at the deadline in the middle of a body that drips (S-D14)', async () => {
    const upstream = await rawUpstream((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n');
      const drip = setInterval(() => socket.write('x'), 5);
      socket.on('close', () => clearInterval(drip));
    });
    const egress = testEgress({ trustedOrigins: [upstream.origin] });
    const outcome = await egress.send(requestTo(upstream.origin, { deadlineAt: performance.now() + 100 }));
    expect(failureIn(outcome)).toMatchObject({ kind: 'deadline', sent: true });
    await expect.poll(() => upstream.sockets.size).toBe(0);
  });

  it('is cut off when the signal aborts', async () => {
    const upstream = await startUpstream(() => {});
    const egress = testEgress({ trustedOrigins: [upstream.origin] });
    const cancel = new AbortController();
    const sending = egress.send(requestTo(upstream.origin, { signal: cancel.signal }));
    await expect.poll(() => upstream.seen.length).toBe(1);
    cancel.abort();
    expect(failureIn(await sending)).toMatchObject({ kind: 'aborted', sent: true, reason: 'cancelled' });
    await expect.poll(() => upstream.sockets.size).toBe(0);
  });

  it.each([
    ['ends early', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf', 'connection_lost', 'body_cut'],
    [
      'ends early on a connection to be closed',
      'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 100\r\n\r\nhalf',
      'connection_lost',
      'body_cut',
    ],
    [
      'ends inside a chunk',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n10\r\nhalf',
      'connection_lost',
      'body_cut',
    ],
    [
      'ends inside a chunk on a connection to be closed',
      'HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n10\r\nhalf',
      'connection_lost',
      'body_cut',
    ],
    ['is not HTTP', 'SSH-2.0-OpenSSH_9.2\r\n', 'invalid_response', 'protocol_error'],
    [
      'has both lengths',
      'HTTP/1.1 200 OK\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\nabc',
      'connection_lost',
      'body_cut',
    ],
    [
      'has broken chunks',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
      'invalid_response',
      'protocol_error',
    ],
    [
      'has 64 KiB of headers (S-D15)',
      `HTTP/1.1 200 OK\r\nx-a: ${'a'.repeat(65_536)}\r\n\r\n`,
      'invalid_response',
      'headers_too_large',
    ],
    [
      'switches protocols unasked',
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
      'connection_lost',
      'connection_closed',
    ],
  ])('fails when the answer %s', async (_what, answer, kind, reason) => {
    const upstream = await rawUpstream((socket) => void socket.end(answer));
    const egress = testEgress({ trustedOrigins: [upstream.origin] });
    expect(failureIn(await egress.send(requestTo(upstream.origin)))).toMatchObject({ kind, sent: true, reason });
    expect(upstream.connections).toBe(1);
    await expect.poll(() => egress.stats().sockets).toBe(0);
  });

  it('is cut as soon as the body is too large, announced or not', async () => {
    const upstream = await startUpstream((request, response) => {
      if (request.url === '/announced') response.writeHead(200, { 'content-length': '2000' });
      response.write('x'.repeat(1_001));
    });
    const egress = testEgress({ trustedOrigins: [upstream.origin] });
    for (const path of ['/announced', '/streamed']) {
      const outcome = await egress.send(requestTo(upstream.origin + path, { maxResponseBytes: 1_000 }));
      expect(failureIn(outcome)).toMatchObject({ kind: 'too_large', sent: true, reason: 'response_too_large' });
    }
    await expect.poll(() => upstream.sockets.size).toBe(0);
  });

  it('takes a body of exactly the limit', async () => {
    const upstream = await startUpstream((_request, response) => void response.end('x'.repeat(1_000)));
    const egress = testEgress({ trustedOrigins: [upstream.origin] });
    const outcome = await egress.send(requestTo(upstream.origin, { maxResponseBytes: 1_000 }));
    expect(responseIn(outcome).body.byteLength).toBe(1_000);
  });
});

describe('sockets', () => {
  it('are back to where they were after a storm of failures (F21)', { timeout: 30_000 }, async () => {
    const silent = await startUpstream(() => {});
    const resetting = await rawUpstream((socket) => void socket.resetAndDestroy());
    const refusing = `http://127.0.0.1:${await closedPort()}`;
    const origins = [silent.origin, resetting.origin, refusing];
    const before = openSockets();
    // On a machine where connecting takes longer than the deadline, sockets are opened that are merely idle.
    const egress = createEgress({ trustedOrigins: origins, idleMs: 300 });
    const outcomes = await Promise.all(
      Array.from({ length: 150 }, (_, index) =>
        egress.send(requestTo(origins[index % 3] ?? '', { deadlineAt: performance.now() + 100 + (index % 20) })),
      ),
    );
    expect(outcomes.every(({ ok }) => !ok)).toBe(true);
    await expect.poll(() => egress.stats().sockets).toBe(0);
    await expect.poll(openSockets).toBeLessThanOrEqual(before);
    await egress.close();
  });

  it('leave neither a timer nor a listener of their requests behind', async () => {
    const upstream = await startUpstream((_request, response) => void response.end('ok'));
    const egress = testEgress({ trustedOrigins: [upstream.origin] });
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const { signal } = new AbortController();
    const deadlineAt = performance.now() + 60_000;
    const requests = Array.from({ length: 100 }, () => requestTo(upstream.origin, { signal, deadlineAt }));
    expect((await Promise.all(requests.map((request) => egress.send(request)))).every(({ ok }) => ok)).toBe(true);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    // The process shows one timer for each distinct expiry at least; a hundred left behind would not go unseen.
    expect(timers() - before).toBeLessThan(50);
  });

  it('wait in order when the pool is full, and all are served', async () => {
    const upstream = await startUpstream((request, response) => void response.end(request.url));
    const egress = testEgress({ trustedOrigins: [upstream.origin], maxSocketsPerPool: 3 });
    const paths = Array.from({ length: 50 }, (_, index) => `/${index}`);
    const outcomes = await Promise.all(paths.map((path) => egress.send(requestTo(upstream.origin + path))));
    expect(outcomes.map(textIn)).toEqual(paths);
    expect(upstream.connections).toBe(3);
  });

  it('are closed when idle, and their pool after them', async () => {
    const upstream = await startUpstream((_request, response) => void response.end('ok'));
    const egress = testEgress({ trustedOrigins: [upstream.origin], idleMs: 40 });
    await egress.send(requestTo(upstream.origin));
    await expect.poll(() => egress.stats()).toEqual({ pools: 0, sockets: 0 });
    expect(upstream.sockets.size).toBe(0);
  });

  it('make way for another pool when there are too many, the one unused for longest first', async () => {
    const upstream = await startUpstream((_request, response) => void response.end('ok'));
    const egress = testEgress({ trustedOrigins: [upstream.origin], maxPools: 2 });
    for (const tenant of ['ten_a', 'ten_b', 'ten_a', 'ten_c', 'ten_a']) {
      expect(textIn(await egress.send(requestTo(upstream.origin, { tenant })))).toBe('ok');
    }
    expect(egress.stats().pools).toBe(2);
    expect(upstream.connections).toBe(3);
    await expect.poll(() => upstream.sockets.size).toBe(2);
  });

  it('make way for others of their own tenant, when that holds the most', async () => {
    const calm = await startUpstream((_request, response) => void response.end('calm'));
    const many = await Promise.all(
      Array.from({ length: 6 }, () => startUpstream((_request, response) => void response.end('ok'))),
    );
    const egress = testEgress({ trustedOrigins: [calm, ...many].map(({ origin }) => origin), maxPools: 3 });
    await egress.send(requestTo(calm.origin, { tenant: 'ten_calm' }));
    for (const { origin } of many) await egress.send(requestTo(origin, { tenant: 'ten_noisy' }));
    await egress.send(requestTo(calm.origin, { tenant: 'ten_calm' }));
    expect(calm.connections).toBe(1);
    expect(egress.stats().pools).toBe(3);
  });

  it('let a request end whose pool has to make way', async () => {
    let answer = (): void => {};
    const upstream = await startUpstream((request, response) => {
      if (request.url === '/slow') answer = () => void response.end('slow');
      else response.end('ok');
    });
    const egress = testEgress({ trustedOrigins: [upstream.origin], maxPools: 1 });
    const slow = egress.send(requestTo(`${upstream.origin}/slow`, { tenant: 'ten_a' }));
    await expect.poll(() => upstream.seen.length).toBe(1);
    await egress.send(requestTo(upstream.origin, { tenant: 'ten_b' }));
    answer();
    expect(textIn(await slow)).toBe('slow');
  });

  it('close after the requests under way, when egress closes', async () => {
    let answer = (): void => {};
    const upstream = await startUpstream((_request, response) => {
      answer = () => void response.end('late but whole');
    });
    const egress = createEgress({ trustedOrigins: [upstream.origin], maxSocketsPerPool: 1 });
    const first = egress.send(requestTo(upstream.origin));
    const second = egress.send(requestTo(upstream.origin));
    await expect.poll(() => upstream.seen.length).toBe(1);
    const closing = egress.close();
    answer();
    expect(textIn(await first)).toBe('late but whole');
    await expect.poll(() => upstream.seen.length).toBe(2);
    answer();
    expect(textIn(await second)).toBe('late but whole');
    await closing;
    expect(egress.stats()).toEqual({ pools: 0, sockets: 0 });
  });
});

describe('warm', () => {
  it('opens a socket without a request, which the next request finds', async () => {
    const upstream = await startUpstream((_request, response) => void response.end('ok'));
    const egress = testEgress({ trustedOrigins: [upstream.origin] });
    expect(await egress.warm('ten_a', upstream.origin, ['127.0.0.1'])).toBe(true);
    expect(await egress.warm('ten_a', upstream.origin, ['127.0.0.1'])).toBe(true);
    expect(upstream.seen).toHaveLength(0);
    await expect.poll(() => upstream.connections).toBe(1);
    await egress.send(requestTo(upstream.origin));
    expect(upstream.connections).toBe(1);
  });

  it('says no when the host is refused or does not answer', async () => {
    const origin = `http://127.0.0.1:${await closedPort()}`;
    const egress = testEgress({ trustedOrigins: [origin] });
    expect(await egress.warm('ten_a', origin, ['127.0.0.1'])).toBe(false);
    expect(await egress.warm('ten_a', origin, ['api.example.com'])).toBe(false);
    expect(await egress.warm('ten_a', 'https://10.0.0.1/', ['10.0.0.1'])).toBe(false);
  });
});
