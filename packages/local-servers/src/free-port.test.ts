import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { freePort } from './free-port.ts';

it('gives a port that can be listened on', async () => {
  const server = createServer().listen(await freePort(), '127.0.0.1');
  await once(server, 'listening');
  server.close();
});

it('gives the preferred port when it is free and another when it is not', async () => {
  const preferred = await freePort();
  expect(await freePort(preferred)).toBe(preferred);
  const server = createServer().listen(preferred, '127.0.0.1');
  await once(server, 'listening');
  expect(await freePort(preferred)).not.toBe(preferred);
  server.close();
});

it.each([undefined, 0])(
  'gives, when asked for %s, a port that the system gives to nobody by itself',
  async (preferred) => {
    const ports = await Promise.all(Array.from({ length: 20 }, () => freePort(preferred)));
    expect(ports.filter((port) => port < 20_000 || port > 32_767)).toEqual([]);
  },
);
