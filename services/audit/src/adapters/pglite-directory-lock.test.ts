import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DirectoryInUse, lockDirectory } from './pglite-directory-lock.ts';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'audit-lock-'));
});
afterEach(() => rmSync(base, { recursive: true }));

describe('the lock of a PGlite directory', () => {
  it('is taken, and given back', () => {
    const unlock = lockDirectory(join(base, 'deep', 'db'));
    expect(readFileSync(join(base, 'deep', 'db.pid'), 'utf8')).toBe(String(process.pid));
    unlock();
    expect(existsSync(join(base, 'deep', 'db.pid'))).toBe(false);
  });

  it('is refused while another process lives, and taken over when that is gone', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)']);
    await once(other, 'spawn');
    writeFileSync(join(base, 'db.pid'), String(other.pid));
    expect(() => lockDirectory(join(base, 'db'))).toThrow(DirectoryInUse);
    expect(() => lockDirectory(join(base, 'db'))).toThrow(`process ${other.pid}`);
    other.kill('SIGKILL');
    await once(other, 'exit');
    lockDirectory(join(base, 'db'))();
  });

  it.each(['', 'garbage', '-1', String(process.pid)])('is taken over from a file that holds "%s"', (text) => {
    writeFileSync(join(base, 'db.pid'), text);
    lockDirectory(join(base, 'db'));
    expect(readFileSync(join(base, 'db.pid'), 'utf8')).toBe(String(process.pid));
  });

  it('fails with the system error when the place cannot be written', () => {
    writeFileSync(join(base, 'file'), '');
    expect(() => lockDirectory(join(base, 'file', 'db'))).toThrow(/ENOTDIR|EEXIST/);
  });
});
