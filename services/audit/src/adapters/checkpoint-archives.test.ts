import { generateKeyPairSync } from 'node:crypto';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { leafHash, localSigningKey, signCheckpoint } from '@patchbay/audit-log/proofs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withAwsEnvironment } from '../../test/aws-environment.test-support.ts';
import { s3Credentials, startS3 } from '../../test/start-s3.ts';
import type { CheckpointArchive } from '../operations/log/ports.ts';
import { createDirectoryCheckpointArchive } from './directory-checkpoint-archive.ts';
import { createS3CheckpointArchive } from './s3-checkpoint-archive.ts';

const origin = 'patchbay/inst-1/acme';
const key = localSigningKey(generateKeyPairSync('ed25519').privateKey);
const otherKey = localSigningKey(generateKeyPairSync('ed25519').privateKey);
const noteOf = (size: number, of = 'one', signer = key) =>
  signCheckpoint({ origin, size, root: leafHash(`${of} ${size}`), previous: null }, signer);

let dir: string;
let s3: Awaited<ReturnType<typeof startS3>>;
withAwsEnvironment(s3Credentials);
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'checkpoint-archive-'));
  s3 = await startS3(join(dir, 's3'), ['checkpoints']);
});
afterAll(async () => {
  await s3?.stop();
  rmSync(dir, { recursive: true, force: true });
});

const kinds: readonly [string, () => CheckpointArchive & { close?: () => void }][] = [
  ['a directory', () => createDirectoryCheckpointArchive(join(dir, 'files'))],
  ['a bucket', () => createS3CheckpointArchive({ bucket: 'checkpoints', prefix: 'a/b', endpoint: s3.endpoint })],
];

describe.each(kinds)('checkpoints in %s', (_, open) => {
  it('are kept for ever, and the newest is found', async () => {
    const archive = open();
    expect(await archive.newest(origin, 0)).toBeNull();
    for (const size of [9, 10, 100]) expect(await archive.keep(origin, size, await noteOf(size))).toBe('kept');
    const newest = await noteOf(100);
    expect(await archive.newest(origin, 0)).toBe(newest);
    expect(await archive.newest(origin, 100)).toBe(newest);
    expect(await archive.newest(origin, 101)).toBeNull();
    expect(await archive.newest('patchbay/inst-1/globex', 0)).toBeNull();
    expect(await archive.newest('patchbay/inst-2/acme', 0)).toBeNull();
    // Again, after a crash between keeping and noting it: also when another key signed meanwhile.
    expect(await archive.keep(origin, 100, await noteOf(100, 'one', otherKey))).toBe('kept');
    expect(await archive.keep(origin, 100, await noteOf(100, 'two'))).toBe('other');
    expect(await archive.newest(origin, 0)).toBe(newest);
    archive.close?.();
  });
});

it('a line that a crash left half of is passed over, and spoils none', async () => {
  const archive = createDirectoryCheckpointArchive(join(dir, 'torn'));
  await archive.keep(origin, 5, await noteOf(5));
  const folder = join(dir, 'torn', 'inst-1', 'acme');
  const file = join(folder, readdirSync(folder)[0] as string);
  appendFileSync(file, '{"size":6,"note":"patchb');
  expect(await archive.newest(origin, 0)).toBe(await noteOf(5));
  await archive.keep(origin, 6, await noteOf(6));
  expect(await archive.newest(origin, 0)).toBe(await noteOf(6));
  expect(readFileSync(file, 'utf8').trimEnd().split('\n')).toHaveLength(3);
});
