import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { VendorSpecError } from './vendor-spec-error.ts';

const runFile = promisify(execFile);

/** One version of an npm package, and where on this machine it is kept. */
export interface PackageArchive {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
  /** Directory of all packages' archives and extracted files. */
  readonly cache: string;
  /** The npm program. */
  readonly npm: string;
}

/** Where a file of the package lies once it is extracted. */
export function extractedFile(archive: PackageArchive, path: string): string {
  return join(directoryOf(archive), 'files', path);
}

export function isFetched(archive: PackageArchive): boolean {
  return existsSync(archiveFile(archive));
}

/**
 * Gets the package's tarball through npm, as this machine's own configuration says, unless it is here already. Throws
 * `VendorSpecError`: `not_fetched` when npm cannot, `wrong_integrity` when what came is not what the table pins.
 */
export async function fetchArchive(archive: PackageArchive): Promise<void> {
  if (isFetched(archive)) return;
  await mkdir(directoryOf(archive), { recursive: true });
  await aside(archive, async (into) => {
    const wanted = `${archive.name}@${archive.version}`;
    // Away from the checkout, whose workspaces npm would look at first.
    const args = ['pack', wanted, '--pack-destination', into, '--ignore-scripts', '--loglevel=error'];
    await runFile(archive.npm, args, { cwd: into, timeout: 600_000, maxBuffer: 16 * 1024 * 1024 }).catch(
      (cause: unknown) => {
        throw new VendorSpecError(
          'not_fetched',
          `npm cannot get ${wanted}, which holds vendors' specifications. Check that this machine reaches its npm registry, then run 'node packages/vendor-specs/src/fetch-all.ts'.`,
          { cause },
        );
      },
    );
    const [file] = (await readdir(into)).filter((name) => name.endsWith('.tgz'));
    if (file === undefined) throw new VendorSpecError('not_fetched', `npm packed nothing for ${wanted}.`);
    const found = `sha512-${createHash('sha512')
      .update(await readFile(join(into, file)))
      .digest('base64')}`;
    if (found !== archive.integrity)
      throw new VendorSpecError(
        'wrong_integrity',
        `${wanted} is not the pinned package: its integrity is ${found}. Correct packages/vendor-specs/specs.yaml if the change is meant.`,
      );
    await rename(join(into, file), archiveFile(archive));
  });
}

/** Extracts these files, and only these; each appears whole or not at all. The archive must have been fetched. */
export async function extractFiles(archive: PackageArchive, paths: readonly string[]): Promise<void> {
  await aside(archive, async (into) => {
    const members = paths.map((path) => `package/${path}`);
    await runFile('tar', ['-xzf', archiveFile(archive), '-C', into, ...members]).catch((cause: unknown) => {
      throw new VendorSpecError(
        'unreadable',
        `tar cannot take ${paths.join(', ')} out of ${archive.name}@${archive.version}.`,
        { cause },
      );
    });
    for (const path of paths) {
      const target = extractedFile(archive, path);
      await mkdir(dirname(target), { recursive: true });
      await rename(join(into, 'package', path), target);
    }
  });
}

function directoryOf({ cache, name, version }: PackageArchive): string {
  return join(cache, `${name.replace('/', '+')}-${version}`);
}

function archiveFile(archive: PackageArchive): string {
  return join(directoryOf(archive), 'archive.tgz');
}

/** Several processes may get the same package at once: each works in a directory of its own and moves what is done. */
async function aside(archive: PackageArchive, work: (into: string) => Promise<void>): Promise<void> {
  const into = await mkdtemp(join(directoryOf(archive), 'unfinished-'));
  try {
    await work(into);
  } finally {
    await rm(into, { recursive: true, force: true });
  }
}
