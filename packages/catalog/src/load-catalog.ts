import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type IntegrationDocument, IntegrationId, PatchbayError } from '@patchbay/contracts';
import { normaliseDocument } from './normalise-document.ts';
import { parseDocumentText } from './parse-document-text.ts';

/** Where the documents that come with Patchbay lie: one `<id>.yaml` each. */
export const catalogDirectory: string = fileURLToPath(new URL('../integrations', import.meta.url));

/**
 * Every document of a directory, ordered by id. Throws `invalid_request` with `details.file` and `details.issues` for the
 * first that is not sound: a catalogue with a hole in it is not served.
 */
export async function loadCatalog(directory: string = catalogDirectory): Promise<IntegrationDocument[]> {
  const names = await readdir(directory);
  const ids = names.filter((name) => name.endsWith('.yaml')).map((name) => name.slice(0, -'.yaml'.length));
  return Promise.all(ids.sort().map((id) => loadIntegration(id, directory)));
}

/** One document by id. Throws `tool_not_found` when there is no such file, `invalid_request` when it is not sound. */
export async function loadIntegration(id: string, directory: string = catalogDirectory): Promise<IntegrationDocument> {
  // The id becomes a file name, so it is checked before it is one.
  if (!IntegrationId.safeParse(id).success) throw unknown(id);
  const file = `${id}.yaml`;
  const text = await readFile(join(directory, file), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw unknown(id);
    throw error;
  });
  const result = normaliseDocument(parseDocumentText(text));
  const issues = result.ok ? [] : result.issues;
  if (result.ok && result.document.id !== id)
    issues.push({ path: 'id', message: `expected ${id}, the name of the file` });
  if (result.ok && issues.length === 0) return result.document;
  const first = issues[0];
  throw new PatchbayError('invalid_request', {
    message: `Catalogue document ${file} is not sound: ${first?.path}: ${first?.message}`,
    details: { file, issues },
  });
}

function unknown(id: string): PatchbayError {
  return new PatchbayError('tool_not_found', { message: `The catalogue has no integration '${id.slice(0, 40)}'.` });
}
