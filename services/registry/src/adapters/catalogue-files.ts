import { readdir } from 'node:fs/promises';
import { catalogDirectory } from '@patchbay/catalog';

/** Ids of the integrations that come with Patchbay, by the names of their files. */
export async function readCatalogueIds(directory: string = catalogDirectory): Promise<ReadonlySet<string>> {
  const names = await readdir(directory);
  return new Set(names.filter((name) => name.endsWith('.yaml')).map((name) => name.slice(0, -'.yaml'.length)));
}
