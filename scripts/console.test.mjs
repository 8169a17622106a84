import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from './bootstrap.mjs';
import { consoleSources, provideConsole } from './bootstrap-steps/console.mjs';

const copy = mkdtempSync(join(tmpdir(), 'patchbay-console-'));
beforeAll(() => {
  cpSync(join(root, 'packages', 'console'), join(copy, 'packages', 'console'), {
    recursive: true,
    filter: (path) => !/(node_modules|dist)$/.test(path),
  });
});
afterAll(() => rmSync(copy, { recursive: true }));

test('the sources have another hash as soon as one of them changes, and only then', () => {
  const before = consoleSources(copy);
  expect(consoleSources(copy)).toBe(before);
  const page = join(copy, 'packages', 'console', 'index.html');
  writeFileSync(page, `${readFileSync(page, 'utf8')}\n`);
  expect(consoleSources(copy)).not.toBe(before);
});

test('what is built is not built again, and a build that fails says so', async () => {
  // A build of this checkout is there: npm test made it before the tests began.
  const failing = { path: '/bin/false' };
  expect(await provideConsole(root, { path: process.execPath })).toBeNull();
  expect(await provideConsole(root, failing)).toBeNull();
  expect(await provideConsole(copy, failing)).toMatch(/could not be built/);
});

test('the page that is built runs scripts and styles from files alone', async () => {
  await provideConsole(root, { path: process.execPath });
  const dist = join(root, 'packages', 'console', 'dist');
  const page = readFileSync(join(dist, 'index.html'), 'utf8');
  expect(page).toMatch(/<script type="module" crossorigin src="\/console\/assets\/index-[\w-]+\.js"><\/script>/);
  expect(page).not.toMatch(/<style|style=|<script>| on\w+=/);
  const assets = readdirSync(join(dist, 'assets')).map((name) => readFileSync(join(dist, 'assets', name), 'utf8'));
  for (const text of assets) expect(text).not.toMatch(/\beval\(|new Function\(/);
});
