import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canary } from './canary.ts';
import { scanForCanaries } from './scan-for-canaries.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'canary-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const secret = canary();
const scan = (bytes: Uint8Array | string, canaries = [secret]) =>
  scanForCanaries([{ name: 'capture', bytes: Buffer.from(bytes) }], canaries);

describe('a canary', () => {
  test('is never the same and is long enough to be nobody else', () => {
    const many = new Set(Array.from({ length: 100 }, canary));
    expect(many.size).toBe(100);
    expect(Math.min(...[...many].map((one) => one.length))).toBeGreaterThanOrEqual(40);
  });

  test('too short is refused: chance would find it', async () => {
    await expect(scan('x', ['hunter2'])).rejects.toThrow(RangeError);
  });
});

describe('a canary is found', () => {
  const around = (bytes: Uint8Array | string, before: number) =>
    Buffer.concat([randomBytes(before), Buffer.from(bytes), randomBytes(7)]);

  test.each([
    ['raw', secret],
    ['hex', Buffer.from(secret).toString('hex')],
    ['hex', Buffer.from(secret).toString('hex').toUpperCase()],
    ['url', [...Buffer.from(secret)].map((byte) => `%${byte.toString(16)}`).join('')],
    ['utf16le', Buffer.from(secret, 'utf16le')],
  ] as const)('%s', async (encoding, bytes) => {
    expect(await scan(around(bytes, 5))).toContainEqual({ source: 'capture', canary: 0, encoding, offset: 5 });
  });

  test.each([0, 1, 2, 3, 4, 5])('in base64 of something longer, %i bytes in', async (before) => {
    const standard = around(secret, before).toString('base64');
    expect((await scan(standard)).map((hit) => hit.encoding)).toContain('base64');
  });

  test.each([0, 1, 2])('in base64url of something longer, %i bytes in', async (before) => {
    // Bytes that base64 writes as '+' and '/'.
    const awkward = `${'\u00fb\u00ff\u00fe'.repeat(3)}?>?>${secret}`;
    const text = around(awkward, before).toString('base64url');
    expect(await scan(text, [awkward])).toMatchObject([{ encoding: 'base64url', canary: 0 }]);
  });

  test('with characters that JSON and URLs escape', async () => {
    const awkward = `pass"word \\ é&${secret}`;
    expect(await scan(JSON.stringify({ awkward }), [awkward])).toMatchObject([{ encoding: 'json' }]);
    expect(await scan(encodeURIComponent(awkward), [awkward])).toMatchObject([{ encoding: 'url' }]);
    expect(await scan(new URLSearchParams({ awkward }).toString(), [awkward])).toMatchObject([{ encoding: 'url' }]);
    expect(
      await scan(
        encodeURIComponent(awkward).replace(/%../g, (code) => code.toLowerCase()),
        [awkward],
      ),
    ).toMatchObject([{ encoding: 'url' }]);
  });

  test('each of several, as often as it stands there', async () => {
    const other = canary();
    const hits = await scan(`${secret} ${other} ${secret}`, [other, secret]);
    expect(hits.map(({ canary: index, offset }) => [index, offset])).toEqual([
      [0, secret.length + 1],
      [1, 0],
      [1, secret.length * 2 + 2],
    ]);
  });
});

test('a canary that is cut or changed is not found', async () => {
  expect(await scan(secret.slice(1))).toEqual([]);
  expect(await scan(secret.toUpperCase())).toEqual([]);
  expect(await scan(randomBytes(100_000))).toEqual([]);
});

test('files of a directory are scanned at any depth, across chunk borders, each hit once; links are not followed', async () => {
  mkdirSync(join(dir, 'a', 'b'), { recursive: true });
  const offset = 4 * 1024 * 1024 - 10;
  const big = Buffer.alloc(9 * 1024 * 1024, 0x2e);
  big.write(secret, offset);
  big.write(secret, big.length - secret.length);
  writeFileSync(join(dir, 'a', 'b', 'big'), big);
  writeFileSync(join(dir, 'a', 'clean'), 'nothing');
  writeFileSync(join(dir, 'a', 'empty'), '');
  symlinkSync(join(dir, 'a', 'b', 'big'), join(dir, 'a', 'link'));
  const hits = await scanForCanaries([join(dir, 'a'), join(dir, 'a', 'clean')], [secret]);
  expect(hits).toEqual([
    { source: join(dir, 'a', 'b', 'big'), canary: 0, encoding: 'raw', offset },
    { source: join(dir, 'a', 'b', 'big'), canary: 0, encoding: 'raw', offset: big.length - secret.length },
  ]);
});

test('a path that is not there is an error, not a clean result', async () => {
  await expect(scanForCanaries([join(dir, 'nowhere')], [secret])).rejects.toMatchObject({ code: 'ENOENT' });
});
