import type { ServerResponse } from 'node:http';
import { brotliCompressSync, createGzip, deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { requestTo, testEgress } from '../test/requests.ts';
import { startTcpUpstream, startUpstream } from '../test/upstream.ts';
import type { EgressBody, EgressFailure, EgressStreamOutcome, EgressStreamRequest } from './index.ts';

function streamFrom(url: string, changes: Partial<EgressStreamRequest> = {}): EgressStreamRequest {
  return { ...requestTo(url), headersBy: performance.now() + 5_000, idleMs: 5_000, ...changes };
}

function bodyIn(outcome: EgressStreamOutcome): EgressBody {
  if (!outcome.ok) throw new Error(`failed with ${outcome.failure.reason} where an answer was expected`);
  return outcome.response.body;
}

/** Reads to the end; the failure is null when it was a good one. */
async function readAll(body: EgressBody): Promise<{ text: string; failure: EgressFailure | null }> {
  const chunks: Uint8Array[] = [];
  for (;;) {
    const part = await body.read();
    if (part.kind === 'bytes') chunks.push(part.bytes);
    else return { text: Buffer.concat(chunks).toString(), failure: part.kind === 'failed' ? part.failure : null };
  }
}

async function opened(answer: (response: ServerResponse) => void, changes: Partial<EgressStreamRequest> = {}) {
  const upstream = await startUpstream((_request, response) => answer(response));
  const egress = testEgress({ trustedOrigins: [upstream.origin] });
  const outcome = await egress.open(streamFrom(upstream.origin, changes));
  return { upstream, egress, outcome };
}

/** Writes as fast as the socket takes it; `pushed` counts what the kernel took. */
function endless(count: { pushed: number }): (response: ServerResponse) => void {
  const block = Buffer.alloc(16 * 1024, 0x61);
  return (response) => {
    response.writeHead(200);
    const more = (): void => {
      while (!response.destroyed) {
        count.pushed += block.length;
        if (!response.write(block)) break;
      }
    };
    response.on('drain', more);
    more();
  };
}

describe('an answer read piece by piece', () => {
  it('is handed out as it comes, before its end', async () => {
    let finish = () => {};
    const { outcome } = await opened((response) => {
      response.write('one');
      finish = () => response.end('two');
    });
    const body = bodyIn(outcome);
    expect(await body.read()).toEqual({ kind: 'bytes', bytes: Buffer.from('one') });
    finish();
    expect(await readAll(body)).toEqual({ text: 'two', failure: null });
    expect(await body.read()).toEqual({ kind: 'end' });
  });

  it('gives its socket back to the next request', async () => {
    const { upstream, egress, outcome } = await opened((response) => response.end('all'));
    await readAll(bodyIn(outcome));
    await readAll(bodyIn(await egress.open(streamFrom(upstream.origin))));
    expect(upstream.connections).toBe(1);
  });

  it('stops the upstream when nobody reads, holds no more than the buffer, and goes on when somebody does', async () => {
    const count = { pushed: 0 };
    const { outcome } = await opened(endless(count), { maxResponseBytes: 1e12, maxBufferedBytes: 32 * 1024 });
    const body = bodyIn(outcome);
    let before = -1;
    // The kernel's own buffers fill first; then nothing more is taken.
    await expect
      .poll(
        () => {
          const still = count.pushed === before;
          before = count.pushed;
          return still;
        },
        { interval: 200, timeout: 10_000 },
      )
      .toBe(true);
    const stalledAt = count.pushed;
    for (let read = 0; read < 4 * stalledAt; ) {
      const part = await body.read();
      if (part.kind !== 'bytes') throw new Error(`ended with ${part.kind}`);
      read += part.bytes.byteLength;
    }
    expect(count.pushed).toBeGreaterThan(3 * stalledAt);
    // The buffer, and what one read of the socket may still bring.
    expect(body.peakBufferedBytes).toBeLessThanOrEqual(32 * 1024 + 64 * 1024);
    body.cancel();
  });

  it('closes the socket when it is cancelled in the middle', async () => {
    const { upstream, outcome } = await opened(endless({ pushed: 0 }), { maxResponseBytes: 1e12 });
    const body = bodyIn(outcome);
    await body.read();
    body.cancel();
    expect((await readAll(body)).failure).toMatchObject({ kind: 'aborted', reason: 'cancelled', sent: true });
    await expect.poll(() => upstream.sockets.size).toBe(0);
  });

  it('closes the socket when the signal aborts, also while the socket is paused', async () => {
    const abort = new AbortController();
    const { upstream, outcome } = await opened(endless({ pushed: 0 }), {
      maxResponseBytes: 1e12,
      signal: abort.signal,
    });
    abort.abort();
    expect((await readAll(bodyIn(outcome))).failure).toMatchObject({ kind: 'aborted' });
    await expect.poll(() => upstream.sockets.size).toBe(0);
  });

  it('ends at the deadline in the middle of the body', async () => {
    const deadlineAt = performance.now() + 150;
    const { outcome } = await opened((response) => response.write('first'), { deadlineAt });
    expect((await readAll(bodyIn(outcome))).failure).toMatchObject({ kind: 'deadline', sent: true });
    expect(performance.now()).toBeGreaterThanOrEqual(deadlineAt - 2);
  });

  it('is late when its headers are', async () => {
    const { outcome } = await opened(() => {}, { headersBy: performance.now() + 50 });
    expect(outcome).toMatchObject({ ok: false, failure: { kind: 'deadline', sent: true } });
  });

  it('ends when the upstream falls silent for too long', async () => {
    const { outcome } = await opened((response) => response.write('first'), { idleMs: 50 });
    expect(await readAll(bodyIn(outcome))).toEqual({
      text: 'first',
      failure: expect.objectContaining({ kind: 'connection_lost', reason: 'body_idle' }),
    });
  });

  it('does not take a slow reader for a silent upstream', async () => {
    const { outcome } = await opened((response) => response.end(Buffer.alloc(512 * 1024, 0x61)), {
      idleMs: 60,
      maxBufferedBytes: 1024,
    });
    const body = bodyIn(outcome);
    // Longer than the silence allowed, with the socket paused all the while: time itself is what is tested.
    await new Promise((resolve) => setTimeout(resolve, 150));
    const { text, failure } = await readAll(body);
    expect(failure).toBeNull();
    expect(text).toHaveLength(512 * 1024);
  });

  it('hands out what came before the upstream broke off, then says so', async () => {
    const upstream = await startTcpUpstream((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n');
        setImmediate(() => socket.destroy());
      });
    });
    const egress = testEgress({ trustedOrigins: [upstream.origin] });
    const body = bodyIn(await egress.open(streamFrom(upstream.origin)));
    expect(await readAll(body)).toEqual({
      text: 'hello',
      failure: expect.objectContaining({ kind: 'connection_lost', reason: 'body_cut', sent: true }),
    });
  });

  it('ends at the byte limit', async () => {
    const { upstream, outcome } = await opened(endless({ pushed: 0 }), { maxResponseBytes: 100_000 });
    const { text, failure } = await readAll(bodyIn(outcome));
    expect(failure).toMatchObject({ kind: 'too_large' });
    expect(text.length).toBeLessThanOrEqual(100_000);
    await expect.poll(() => upstream.sockets.size).toBe(0);
  });

  it('passes every check that a request sent whole does', async () => {
    const upstream = await startUpstream((_request, response) => void response.end());
    const egress = testEgress();
    expect(await egress.open(streamFrom(upstream.origin))).toMatchObject({ ok: false, failure: { kind: 'denied' } });
    const late = await testEgress({ trustedOrigins: [upstream.origin] }).open(
      streamFrom(upstream.origin, { deadlineAt: performance.now() - 1 }),
    );
    expect(late).toMatchObject({ ok: false, failure: { kind: 'deadline', sent: false } });
    expect(upstream.connections).toBe(0);
  });

  it('follows redirects when asked, leaving the sockets of the hops in order', async () => {
    const upstream = await startUpstream((request, response) => {
      if (request.url === '/end') response.end('there');
      else response.writeHead(302, { location: '/end' }).end('moved');
    });
    const egress = testEgress({ trustedOrigins: [upstream.origin] });
    const outcome = await egress.open(streamFrom(`${upstream.origin}/start`, { followRedirects: true }));
    expect(await readAll(bodyIn(outcome))).toEqual({ text: 'there', failure: null });
  });
});

describe('an encoded answer read piece by piece', () => {
  const text = 'data: hello\n\n'.repeat(20_000);
  it.each([
    ['gzip', gzipSync(text)],
    ['br', brotliCompressSync(text)],
    ['zstd', zstdCompressSync(text)],
    ['deflate', deflateRawSync(text)],
    ['gzip, br', brotliCompressSync(gzipSync(text))],
  ])('is decoded from %s, at the pace of its reader', async (encoding, encoded) => {
    const { outcome } = await opened(
      (response) => {
        response.writeHead(200, { 'content-encoding': encoding });
        response.write(encoded.subarray(0, 10));
        response.end(encoded.subarray(10));
      },
      { maxBufferedBytes: 8 * 1024 },
    );
    const body = bodyIn(outcome);
    expect(await readAll(body)).toEqual({ text, failure: null });
    // The buffer and one piece of the decoder's output.
    expect(body.peakBufferedBytes).toBeLessThanOrEqual(8 * 1024 + 128 * 1024);
  });

  it('hands out what was flushed so far', async () => {
    const gzip = createGzip();
    const { outcome } = await opened((response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      gzip.pipe(response);
      gzip.write('data: one\n\n');
      gzip.flush();
    });
    const body = bodyIn(outcome);
    expect(await body.read()).toEqual({ kind: 'bytes', bytes: Buffer.from('data: one\n\n') });
    gzip.end('data: two\n\n');
    expect(await readAll(body)).toEqual({ text: 'data: two\n\n', failure: null });
  });

  it('is cut at the limit when it is a bomb, with no more held than the buffer', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    const { outcome } = await opened((response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb), {
      maxResponseBytes: 1_000_000,
    });
    const body = bodyIn(outcome);
    const { text, failure } = await readAll(body);
    expect(failure).toMatchObject({ kind: 'too_large' });
    expect(text.length).toBeLessThanOrEqual(1_000_000);
    expect(body.peakBufferedBytes).toBeLessThan(256 * 1024);
  });

  it.each([
    ['is corrupt', 'gzip', Buffer.from('not gzip at all')],
    ['is cut short', 'gzip', gzipSync(text).subarray(0, 200)],
  ])('is refused when it %s', async (_what, encoding, encoded) => {
    const { outcome } = await opened((response) =>
      response.writeHead(200, { 'content-encoding': encoding }).end(encoded),
    );
    expect((await readAll(bodyIn(outcome))).failure).toMatchObject({ reason: 'encoding_broken' });
  });

  it('is refused for an encoding that is not known', async () => {
    const { outcome } = await opened((response) => response.writeHead(200, { 'content-encoding': 'lzma' }).end('x'));
    expect(outcome).toMatchObject({ ok: false, failure: { reason: 'encoding_unknown' } });
  });

  it('may be empty', async () => {
    const { outcome } = await opened((response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end());
    expect(await readAll(bodyIn(outcome))).toEqual({ text: '', failure: null });
  });
});

it('closing egress lets a stream under way end', async () => {
  let finish = () => {};
  const upstream = await startUpstream((_request, response) => {
    response.write('one');
    finish = () => response.end('two');
  });
  const egress = testEgress({ trustedOrigins: [upstream.origin] });
  const body = bodyIn(await egress.open(streamFrom(upstream.origin)));
  const closed = egress.close();
  finish();
  expect(await readAll(body)).toEqual({ text: 'onetwo', failure: null });
  await closed;
});
