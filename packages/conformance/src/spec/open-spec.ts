import { readFile } from 'node:fs/promises';
import { openVendorSpec, type SpecTable, type VendorSpec } from '@patchbay/vendor-specs';
import { parse } from 'yaml';
import { type ApiSpec, isNode, type Node, resolve } from './api-spec.ts';

/** Opens a specification of the table, with what the table says of it. */
export async function openSpec(table: SpecTable, name: string): Promise<ApiSpec> {
  const spec = table.specs[name] as VendorSpec;
  const root = rootOf(await openVendorSpec(name), name);
  for (const { at } of spec.corrections) takeOut(root, at, name);
  return {
    root,
    servers: spec.servers ?? null,
    slashesInPath: spec.slashes_in_path,
    pathAliases: spec.path_aliases,
    credentialNames: spec.credential_names,
    mediaTypes: spec.media_types,
  };
}

/** A file given as a specification that is none. */
export class SpecFileError extends Error {
  override readonly name = 'SpecFileError';
}

/** Opens an OpenAPI 3 file, JSON or YAML, that is not in the table. Throws a `SpecFileError`. */
export async function openSpecFile(path: string): Promise<ApiSpec> {
  const document = await readFile(path, 'utf8')
    .then((text): unknown => parse(text, { maxAliasCount: -1 }))
    .catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new SpecFileError(`${path} cannot be read as JSON or YAML: ${why}`, { cause });
    });
  return {
    root: rootOf(document, path),
    servers: null,
    slashesInPath: false,
    pathAliases: {},
    credentialNames: [],
    mediaTypes: [],
  };
}

function rootOf(document: unknown, name: string): Node {
  if (!isNode(document) || !String(document['openapi']).startsWith('3.'))
    throw new SpecFileError(`${name} is not an OpenAPI 3 document.`);
  for (const [path, item] of Object.entries(isNode(document['paths']) ? document['paths'] : {}))
    if (path.includes('/microsoft.graph.')) lowerActionParameters(document, resolve(document, item));
  return document;
}

/** Removes a member of an object or of a list. A correction of what is not there is an error: the file has changed. */
function takeOut(root: Node, pointer: string, name: string): void {
  const parts = pointer.split('/').slice(1);
  const last = parts.pop() ?? '';
  const holder = parts.reduce<unknown>((node, part) => (node as Node | undefined)?.[part.replaceAll('~1', '/')], root);
  if (typeof holder !== 'object' || holder === null || !Object.hasOwn(holder, last))
    throw new Error(`The specification '${name}' has nothing at ${pointer} to correct.`);
  if (Array.isArray(holder)) holder.splice(Number(last), 1);
  else delete (holder as Record<string, unknown>)[last];
}

/** Graph's metadata writes many parameters of actions with a capital; its documentation and the service do not. */
function lowerActionParameters(root: Node, item: Node): void {
  const content = resolve(root, resolve(root, item['post'])['requestBody'])['content'];
  for (const media of Object.values(isNode(content) ? content : {})) {
    const schema = resolve(root, resolve(root, media)['schema']) as Record<string, unknown>;
    if (!isNode(schema['properties'])) continue;
    const entries = Object.entries(schema['properties']);
    schema['properties'] = Object.fromEntries(
      entries.map(([name, value]) => [name.slice(0, 1).toLowerCase() + name.slice(1), value]),
    );
  }
}
