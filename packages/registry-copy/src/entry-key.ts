import { IntegrationId, Scope, ToolsetName, Version } from '@patchbay/contracts';

/** Which stored document: a scope (`_platform` or a tenant's id), an integration's id and a version. */
export interface EntryAddress {
  readonly scope: string;
  readonly integration: string;
  readonly version: string;
}

/** What a scope says of an integration; null: of every one it says nothing else about. */
export interface ChoiceAddress {
  readonly scope: string;
  readonly integration: string | null;
}

export interface ToolsetAddress {
  readonly scope: string;
  readonly name: string;
}

/** What a key of the bucket stands for. */
export type RegistryAddress =
  | ({ readonly kind: 'document' } & EntryAddress)
  | ({ readonly kind: 'choice' } & ChoiceAddress)
  | ({ readonly kind: 'toolset' } & ToolsetAddress);

/** What a copy watches: documents, choices and toolsets. */
export const everyEntry = '>';

/** No integration's id begins so. */
const everyIntegration = '_default';

/** The key in bucket `integrations`: `doc.<scope>.<integration>.<major>_<minor>_<patch>`; a version's dots would split the key. */
export function entryKeyOf({ scope, integration, version }: EntryAddress): string {
  return `doc.${scope}.${integration}.${version.replaceAll('.', '_')}`;
}

/** `use.<scope>.<integration>`, or `use.<scope>._default`. */
export function choiceKeyOf({ scope, integration }: ChoiceAddress): string {
  return `use.${scope}.${integration ?? everyIntegration}`;
}

/** `set.<scope>.<name>` */
export function toolsetKeyOf({ scope, name }: ToolsetAddress): string {
  return `set.${scope}.${name}`;
}

/** What a key stands for, or null when it is none that these functions make. */
export function parseEntryKey(key: string): RegistryAddress | null {
  const [kind, scope, name, stem, ...more] = key.split('.') as [string, ...(string | undefined)[]];
  if (more.length > 0 || !Scope.safeParse(scope).success) return null;
  return addressOf(kind, scope as string, name, stem);
}

function addressOf(
  kind: string,
  scope: string,
  name: string | undefined,
  stem: string | undefined,
): RegistryAddress | null {
  if (kind === 'doc') {
    const integration = IntegrationId.safeParse(name);
    const version = Version.safeParse(stem?.replaceAll('_', '.'));
    return integration.success && version.success
      ? { kind: 'document', scope, integration: integration.data, version: version.data }
      : null;
  }
  if (stem !== undefined) return null;
  if (kind === 'use') {
    if (name === everyIntegration) return { kind: 'choice', scope, integration: null };
    const integration = IntegrationId.safeParse(name);
    return integration.success ? { kind: 'choice', scope, integration: integration.data } : null;
  }
  const toolset = kind === 'set' ? ToolsetName.safeParse(name) : null;
  return toolset?.success ? { kind: 'toolset', scope, name: toolset.data } : null;
}
