import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { readFrom, sizeOf, tailOf } from './log-tail.ts';
import { parseGreeting, readGreeting } from './nats-greeting.ts';
import { pingRedis } from './redis-ping.ts';
import { openWorkspace } from './workspace.test-support.ts';

let server: Server | null = null;
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server?.close();
});

/** A server that does `greet` with each connection; returns its port. */
async function serve(greet: (socket: Socket) => void): Promise<number> {
  server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    greet(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as { port: number }).port;
}

describe('readGreeting', () => {
  it('reads the greeting, in pieces too', async () => {
    const port = await serve((socket) => {
      socket.write('INFO {"server_name":"a","version":"2.15.1",');
      setImmediate(() => socket.write('"jetstream":true}\r\nPING\r\n'));
    });
    expect(await readGreeting('127.0.0.1', port)).toEqual({ server_name: 'a', version: '2.15.1', jetstream: true });
  });

  it.each([
    ['says something else', (socket: Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['hangs up', (socket: Socket) => socket.end()],
    ['never ends its line', (socket: Socket) => socket.write('x'.repeat(70_000))],
    ['says nothing', () => {}],
  ])('is null when the other side %s', async (_, greet) => {
    expect(await readGreeting('127.0.0.1', await serve(greet), 200)).toBeNull();
  });

  it('is null when nobody listens', async () => {
    const port = await serve(() => {});
    server?.close();
    await once(server as Server, 'close');
    expect(await readGreeting('127.0.0.1', port)).toBeNull();
  });

  it.each(['INFO', 'INFO {', 'INFO {"server_name":1}', 'PING'])('the line %j is no greeting', (line) => {
    expect(parseGreeting(line)).toBeNull();
  });
});

describe('pingRedis', () => {
  it.each([
    ['takes the password', '+OK\r\n+PONG\r\n', true],
    ['refuses it', '-WRONGPASS invalid username-password pair\r\n', false],
    ['is loading', '+OK\r\n-LOADING Redis is loading the dataset in memory\r\n', false],
    ['is no Redis', 'x'.repeat(5_000), false],
    ['hangs up', '', false],
  ])('when the server %s', async (_, answer, ready) => {
    const port = await serve((socket) => socket.on('data', () => socket.end(answer)));
    expect(await pingRedis('127.0.0.1', port, 'secret')).toBe(ready);
  });

  it('gives up on silence and on a closed port', async () => {
    const port = await serve(() => {});
    expect(await pingRedis('127.0.0.1', port, 'secret', 100)).toBe(false);
    expect(await pingRedis('127.0.0.1', 1, 'secret')).toBe(false);
  });
});

describe('log tail', () => {
  const workspace = openWorkspace();
  afterEach(() => workspace.close());

  it('is the end of the file in whole lines', () => {
    const log = workspace.path('log');
    writeFileSync(log, 'first\nsecond\nthird\n');
    expect(tailOf(log)).toBe('first\nsecond\nthird');
    expect(tailOf(log, 10)).toBe('third');
    expect(readFrom(log, 6)).toBe('second\nthird\n');
    expect(readFrom(log, sizeOf(log))).toBe('');
  });

  it('is empty without a file', () => {
    expect([
      tailOf(workspace.path('none')),
      readFrom(workspace.path('none'), 5),
      sizeOf(workspace.path('none')),
    ]).toEqual(['', '', 0]);
  });
});
