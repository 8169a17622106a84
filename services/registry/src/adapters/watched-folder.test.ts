import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { FolderKeeper } from '../operations/keep-folder.ts';
import { type WatchedFolder, type WatchedFolderOptions, watchFolder } from './watched-folder.ts';

let dir: string;
let folder: string;
let watched: WatchedFolder | null;
/** What the keeper was told, such as `take crm.yaml a`. */
let told: string[];
let answers: (file: string) => boolean;
let rivals: string[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'patchbay-folder-'));
  folder = join(dir, 'integrations');
  mkdirSync(folder);
  [watched, told, rivals] = [null, [], []];
  answers = () => true;
});
afterEach(async () => {
  await watched?.close();
  rmSync(dir, { recursive: true, force: true });
});

const keeper: FolderKeeper = {
  async take(file, text) {
    told.push(`take ${file} ${text}`);
    return answers(file);
  },
  refuse: (file, problem) => void told.push(`refuse ${file} ${problem}`),
  leave: (file) => void told.push(`leave ${file}`),
  stay: (file) => void told.push(`stay ${file}`),
  async drop(file) {
    told.push(`drop ${file}`);
    return rivals;
  },
  trouble: (problem) => void (problem !== null && told.push(`trouble ${problem}`)),
  state: () => ({ registry: '', folder: null, problem: null, files: [] }),
};

const start = (options: Partial<WatchedFolderOptions> = {}) => {
  const onError = (error: unknown) => told.push(`error ${error}`);
  watched = watchFolder({ folder, keeper, onError, settleMs: 40, graceMs: 400, lookMs: 50, ...options });
};
const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
const hears = (line: string) => vi.waitFor(() => expect(told).toContain(line), { timeout: 10_000, interval: 5 });

test('files that are there, that come, that change, and those of tenants are taken once each', async () => {
  mkdirSync(join(folder, 'acme'));
  mkdirSync(join(folder, '.git'));
  write('crm.yaml', 'a');
  write('acme/crm.json', 'b');
  write('README.md', 'x');
  write('.git/config.yaml', 'x');
  start();
  await hears('take crm.yaml a');
  await hears('take acme/crm.json b');
  write('crm.yaml', 'changed');
  await hears('take crm.yaml changed');
  mkdirSync(join(folder, 'globex'));
  write('globex/crm.yml', 'c');
  await hears('take globex/crm.yml c');
  await watched?.looked();
  expect(told.sort()).toEqual([
    'take acme/crm.json b',
    'take crm.yaml a',
    'take crm.yaml changed',
    'take globex/crm.yml c',
  ]);
});

test('a file is read when it has been left alone for a while, so that half of one is not', async () => {
  start({ settleMs: 300 });
  write('crm.yaml', 'first');
  for (let i = 0; i < 4; i++) {
    await watched?.looked();
    write('crm.yaml', `half ${'x'.repeat(i)}`);
  }
  write('crm.yaml', 'the whole of it');
  await hears('take crm.yaml the whole of it');
  expect(told.filter((line) => line.startsWith('take'))).toHaveLength(1);
});

test('a file that an editor saves by renaming stays; one that is gone for good is dropped', async () => {
  write('crm.yaml', 'a');
  start({ graceMs: 60_000 });
  await hears('take crm.yaml a');
  renameSync(join(folder, 'crm.yaml'), join(folder, 'crm.yaml~'));
  await hears('leave crm.yaml');
  write('crm.yaml', 'saved');
  await hears('take crm.yaml saved');
  expect(told).toContain('stay crm.yaml');
  expect(told).not.toContain('drop crm.yaml');
  await watched?.close();
  told.length = 0;
  start();
  await hears('take crm.yaml saved');
  rmSync(join(folder, 'crm.yaml'));
  await hears('drop crm.yaml');
});

test('a folder that cannot be read drops nothing, and is followed again when it can', async () => {
  write('crm.yaml', 'a');
  start();
  await hears('take crm.yaml a');
  renameSync(folder, `${folder}-away`);
  await vi.waitFor(() => expect(told.at(-1)).toMatch(/^trouble .* cannot be read \(ENOENT\)/), 10_000);
  renameSync(`${folder}-away`, folder);
  write('crm.yaml', 'b');
  await hears('take crm.yaml b');
  expect(told.some((line) => line.startsWith('leave') || line.startsWith('drop'))).toBe(false);
});

test('links are followed, as those of a mounted configuration that is swapped as a whole', async () => {
  for (const version of ['one', 'two']) {
    mkdirSync(join(folder, `..${version}`));
    write(`..${version}/crm.yaml`, version);
  }
  symlinkSync('..one', join(folder, '..data'));
  symlinkSync('..data/crm.yaml', join(folder, 'crm.yaml'));
  start();
  await hears('take crm.yaml one');
  symlinkSync('..two', join(folder, '..next'));
  renameSync(join(folder, '..next'), join(folder, '..data'));
  await hears('take crm.yaml two');
  expect(told).not.toContain('leave crm.yaml');
});

test('a file that could not be taken is given again, and one that is too large is refused unread', async () => {
  let first = true;
  answers = () => {
    const taken = !first;
    first = false;
    return taken;
  };
  write('crm.yaml', 'a');
  start();
  await vi.waitFor(() => expect(told).toEqual(['take crm.yaml a', 'take crm.yaml a']), { timeout: 15_000 });
  write('big.yaml', 'x'.repeat(900_001));
  await hears('refuse big.yaml the file is larger than 900000 bytes');
});

test('files that spoke for the same integration are given again when one of them is dropped', async () => {
  write('crm.yaml', 'a');
  write('crm.json', 'b');
  rivals = ['crm.json'];
  start();
  await hears('take crm.yaml a');
  await hears('take crm.json b');
  rmSync(join(folder, 'crm.yaml'));
  await vi.waitFor(() => expect(told.filter((line) => line === 'take crm.json b')).toHaveLength(2), 10_000);
});
