import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConsole } from '../adapters/file-console.ts';
import { consoleDoor } from './console-door.ts';
import { type DoorServer, doorServer } from './door-server.test-support.ts';

const dir = mkdtempSync(join(tmpdir(), 'patchbay-console-'));
let built: DoorServer;
let bare: DoorServer;
beforeAll(async () => {
  mkdirSync(join(dir, 'assets'));
  writeFileSync(join(dir, 'index.html'), '<!doctype html><title>console</title>');
  writeFileSync(join(dir, 'assets', 'index-abc.js'), 'export {};');
  writeFileSync(join(dir, 'icon.svg'), '<svg/>');
  writeFileSync(join(dir, 'notes.txt'), 'left behind');
  built = await doorServer([], [], { doors: [consoleDoor(readConsole(dir))] });
  bare = await doorServer([], [], { doors: [consoleDoor(readConsole(join(dir, 'nowhere')))] });
});
afterAll(async () => {
  await Promise.all([built.close(), bare.close()]);
  rmSync(dir, { recursive: true });
});

const get = (url: string, headers: Record<string, string> = {}) => built.app.inject({ method: 'GET', url, headers });

describe('the console', () => {
  test('is its page at every address that is no file, never kept, and runs scripts of ours alone', async () => {
    for (const url of ['/console/', '/console/tools/slack_post_message', '/console/index.html']) {
      const { statusCode, body, headers } = await get(url);
      expect([statusCode, body]).toEqual([200, '<!doctype html><title>console</title>']);
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'content-type': 'text/html; charset=utf-8',
        'x-content-type-options': 'nosniff',
      });
      const policy = String(headers['content-security-policy']);
      expect(policy).toContain("script-src 'self'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain('unsafe');
    }
  });

  test('has files that are kept for good, since their names change with them', async () => {
    const { statusCode, headers } = await get('/console/assets/index-abc.js');
    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': 'text/javascript; charset=utf-8',
    });
    expect((await get('/console/icon.svg')).headers['cache-control']).toBe('public, max-age=3600');
    const again = await get('/console/assets/index-abc.js', { 'if-none-match': String(headers['etag']) });
    expect([again.statusCode, again.body]).toEqual([304, '']);
  });

  test('comes packed to who takes that', async () => {
    const { headers, rawPayload } = await get('/console/assets/index-abc.js', { 'accept-encoding': 'br, gzip' });
    expect(headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
    expect(gunzipSync(rawPayload).toString()).toBe('export {};');
  });

  test('gives out no file but its own', async () => {
    expect((await get('/console/assets/index-old.js')).statusCode).toBe(404);
    for (const url of ['/console/notes.txt', '/console/..%2f..%2fetc%2fpasswd', '/console/%2e%2e/package.json']) {
      const { body } = await get(url);
      expect(body).not.toContain('left behind');
      expect(body).not.toContain('root:');
    }
  });

  test('is where one comes to without a path', async () => {
    for (const url of ['/', '/console'])
      expect(await get(url)).toMatchObject({ statusCode: 302, headers: { location: '/console/' } });
  });

  test('that was not built says how to build it', async () => {
    const { statusCode, body } = await bare.app.inject({ method: 'GET', url: '/console/' });
    expect(statusCode).toBe(503);
    expect(body).toContain('npm run console:build');
  });
});
