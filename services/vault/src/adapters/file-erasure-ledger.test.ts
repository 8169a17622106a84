import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '@patchbay/contracts';
import { createSealingSeed } from '@patchbay/messaging';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { failureOf } from '../../test/failure-of.ts';
import type { Erasure } from '../jobs/ports.ts';
import { openFileErasureLedger } from './file-erasure-ledger.ts';

const seed = createSealingSeed();
let dir: string;
let path: string;
let files = 0;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'patchbay-ledger-'));
});
beforeEach(() => {
  path = join(dir, `erased-${++files}`);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const erasure = (tenant: string, connection: string | null = null): Erasure => ({
  tenant,
  connection,
  erased_at: '2026-01-02T03:04:05.000Z',
  job: newId('job'),
});
const found = (from = seed) =>
  openFileErasureLedger(path, from)
    .notes()
    .map(({ tenant, genuine }) => [tenant, genuine]);

describe('openFileErasureLedger', () => {
  it('remembers over a restart whom one of several vaults noted, once', () => {
    const [one, two] = [openFileErasureLedger(path, seed), openFileErasureLedger(path, seed)];
    const acme = erasure('acme');
    one.note(acme);
    one.note(erasure('acme'));
    two.note(erasure('globex'));
    expect(one.notes()).toEqual([{ ...acme, genuine: true }]);
    expect(found()).toEqual([
      ['acme', true],
      ['globex', true],
    ]);
    expect(readFileSync(path, 'utf8').trim().split('\n')).toHaveLength(2);
    expect(statSync(path).mode & 0o077).toBe(0);
  });

  it('tells a tenant from its connections', () => {
    const [one, two] = [newId('connection'), newId('connection')];
    const ledger = openFileErasureLedger(path, seed);
    for (const connection of [one, two, null, one]) ledger.note(erasure('acme', connection));
    const again = openFileErasureLedger(path, seed).notes();
    expect(again.map(({ connection, genuine }) => [connection, genuine])).toEqual([
      [one, true],
      [two, true],
      [null, true],
    ]);
    // One that was for a connection is not for all of the tenant.
    writeFileSync(path, readFileSync(path, 'utf8').replace(`"${one}"`, 'null'));
    expect(openFileErasureLedger(path, seed).notes()[0]).toMatchObject({ connection: null, genuine: true });
    writeFileSync(path, `${readFileSync(path, 'utf8').split('\n')[0]}\n`);
    expect(openFileErasureLedger(path, seed).notes()).toMatchObject([{ connection: null, genuine: false }]);
  });

  it('denies whom a line without a right MAC names, and says that no vault wrote it', () => {
    openFileErasureLedger(path, seed).note(erasure('acme'));
    writeFileSync(path, readFileSync(path, 'utf8').replace('"acme"', '"globex"'));
    expect(found()).toEqual([['globex', false]]);
    const ledger = openFileErasureLedger(path, seed);
    ledger.note(erasure('globex'));
    expect(found()).toEqual([['globex', true]]);
    expect(found(createSealingSeed())).toEqual([['globex', false]]);
  });

  it('does not open with a line that names nobody, and says where it is', () => {
    openFileErasureLedger(path, seed).note(erasure('acme'));
    appendFileSync(path, '{"tenant":"glo');
    expect(() => openFileErasureLedger(path, seed)).toThrow(`${path}:2 does not name an erasure`);
  });

  it('says at once when its file cannot be written to, and notes nothing that it could not write', async () => {
    const going = join(dir, 'going');
    path = join(going, 'file');
    expect(() => openFileErasureLedger(path, seed)).toThrow('ENOENT');
    mkdirSync(going);
    const ledger = openFileErasureLedger(path, seed);
    rmSync(going, { recursive: true });
    const failure = await failureOf(Promise.try(() => ledger.note(erasure('acme'))));
    expect(failure).toMatchObject({ code: 'vault_unavailable', retryable: true });
    expect(ledger.notes()).toEqual([]);
  });

  it('is in memory alone without a file', () => {
    const ledger = openFileErasureLedger(null, seed);
    ledger.note(erasure('acme'));
    expect(ledger.notes()).toHaveLength(1);
    expect(openFileErasureLedger(null, seed).notes()).toEqual([]);
  });
});
