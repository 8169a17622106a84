import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { sendRequest, urlToSend } from './send-request.ts';

/** Servers that answer with what they are told and keep the bytes that came. */
const open: { close(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

async function receiver(answer: string): Promise<{ origin: string; came: () => Buffer }> {
  const chunks: Buffer[] = [];
  const server = createServer((socket) => {
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      const head = Buffer.concat(chunks).toString('latin1');
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      if (head.includes('\r\n\r\n') && head.length - head.indexOf('\r\n\r\n') - 4 >= length) socket.end(answer);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  open.push(server);
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    came: () => Buffer.concat(chunks),
  };
}

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nheard';
const body = Buffer.from([0xff, 0x00, 0x7b, 0x22, 0x0d, 0x0a, 0x80]);

describe('a request', () => {
  test('goes out to the byte, with its own headers as they were written and in their order', async () => {
    const { origin, came } = await receiver(ok);
    const received = await sendRequest(`${origin}/hooks`, {
      method: 'POST',
      url: 'https://hooks.example.com/hooks/src_1?b=2&a=%2f+x',
      headers: [
        ['Host', 'hooks.example.com'],
        ['X-Twice', 'one'],
        ['x-SIGNATURE', 'sha256=ab é'],
        ['X-Twice', 'two'],
        ['Authorization', '[redacted]'],
        ['Content-Length', '999'],
        ['Transfer-Encoding', 'chunked'],
        ['Connection', 'keep-alive'],
      ],
      body,
    });
    expect(received).toMatchObject({ status: 200, body: 'heard', duration_ms: expect.any(Number) });
    const head = [
      'POST /hooks?b=2&a=%2f+x HTTP/1.1',
      `Host: ${origin.slice(7)}`,
      'X-Twice: one',
      'x-SIGNATURE: sha256=ab é',
      'X-Twice: two',
      'Content-Length: 7',
      'Connection: close',
    ];
    expect(came()).toEqual(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), body]));
  });

  test('without a body has none', async () => {
    const { origin, came } = await receiver(ok);
    await sendRequest(origin, { method: 'GET', url: 'https://x.example/hooks/s', headers: [], body: Buffer.alloc(0) });
    expect(came().toString()).toMatch(/^GET \/ HTTP\/1\.1\r\nHost: [^\r]+\r\nConnection: close\r\n\r\n$/);
  });

  test('follows no redirect, and shows the beginning of a long answer', async () => {
    const moved = await receiver(
      `HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nConnection: close\r\n\r\n${'x'.repeat(9_000)}`,
    );
    const received = await sendRequest(moved.origin, { method: 'POST', url: 'https://x.example/h', headers: [], body });
    expect(received).toMatchObject({ status: 302, body: 'x'.repeat(2_000) });
  });

  test('that nobody answers fails by name', async () => {
    const { origin } = await receiver('');
    const asked = { method: 'POST', url: 'https://x.example/h', headers: [], body };
    await expect(sendRequest(origin, asked)).rejects.toMatchObject({
      code: 'upstream_unreachable',
      message: expect.stringContaining('ECONNRESET'),
    });
    for (const one of open.splice(0)) one.close();
    await expect(sendRequest(origin, asked)).rejects.toThrow('ECONNREFUSED');
  });
});

test('a vendor’s query is put behind the receiver’s own', () => {
  const asked = { url: 'https://hooks.example.com/hooks/s?sig=1' };
  expect(urlToSend('http://localhost/a', asked)).toBe('http://localhost/a?sig=1');
  expect(urlToSend('http://localhost/a?b=2', asked)).toBe('http://localhost/a?b=2&sig=1');
  expect(urlToSend('http://localhost/a', { url: 'https://hooks.example.com/hooks/s' })).toBe('http://localhost/a');
});
