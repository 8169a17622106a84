import { compareVersions } from '@patchbay/contracts';

/** A version that is stored, as far as it matters here. */
export interface PresentVersion {
  readonly version: string;
  /** Whether the file's content is what is stored there, but for the version. */
  readonly sameContent: boolean;
}

/**
 * The version a file's content is registered as: the one it names, if that is free or holds just this. Else the highest
 * patch of that minor version if it holds this, so that several registries agree; else the next after it, because versions
 * never change. A content that comes back after another gets a number of its own: what the file says is then the newest.
 */
export function versionForFile(named: string, present: readonly PresentVersion[]): string {
  const [major, minor] = named.split('.');
  const line = present
    .filter(({ version }) => version.startsWith(`${major}.${minor}.`) && compareVersions(version, named) >= 0)
    .sort((a, b) => compareVersions(a.version, b.version));
  const highest = line.at(-1);
  if (highest === undefined) return named;
  if (highest.sameContent) return highest.version;
  return `${major}.${minor}.${Number(highest.version.split('.')[2]) + 1}`;
}
