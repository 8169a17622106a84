import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from './bootstrap.mjs';

const run = (...args) =>
  spawnSync(process.execPath, [join(root, 'scripts', 'faults.mjs'), ...args], { encoding: 'utf8' });

it('says what it takes', () => {
  const { status, stdout } = run('--help');
  expect(status).toBe(0);
  for (const option of ['--seconds', '--seed', '--json']) expect(stdout).toContain(option);
});

it.each([
  [['--seconds', 'long'], "--seconds takes a whole number from 1 to 86400, not 'long'."],
  [['--seed', '-1'], '--seed'],
  [['--colour'], '--colour'],
])('refuses %j, and says why', (args, text) => {
  const { status, stderr } = run(...args);
  expect(status).toBe(2);
  expect(stderr).toContain(text);
});
