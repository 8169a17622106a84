import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

let dir: string;
let child: ChildProcess | null;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'log-destination-'));
  child = null;
});
afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

/** A process that logs so many lines of so many bytes when it is told to, to a file, and says when it is done. */
async function startLogging(logFile: string) {
  const kit = JSON.stringify(new URL('./index.ts', import.meta.url).href);
  const program = join(dir, 'program.ts');
  writeFileSync(
    program,
    `import { createLogger } from ${kit};
     const log = createLogger({ service: 'x', instance: 'x-1', logLevel: 'info', logFile: ${JSON.stringify(logFile)} });
     process.on('message', ({ count, bytes }) => {
       for (let n = 0; n < count; n++) log.info({ n, filler: 'x'.repeat(bytes) }, 'line');
       process.send({ done: true });
     });
     process.send({ ready: true });`,
  );
  const errors = join(dir, 'errors.txt');
  const started = spawn('/bin/sh', ['-c', 'exec "$0" "$@" 2>>"$ERRORS"', process.execPath, program], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { PATH: process.env.PATH ?? '', ERRORS: errors },
  });
  child = started;
  await once(started, 'message');
  const limit = (size: string) => execFileSync('prlimit', ['--pid', String(started.pid), `--fsize=${size}:`]);
  return {
    fillDisk: () => limit('0'),
    emptyDisk: () => limit('unlimited'),
    async log(count: number, bytes = 10) {
      const done = once(started, 'message');
      started.send({ count, bytes });
      await Promise.race([
        done,
        once(started, 'exit').then(([code]) => Promise.reject(new Error(`it ended with ${code}`))),
      ]);
    },
    lines: () =>
      readFileSync(logFile, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { n?: number; message: string; dropped?: number }),
    errors: () => readFileSync(errors, 'utf8'),
  };
}

test('a disk that takes nothing ends no process, and what was logged meanwhile is there when it does', async () => {
  const logging = await startLogging(join(dir, 'x.log'));
  await logging.log(1);
  logging.fillDisk();
  await logging.log(3);
  await logging.log(3);
  expect(logging.lines()).toHaveLength(1);
  logging.emptyDisk();
  await logging.log(1);
  await expect.poll(logging.lines).toHaveLength(9);
  expect(logging.lines().map(({ n }) => n)).toEqual([0, 0, 1, 2, 0, 1, 2, 0, undefined]);
  expect(logging.lines().at(-1)).toMatchObject({ message: 'log lines could not be written for a while', dropped: 0 });
});

test('lines beyond a MiB are dropped, and counted', async () => {
  const logging = await startLogging(join(dir, 'x.log'));
  logging.fillDisk();
  await logging.log(2_000, 1_000);
  logging.emptyDisk();
  await logging.log(1);
  await expect.poll(() => logging.lines().at(-1)?.message).toBe('log lines could not be written for a while');
  const written = logging.lines().length - 1;
  expect(written).toBeGreaterThan(900);
  // One line more made the disk take them.
  expect(logging.lines().at(-1)?.dropped).toBe(2_001 - written);
});

test('a disk that is full from the beginning is told on standard error', async () => {
  const logging = await startLogging('/dev/full');
  await logging.log(2);
  expect(logging.errors()).toMatch(/^Log lines cannot be written and wait: ENOSPC[^\n]*\n$/);
});
