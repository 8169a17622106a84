import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type CaptureProxy, startCaptureProxy } from './start-capture-proxy.ts';

let echo: Server;
let proxy: CaptureProxy;
const clients: Socket[] = [];

beforeEach(async () => {
  echo = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => socket.write(chunk.toString('latin1').toUpperCase(), 'latin1'));
    socket.on('end', () => socket.end());
  });
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  proxy = await startCaptureProxy((echo.address() as AddressInfo).port);
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await proxy.stop();
  await proxy.stop();
  echo.close();
});

/** A client and the text it has received so far. */
async function client(
  port = proxy.port,
): Promise<{ socket: Socket; received: () => string; closed: Promise<boolean> }> {
  const socket = connect(port, '127.0.0.1');
  clients.push(socket);
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  socket.on('error', () => undefined);
  const closed = new Promise<boolean>((resolve) => socket.on('close', resolve));
  await Promise.race([once(socket, 'connect').catch(() => undefined), closed]);
  return { socket, received: () => text, closed };
}

test('bytes pass both ways and are kept by connection', async () => {
  const [a, b] = [await client(), await client()];
  a.socket.write('one');
  b.socket.write('two');
  await vi.waitFor(() => expect([a.received(), b.received()]).toEqual(['ONE', 'TWO']));
  expect(proxy.captured()).toEqual([
    { toServer: Buffer.from('one'), toClient: Buffer.from('ONE') },
    { toServer: Buffer.from('two'), toClient: Buffer.from('TWO') },
  ]);
  expect(proxy).toMatchObject({ connections: 2, missedBytes: 0 });
  expect(proxy.url()).toBe(`nats://127.0.0.1:${proxy.port}`);
  expect(proxy.url('http')).toBe(`http://127.0.0.1:${proxy.port}`);
  proxy.clear();
  expect(proxy.captured().map(({ toServer }) => toServer.length)).toEqual([0, 0]);
});

test('the end of one side is the end of the other', async () => {
  const a = await client();
  a.socket.end('bye');
  expect(await a.closed).toBe(false);
  expect(a.received()).toBe('BYE');
  await vi.waitFor(() => expect(proxy.connections).toBe(0));
});

test('much more than a socket buffer passes whole, and what is over the limit is counted as missed', async () => {
  await proxy.stop();
  proxy = await startCaptureProxy((echo.address() as AddressInfo).port, { maxBytes: 1_000 });
  const a = await client();
  const big = 'x'.repeat(8 * 1024 * 1024);
  a.socket.write(big);
  await vi.waitFor(() => expect(a.received().length).toBe(big.length), 10_000);
  const kept = proxy.captured().reduce((sum, { toServer, toClient }) => sum + toServer.length + toClient.length, 0);
  expect(kept).toBe(1_000);
  expect(proxy.missedBytes).toBe(2 * big.length - 1_000);
});

test('a cut resets open connections, and new ones pass', async () => {
  const a = await client();
  a.socket.write('one');
  await vi.waitFor(() => expect(a.received()).toBe('ONE'));
  expect(proxy.cut()).toBe(1);
  expect(await a.closed).toBe(true);
  const b = await client();
  b.socket.write('two');
  await vi.waitFor(() => expect(b.received()).toBe('TWO'));
});

test('a pause holds bytes back on old and new connections, and resuming lets them through', async () => {
  const a = await client();
  a.socket.write('one');
  await vi.waitFor(() => expect(a.received()).toBe('ONE'));
  proxy.pause();
  a.socket.write('two');
  const b = await client();
  b.socket.write('new');
  await vi.waitFor(() => expect(proxy.connections).toBe(2));
  const other = await client((echo.address() as AddressInfo).port);
  other.socket.write('direct');
  await vi.waitFor(() => expect(other.received()).toBe('DIRECT'));
  expect([a.received(), b.received()]).toEqual(['ONE', '']);
  proxy.resume();
  await vi.waitFor(() => expect([a.received(), b.received()]).toEqual(['ONETWO', 'NEW']));
});

test('refusing resets new connections and leaves the old', async () => {
  const a = await client();
  proxy.refuse();
  const b = await client();
  await b.closed;
  a.socket.write('still');
  await vi.waitFor(() => expect(a.received()).toBe('STILL'));
  proxy.accept();
  const c = await client();
  c.socket.write('again');
  await vi.waitFor(() => expect(c.received()).toBe('AGAIN'));
});

test('a server that is down resets its clients', async () => {
  const gone = await startCaptureProxy(1);
  try {
    const a = await client(gone.port);
    await a.closed;
    expect(gone.connections).toBe(0);
  } finally {
    await gone.stop();
  }
});
