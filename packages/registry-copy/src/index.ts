export type { SaidBy } from './chosen-tools.ts';
export { type Decoded, type DecodedEntry, decodeChoice, decodeEntry, decodeToolset } from './decode-entry.ts';
export {
  type ChoiceAddress,
  choiceKeyOf,
  type EntryAddress,
  entryKeyOf,
  parseEntryKey,
  type RegistryAddress,
  type ToolsetAddress,
  toolsetKeyOf,
} from './entry-key.ts';
export { fenceRevisions, type RevisionFence, type RevisionFenceOptions, RolledBackError } from './fence-revisions.ts';
export { byPrecedence, IntegrationVersions, type RegisteredTool, type StoredVersion } from './integration-versions.ts';
export {
  openRegistryCopy,
  type RegistryCopy,
  type RegistryCopyChange,
  type RegistryCopyOptions,
  type UnreadableEntry,
} from './open-registry-copy.ts';
export { RegistryIndex } from './registry-index.ts';
