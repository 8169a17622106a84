import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { directoryWith } from '../running-patchbay.fixture.ts';
import { fakeIo } from './fake-io.test-support.ts';
import { withKeyFile } from './key-file.ts';

const made = async () => ({ signingKey: 'whsec_made', id: 1 });

test('a key goes into a new file that its owner alone may read', async () => {
  const cwd = directoryWith();
  expect(await withKeyFile('key', fakeIo({ cwd }), made)).toMatchObject({ id: 1 });
  expect(readFileSync(join(cwd, 'key'), 'utf8')).toBe('whsec_made\n');
  expect(statSync(join(cwd, 'key')).mode & 0o777).toBe(0o600);
});

test('no key is made when there is no place for it', async () => {
  const cwd = directoryWith({ key: 'another' });
  let asked = 0;
  const count = async () => ({ signingKey: `${++asked}` });
  await expect(withKeyFile('key', fakeIo({ cwd }), count)).rejects.toThrow('key is there already: name a new file.');
  await expect(withKeyFile('no/where', fakeIo({ cwd }), count)).rejects.toThrow('cannot be written (ENOENT)');
  expect(asked).toBe(0);
  expect(readFileSync(join(cwd, 'key'), 'utf8')).toBe('another');
});

test('what fails leaves no file behind', async () => {
  const cwd = directoryWith();
  await expect(withKeyFile('key', fakeIo({ cwd }), () => Promise.reject(new Error('refused')))).rejects.toThrow(
    'refused',
  );
  expect(existsSync(join(cwd, 'key'))).toBe(false);
});

test('- is standard output, and nothing else is there', async () => {
  const place = fakeIo({ cwd: directoryWith() });
  await withKeyFile('-', place, made);
  expect(place.out()).toBe('whsec_made\n');
});
