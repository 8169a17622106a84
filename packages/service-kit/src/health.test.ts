import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { serveHealth } from './health.ts';

test('a supervisor learns whether a service lives and whether it is ready, and nothing else', async () => {
  let ready = false;
  const server = await serveHealth({ host: '127.0.0.1', port: 0 }, () => ready);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const status = async (path: string, method = 'GET') => (await fetch(`${url}${path}`, { method })).status;
  try {
    expect(await status('/livez')).toBe(200);
    expect(await status('/readyz')).toBe(503);
    ready = true;
    expect(await status('/readyz')).toBe(200);
    expect(await status('/readyz', 'HEAD')).toBe(200);
    expect(await status('/readyz', 'POST')).toBe(404);
    expect(await status('/')).toBe(404);
    await expect(serveHealth({ host: '127.0.0.1', port: Number(new URL(url).port) }, () => true)).rejects.toThrow(
      'EADDRINUSE',
    );
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
