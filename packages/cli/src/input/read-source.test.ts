import { expect, test } from 'vitest';
import { directoryWith } from '../running-patchbay.fixture.ts';
import { fakeIo } from './fake-io.test-support.ts';
import { readJson, readSource } from './read-source.ts';

const io = (input: string, cwd = '/') => fakeIo({ input, cwd });

test('files are found from the working directory, and - is standard input', async () => {
  const cwd = directoryWith({ 'a.txt': 'text' });
  expect(await readSource('a.txt', io('', cwd))).toBe('text');
  expect(await readSource('-', io('piped', cwd))).toBe('piped');
});

test('what is too large is refused', async () => {
  const large = 'x'.repeat(3 * 1_048_576);
  await expect(readSource('-', io(large))).rejects.toThrow('larger than');
  await expect(readSource(`${directoryWith({ large })}/large`, io(''))).rejects.toThrow('larger than');
});

test('JSON must be an object', async () => {
  expect(await readJson('--args', '-', io('{"a":1}'))).toEqual({ a: 1 });
  await expect(readJson('--args', '-', io('{'))).rejects.toThrow(
    '--args takes a JSON object, @file or -; - is not JSON.',
  );
  await expect(readJson('--args', 'null', io(''))).rejects.toThrow('--args takes a JSON object.');
});
