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
  const documents: IntegrationDocument[] = [];
  // One after another: read at once they would all be parsed at once, and whatever else the process does would wait for it.
  for (const id of ids.sort()) documents.push(await loadIntegration(id, directory));
  return documents;
}

/**
 * What files held when they were last sound: a process that hosts several services reads the catalogue for each, and
 * reading is by far the dearest part. As large as the files that were asked for.
 */
const soundTexts = new Map<string, { readonly text: string; readonly document: IntegrationDocument }>();

/** Which of the documents that come with Patchbay: all, none, or those with these ids. */
export type ShippedChoice = boolean | readonly string[];

/** Those of the shipped documents that are chosen, by id. Throws as `loadIntegration` does, for an id that none has, too. */
export async function loadShipped(choice: ShippedChoice): Promise<IntegrationDocument[]> {
  if (choice === true) return loadCatalog();
  const documents: IntegrationDocument[] = [];
  for (const id of choice === false ? [] : choice.toSorted()) documents.push(await loadIntegration(id));
  return documents;
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
  const known = soundTexts.get(join(directory, file));
  if (known?.text === text) return structuredClone(known.document);
  const result = normaliseDocument(parseDocumentText(text));
  const issues = result.ok ? [] : result.issues;
  if (result.ok && result.document.id !== id)
    issues.push({ path: 'id', message: `expected ${id}, the name of the file` });
  if (result.ok && issues.length === 0) {
    soundTexts.set(join(directory, file), { text, document: structuredClone(result.document) });
    return result.document;
  }
  const first = issues[0];
  throw new PatchbayError('invalid_request', {
    message: `Catalogue document ${file} is not sound: ${first?.path}: ${first?.message}`,
    details: { file, issues },
  });
}

function unknown(id: string): PatchbayError {
  return new PatchbayError('tool_not_found', { message: `The catalogue has no integration '${id.slice(0, 40)}'.` });
}
