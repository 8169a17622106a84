import { isAccountName } from '../operation/credential-names.ts';
import { effectiveSchema } from '../schema/effective-schema.ts';
import { snakeName, wordsOf } from '../schema/plain-text.ts';
import type { ListedOperation } from '../spec/list-operations.ts';
import type { References } from '../spec/references.ts';
import type { Variables } from './draft-server.ts';

/** Parameters that are the same in every call of a connection, by place and the vendor's name. */
export type AccountParameters = ReadonlyMap<
  string,
  { readonly variable: string; readonly definition: Variables[string] }
>;

export const placeOf = (place: string, name: string): string => `${place} ${name}`;

/** Share of an API's operations that need the parameter, for it to be about the account and not about what is asked. */
const minShare = 0.5;

/** Account numbers and the like, which no caller knows: required by most operations, a plain text by an account's name. */
export function accountParameters(listed: readonly ListedOperation[], references: References): AccountParameters {
  const counts = new Map<string, { count: number; definition: Variables[string]; variable: string }>();
  for (const { parameters } of listed)
    for (const { name = '', in: place = '', required, schema } of parameters) {
      if (required !== true || !['path', 'header', 'query'].includes(place) || !isAccountName(name)) continue;
      const { type } = effectiveSchema(schema, references);
      if (type !== 'string' && type !== 'integer' && type !== undefined) continue;
      const key = placeOf(place, name);
      const seen = counts.get(key);
      if (seen !== undefined) {
        seen.count += 1;
        continue;
      }
      const variable = snakeName(name);
      const words = `The ${wordsOf(name).join(' ')} of this connection, as the vendor shows it.`;
      counts.set(key, {
        count: 1,
        variable,
        definition: { description: words, pattern: '^[A-Za-z0-9_-]{1,100}$', example: sampleOf(schema?.pattern) },
      });
    }
  const enough = [...counts].filter(([, { count }]) => listed.length >= 3 && count / listed.length >= minShare);
  return new Map(enough.map(([key, { variable, definition }]) => [key, { variable, definition }]));
}

/** A value in the vendor's own shape where it is one that the variable accepts. */
function sampleOf(pattern: string | undefined): string {
  const prefix = /^\^?([A-Z]{2})\[0-9a-fA-F\]\{32\}\$?$/.exec(pattern ?? '')?.[1];
  return prefix === undefined ? '3f2504e0-4f89-41d3-9a0c-0305e82c3301' : `${prefix}${'0'.repeat(32)}`;
}
