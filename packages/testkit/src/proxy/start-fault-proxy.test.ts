import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type FaultProxy, startFaultProxy } from './start-fault-proxy.ts';

let echo: Server;
let proxy: FaultProxy;
const sockets: Socket[] = [];
/** Errors and ends of the server's own sockets, by order of arrival. */
let atServer: string[] = [];

beforeEach(async () => {
  atServer = [];
  echo = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on('error', (error: NodeJS.ErrnoException) => atServer.push(error.code as string));
    socket.on('data', (chunk) => socket.write(chunk));
    socket.on('end', () => {
      atServer.push('end');
      socket.end();
    });
  });
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  proxy = await startFaultProxy((echo.address() as AddressInfo).port, { seed: 7 });
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await proxy.stop();
  echo.close();
});

interface Client {
  readonly socket: Socket;
  text(): string;
  readonly pieces: number[];
  /** The error's code, or null when it ended in order. */
  readonly closed: Promise<string | null>;
}

async function open(): Promise<Client> {
  const socket = connect(proxy.port, '127.0.0.1');
  sockets.push(socket);
  socket.setNoDelay(true);
  let text = '';
  let code: string | null = null;
  const pieces: number[] = [];
  socket.on('data', (chunk: Buffer) => {
    pieces.push(chunk.length);
    text += chunk.toString('latin1');
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    code = error.code ?? 'error';
  });
  const closed = new Promise<string | null>((resolve) => socket.on('close', () => resolve(code)));
  await Promise.race([once(socket, 'connect').catch(() => undefined), closed]);
  return { socket, text: () => text, pieces, closed };
}

async function answered(client: Client, text: string): Promise<number> {
  const before = client.text();
  const started = performance.now();
  client.socket.write(text);
  await vi.waitFor(() => expect(client.text()).toBe(before + text), { timeout: 10_000, interval: 5 });
  return performance.now() - started;
}

test('without a fault, bytes and ends pass both ways, and megabytes pass whole', async () => {
  const client = await open();
  const big = 'x'.repeat(2 * 1024 * 1024);
  await answered(client, big);
  expect(proxy.connections).toBe(1);
  client.socket.end();
  expect(await client.closed).toBe(null);
  await vi.waitFor(() => expect(proxy.connections).toBe(0));
  expect(atServer).toEqual(['end']);
  expect(proxy.url('redis')).toBe(`redis://127.0.0.1:${proxy.port}`);
});

describe('latency', () => {
  test('makes bytes late by so much each way, until it is taken away', async () => {
    const client = await open();
    const heal = proxy.inject({ kind: 'latency', ms: 80 });
    expect(await answered(client, 'a')).toBeGreaterThanOrEqual(159);
    await heal();
    proxy.inject({ kind: 'latency', ms: 80 }, { direction: 'toServer' });
    const oneWay = await answered(client, 'b');
    expect(oneWay).toBeGreaterThanOrEqual(79);
    await proxy.heal();
    await answered(client, 'c');
  });

  test('with jitter keeps the order', async () => {
    proxy.inject({ kind: 'latency', ms: 20, jitterMs: 20 });
    const client = await open();
    const text = '0123456789'.repeat(4);
    for (const digit of text) {
      client.socket.write(digit);
      await new Promise(setImmediate);
    }
    await vi.waitFor(() => expect(client.text()).toBe(text));
  });
});

test('down ends what is open and refuses what is new; healed, the same port takes connections again', async () => {
  const client = await open();
  await answered(client, 'a');
  const heal = proxy.inject({ kind: 'down' });
  expect(await client.closed).toBe('ECONNRESET');
  const refused = await open();
  expect(await refused.closed).toBe('ECONNREFUSED');
  await heal();
  await answered(await open(), 'b');
});

test('bandwidth lets so many bytes through a second', async () => {
  proxy.inject({ kind: 'bandwidth', bytesPerSecond: 20_000 }, { direction: 'toClient' });
  const client = await open();
  expect(await answered(client, 'x'.repeat(8_000))).toBeGreaterThanOrEqual(350);
});

test('slow close passes the end on late', async () => {
  proxy.inject({ kind: 'slow_close', ms: 120 }, { direction: 'toServer' });
  const client = await open();
  await answered(client, 'a');
  const started = performance.now();
  client.socket.end();
  await client.closed;
  expect(performance.now() - started).toBeGreaterThanOrEqual(119);
});

describe('timeout', () => {
  test('of 0 is a black hole: nothing passes and nothing ends, until it is taken away', async () => {
    const client = await open();
    const heal = proxy.inject({ kind: 'timeout', ms: 0 });
    client.socket.write('a');
    const direct = connect((echo.address() as AddressInfo).port, '127.0.0.1');
    sockets.push(direct);
    direct.write('b');
    await once(direct, 'data');
    expect(client.text()).toBe('');
    await heal();
    await vi.waitFor(() => expect(client.text()).toBe('a'));
  });

  test('ends the connection after its time, with nothing let through', async () => {
    const client = await open();
    proxy.inject({ kind: 'timeout', ms: 60 });
    client.socket.write('a');
    const started = performance.now();
    await client.closed;
    expect(performance.now() - started).toBeGreaterThanOrEqual(40);
    expect(client.text()).toBe('');
  });
});

test('reset peer resets both sides, open connections and new ones', async () => {
  const client = await open();
  await answered(client, 'a');
  proxy.inject({ kind: 'reset_peer', afterMs: 0 });
  expect(await client.closed).toBe('ECONNRESET');
  await vi.waitFor(() => expect(atServer).toEqual(['ECONNRESET']));
  expect(await (await open()).closed).toBe('ECONNRESET');
});

test('slicer makes pieces of what is whole', async () => {
  proxy.inject({ kind: 'slicer', bytes: 1, delayMs: 2 }, { direction: 'toClient' });
  const client = await open();
  await answered(client, 'abcdefgh');
  expect(client.pieces.length).toBeGreaterThanOrEqual(4);
});

describe('limit data', () => {
  test('ends the connection in order after so many bytes', async () => {
    proxy.inject({ kind: 'limit_data', bytes: 5 }, { direction: 'toClient' });
    const client = await open();
    client.socket.write('abcdefgh');
    expect(await client.closed).toBe(null);
    expect(client.text()).toBe('abcde');
  });

  test('or by a reset', async () => {
    proxy.inject({ kind: 'limit_data', bytes: 5, end: 'reset' }, { direction: 'toClient' });
    const client = await open();
    client.socket.write('abcdefgh');
    expect(await client.closed).toBe('ECONNRESET');
    expect(client.text().length).toBeLessThanOrEqual(5);
  });

  test('of nothing lets nothing through', async () => {
    proxy.inject({ kind: 'limit_data', bytes: 0 }, { direction: 'toServer' });
    const client = await open();
    client.socket.write('a');
    expect(await client.closed).toBe(null);
    expect(client.text()).toBe('');
  });
});

test('a share of connections suffers, the same ones for the same seed', async () => {
  const fates = async () => {
    await proxy.stop();
    proxy = await startFaultProxy((echo.address() as AddressInfo).port, { seed: 11 });
    proxy.inject({ kind: 'limit_data', bytes: 0 }, { share: 0.5 });
    const seen: string[] = [];
    for (let i = 0; i < 16; i++) {
      const client = await open();
      client.socket.write('a');
      const answer = client.socket.destroyed
        ? null
        : once(client.socket, 'data').then(
            () => 'answered',
            () => 'ended',
          );
      seen.push(await Promise.race([client.closed.then(() => 'ended'), ...(answer === null ? [] : [answer])]));
    }
    return seen;
  };
  const [first, second] = [await fates(), await fates()];
  expect(first).toEqual(second);
  expect(new Set(first)).toEqual(new Set(['ended', 'answered']));
});

test('stopping ends what a fault still holds, also when the server is gone', async () => {
  proxy.inject({ kind: 'timeout', ms: 0 }, { direction: 'toClient' });
  const client = await open();
  client.socket.write('a');
  await vi.waitFor(() => expect(sockets).toHaveLength(2));
  (sockets[1] as Socket).destroy();
  await once(sockets[1] as Socket, 'close');
  expect(proxy.connections).toBe(1);
  await proxy.stop();
  expect(await client.closed).toBe('ECONNRESET');
});

test('another target is for new connections', async () => {
  const client = await open();
  await answered(client, 'a');
  proxy.setTarget(1);
  await answered(client, 'b');
  expect(await (await open()).closed).toBe('ECONNRESET');
});
