import { documentsOf, fencesOf } from './markdown-code.mjs';

/**
 * Names of the tools of the catalogue and of the integrations that documents have their readers write, and the integrations' ids.
 * @param {import('./repository.mjs').Repository} repository
 */
export function toolsOf(repository) {
  const { files, read } = repository;
  const inFiles = files.filter((file) =>
    /^(packages\/catalog\/integrations|docs\/examples)\/[^/]+\.(yaml|json)$/.test(file),
  );
  const inFences = documentsOf(repository).flatMap((file) =>
    fencesOf(read(file)).flatMap(({ language, text }) => (/^(yaml|json)$/.test(language) ? [text] : [])),
  );
  return new Set([...inFiles.map(read), ...inFences].flatMap(namesIn));
}

/** Of a document that is an integration; by its lines, since reading the whole catalogue as YAML takes seconds. */
function namesIn(text) {
  const short = /^\{\s*"id":\s*"([a-z0-9_]+)"/.exec(text)?.[1];
  if (short !== undefined) return [short];
  const id = /^id:\s*([a-z0-9_]+)/m.exec(text)?.[1];
  const tools = /^tools:\n((?:[ #].*\n|\n)*)/m.exec(text)?.[1];
  if (id === undefined || tools === undefined) return [];
  return [id, ...[...tools.matchAll(/^ {2}([a-z0-9_]+):/gm)].map(([, name]) => `${id}_${name}`)];
}
