import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { startUpstream } from '../test/upstream.ts';
import { reasonBeforeSending } from './classify-error.ts';
import { areDescriptorsExhausted } from './descriptors.ts';

const script = fileURLToPath(new URL('../test/out-of-descriptors.ts', import.meta.url));

describe('a process that is out of descriptors', () => {
  it('sends nothing, says why, lives on, and sends again when it has some', async () => {
    const upstream = await startUpstream((request, response) => {
      if (request.url === '/close') response.setHeader('connection', 'close');
      response.end('ok');
    });
    const run = promisify(execFile)('sh', [
      '-c',
      'ulimit -n 128 && exec "$@"',
      'sh',
      process.execPath,
      script,
      upstream.origin,
    ]);
    expect(JSON.parse((await run).stdout)).toEqual({
      before: ['200'],
      without: Array(5).fill('exhausted descriptors_exhausted unsent'),
      unresolved: Array(2).fill('exhausted descriptors_exhausted unsent'),
      after: Array(5).fill('200'),
      // There were two idle sockets to give up, and three who wanted one at once.
      made: { open: 2, newcomer: ['200', '200', 'exhausted descriptors_exhausted unsent'], openAfter: 2 },
    });
    expect(upstream.seen).toHaveLength(10);
  }, 30_000);

  it.each(['EMFILE', 'ENFILE'])('knows it by %s', (code) => {
    expect(reasonBeforeSending(Object.assign(new Error('connect'), { code }))).toBe('descriptors_exhausted');
  });
});

it('a process that is not finds no fault with itself', async () => {
  expect(await areDescriptorsExhausted()).toBe(false);
});
