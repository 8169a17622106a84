import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { extractedFile, extractFiles, fetchArchive, isFetched, type PackageArchive } from './package-archive.ts';
import { pathsOfPackage, readSpecTable, type SpecTable } from './spec-table.ts';
import { VendorSpecError } from './vendor-spec-error.ts';

const defaultCache = fileURLToPath(new URL('../../../.tools/vendor-specs', import.meta.url));

/** Where to look: the table, the directory that keeps what was fetched, and the npm that fetches. */
export interface SpecPlace {
  readonly table: SpecTable;
  readonly cache: string;
  readonly npm: string;
}

/**
 * The parsed document of a name of `specs.yaml`. Fetches the package that holds it at first use; needs no network after
 * that. Large ones (Graph, GitHub) take a second and some 200 MB. Throws `VendorSpecError`.
 */
export async function openVendorSpec(name: string, place: SpecPlace = ownPlace()): Promise<unknown> {
  const path = await vendorSpecFile(name, place);
  const text = await readFile(path, 'utf8');
  try {
    return path.endsWith('.json') ? JSON.parse(text) : parse(text, { maxAliasCount: -1 });
  } catch (cause) {
    throw new VendorSpecError('unreadable', `The specification '${name}' cannot be parsed.`, { cause });
  }
}

/** The file of a name of `specs.yaml`, extracted; for programs that read files. Throws as `openVendorSpec` does. */
export async function vendorSpecFile(name: string, place: SpecPlace = ownPlace()): Promise<string> {
  const spec = Object.hasOwn(place.table.specs, name) ? place.table.specs[name] : undefined;
  if (spec === undefined)
    throw new VendorSpecError(
      'unknown_spec',
      `There is no specification '${name}' in packages/vendor-specs/specs.yaml.`,
    );
  const archive = archiveOf(spec.package, place);
  const file = extractedFile(archive, spec.path);
  if (existsSync(file)) return file;
  await fetchArchive(archive);
  await extractMissing(archive, place.table);
  return file;
}

/** Whether every specification of the table can be opened without a network. */
export function vendorSpecsAtHand(place: SpecPlace = ownPlace()): boolean {
  return packagesOf(place).every(
    (archive) =>
      isFetched(archive) ||
      pathsOfPackage(place.table, archive.name).every((path) => existsSync(extractedFile(archive, path))),
  );
}

/** Fetches what is not here yet. Throws as `openVendorSpec` does. */
export async function fetchVendorSpecs(place: SpecPlace = ownPlace()): Promise<void> {
  for (const archive of packagesOf(place)) {
    await fetchArchive(archive);
    await extractMissing(archive, place.table);
  }
}

/** One pass over an archive takes as long for all its files as for one. */
async function extractMissing(archive: PackageArchive, table: SpecTable): Promise<void> {
  const missing = pathsOfPackage(table, archive.name).filter((path) => !existsSync(extractedFile(archive, path)));
  if (missing.length > 0) await extractFiles(archive, missing);
}

function packagesOf(place: SpecPlace): PackageArchive[] {
  return Object.keys(place.table.packages).map((name) => archiveOf(name, place));
}

function archiveOf(name: string, { table, cache, npm }: SpecPlace): PackageArchive {
  const pinned = table.packages[name];
  if (pinned === undefined) throw new VendorSpecError('unknown_spec', `specs.yaml pins no version of ${name}.`);
  return { name, ...pinned, cache, npm };
}

function ownPlace(): SpecPlace {
  return { table: readSpecTable(), cache: defaultCache, npm: 'npm' };
}
