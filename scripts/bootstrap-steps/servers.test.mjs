import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BootstrapFailure } from './failure.mjs';
import { downloadNatsRelease } from './nats-release.mjs';
import { provideServer } from './servers.mjs';

let root;
const said = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'patchbay-servers-'));
  said.length = 0;
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function program(path, output) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\necho '${output}'\n`);
  chmodSync(path, 0o755);
  return path;
}

const provide = (server, env) => provideServer(server, root, (line) => said.push(line), env);

it('uses the program on PATH without a word', async () => {
  const path = program(join(root, 'bin', 'nats-server'), 'nats-server: v2.12.0');
  expect(await provide('nats-server', { PATH: join(root, 'bin') })).toEqual({ path, version: '2.12.0' });
  expect(said).toEqual([]);
});

it('uses one that was unpacked before', async () => {
  const path = program(join(root, '.tools', 'nats-server', 'nats-server'), 'nats-server: v99.0.0');
  program(join(root, 'bin', 'nats-server'), 'nats-server: v2.9.10');
  expect(await provide('nats-server', { PATH: join(root, 'bin') })).toEqual({ path, version: '99.0.0' });
  expect(said).toEqual([]);
});

it('does not look further when the variable names a program that will not do', async () => {
  const attempt = provide('redis-server', { PATH: '/usr/bin', PATCHBAY_REDIS_SERVER: join(root, 'nothing') });
  await expect(attempt).rejects.toThrow(BootstrapFailure);
  await expect(attempt).rejects.toThrow(
    /PATCHBAY_REDIS_SERVER names no usable redis-server: .*nothing .*not a program\. Correct it, or unset it/,
  );
  expect(said).toEqual([]);
});

it('has no release for a platform without a pinned checksum, and asks nobody', async () => {
  expect(await downloadNatsRelease(root, 'sunos-sparc')).toBe('no release of nats-server is pinned for sunos-sparc');
});
