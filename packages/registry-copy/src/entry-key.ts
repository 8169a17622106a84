import { IntegrationId, Scope, Version } from '@patchbay/contracts';

/** Which stored document: a scope (`_platform` or a tenant's id), an integration's id and a version. */
export interface EntryAddress {
  readonly scope: string;
  readonly integration: string;
  readonly version: string;
}

/** What a copy watches: every stored document. */
export const everyEntry = 'doc.>';

/** The key in bucket `integrations`: `doc.<scope>.<integration>.<major>_<minor>_<patch>`; a version's dots would split the key. */
export function entryKeyOf({ scope, integration, version }: EntryAddress): string {
  return `doc.${scope}.${integration}.${version.replaceAll('.', '_')}`;
}

/** The address a key stands for, or null when it is not a key that `entryKeyOf` makes. */
export function parseEntryKey(key: string): EntryAddress | null {
  const tokens = key.split('.');
  if (tokens.length !== 4 || tokens[0] !== 'doc') return null;
  const [, scope, integration, stem] = tokens as [string, string, string, string];
  const version = stem.replaceAll('_', '.');
  const valid =
    Scope.safeParse(scope).success &&
    IntegrationId.safeParse(integration).success &&
    Version.safeParse(version).success;
  return valid ? { scope, integration, version } : null;
}
