import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import * as z from 'zod';

/** An npm package that holds specifications. `integrity` is the registry's SHA-512 of its tarball. */
const SpecPackage = z.strictObject({
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  integrity: z.string().regex(/^sha512-[A-Za-z0-9+/]{86}==$/),
});

const VendorSpec = z.strictObject({
  package: z.string(),
  /** Within the package, as `api/stripe.com.json`. */
  path: z.string().regex(/^[A-Za-z0-9._/ -]+\.(json|ya?ml)$/),
  /** The year that the text describes, as near as it can be told: by its newest dates or its package's release. */
  year: z.int().min(2015),
  /** The vendor's own, or written down by somebody else; those are not used. */
  author: z.enum(['vendor', 'third_party']).default('vendor'),
  /** Documents of the catalogue, or of those to come, that call this API. */
  integrations: z.array(z.string().regex(/^[a-z][a-z0-9_]*$/)).default([]),
  /** Base URLs in place of its own, where those are examples or the vendor names others. `{name}` is any text without `/`. */
  servers: z.array(z.string().startsWith('https://')).min(1).optional(),
  /** Google's resource names: a parameter of the path may stand for several of its segments. Default false. */
  slashes_in_path: z.boolean().default(false),
  /** Beginnings of paths that a tool may use in place of those described: `{ /rest/api/2/: /rest/api/3/ }`. */
  path_aliases: z.record(z.string(), z.string()).default({}),
  /** Parameters in which it wants the credential, where the vendor takes it in `Authorization` as well. */
  credential_names: z.array(z.string()).default([]),
  /** Types of bodies that the vendor's documentation names and it does not. */
  media_types: z.array(z.string()).default([]),
  /** What to take out of it, by JSON Pointer, because it contradicts itself there. */
  corrections: z.array(z.strictObject({ at: z.string().startsWith('/'), reason: z.string().min(20) })).default([]),
  /** Why it is not the vendor's present API, and so is not held against anything. */
  outdated: z.string().min(20).optional(),
});
export type VendorSpec = z.output<typeof VendorSpec>;

const SpecTable = z.strictObject({
  packages: z.record(z.string(), SpecPackage),
  specs: z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), VendorSpec),
});
export type SpecTable = z.output<typeof SpecTable>;

const tableFile = fileURLToPath(new URL('../specs.yaml', import.meta.url));

/** `specs.yaml`: which specifications there are, and where each is had. */
export function readSpecTable(): SpecTable {
  return SpecTable.parse(parse(readFileSync(tableFile, 'utf8')));
}

/** Paths of a package that the table names, in its order. */
export function pathsOfPackage(table: SpecTable, name: string): string[] {
  const paths = Object.values(table.specs).filter((spec) => spec.package === name);
  return [...new Set(paths.map((spec) => spec.path))];
}
