import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { serveFiles } from './serve-files.mjs';

it('serves pages with and without their ending, and nothing outside of the directory', async () => {
  const parent = mkdtempSync(join(tmpdir(), 'patchbay-serve-'));
  const directory = join(parent, 'site');
  mkdirSync(join(directory, 'a'), { recursive: true });
  writeFileSync(join(parent, 'secret.html'), 'secret');
  writeFileSync(join(directory, 'index.html'), 'start');
  writeFileSync(join(directory, 'a', 'b.html'), 'page');
  const server = await serveFiles(directory, 0);
  try {
    const { address, port } = server.address();
    expect(address).toBe('127.0.0.1');
    const get = async (path) => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`);
      return [answer.status, await answer.text()];
    };
    expect(await get('/')).toEqual([200, 'start']);
    expect(await get('/a/b')).toEqual([200, 'page']);
    expect(await get('/a/b.html?x')).toEqual([200, 'page']);
    for (const path of ['/a/c', '/..%2fsecret.html', '/%2e%2e/secret', '/%']) expect((await get(path))[0]).toBe(404);
  } finally {
    server.close();
    server.closeAllConnections();
    rmSync(parent, { recursive: true, force: true });
  }
});
