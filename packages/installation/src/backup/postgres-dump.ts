import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { readSecretFile } from '@patchbay/service-kit';
import { programPath } from '../config.ts';
import type { SealedFile } from './sealed-file.ts';

/**
 * Has `pg_dump` write a database's dump, of one moment.
 * @param urlFile file with the database's URL.
 * @throws Error with the program's own words, or that it is missing.
 */
export async function dumpPostgres(urlFile: string, file: Pick<SealedFile, 'write'>): Promise<void> {
  await withTool('pg_dump', urlFile, ['--format=custom'], async ({ output }) => {
    for await (const piece of output) file.write(piece);
  });
}

/** Has `pg_restore` fill an empty database, wholly or not at all. @throws as `dumpPostgres`. */
export async function restorePostgres(urlFile: string, dump: AsyncIterable<Uint8Array>): Promise<void> {
  const options = ['--single-transaction', '--exit-on-error', '--no-owner'];
  await withTool('pg_restore', urlFile, options, async ({ input }) => {
    for await (const piece of dump) if (!input.write(piece)) await once(input, 'drain');
    input.end();
  });
}

interface Streams {
  readonly input: Writable;
  readonly output: AsyncIterable<Buffer>;
}

/** The password goes by a file: neither the arguments nor the environment of a process are secret. */
async function withTool(
  program: string,
  urlFile: string,
  options: readonly string[],
  work: (streams: Streams) => Promise<void>,
): Promise<void> {
  const url = new URL(readSecretFile(urlFile).trim());
  const directory = mkdtempSync(join(tmpdir(), 'patchbay-pg-'));
  const passwordFile = join(directory, 'pgpass');
  const password = decodeURIComponent(url.password).replace(/[\\:]/g, '\\$&');
  writeFileSync(passwordFile, `*:*:*:*:${password}\n`, { mode: 0o600 });
  url.password = '';
  try {
    const child = spawn(program, [...options, '--no-password', `--dbname=${url.href}`], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { PATH: programPath(), HOME: directory, PGPASSFILE: passwordFile },
    });
    const words: Buffer[] = [];
    child.stderr.on('data', (piece: Buffer) => words.push(piece));
    // What it refuses to take it says why.
    child.stdin.on('error', () => {});
    const ended = once(child, 'close') as Promise<[number | null]>;
    const missing = once(child, 'error').then(() => {
      throw new Error(
        `${program} was not found. Install PostgreSQL's client programs, of the server's version or newer.`,
      );
    });
    missing.catch(() => {});
    const working = work({ input: child.stdin, output: child.stdout });
    // One that ends early is not waited for to take the rest.
    await Promise.race([program === 'pg_dump' ? working : Promise.race([working.catch(() => {}), ended]), missing]);
    const [code] = await Promise.race([ended, missing]);
    if (code !== 0) throw new Error(`${program} failed: ${Buffer.concat(words).toString().trim() || `code ${code}`}`);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
