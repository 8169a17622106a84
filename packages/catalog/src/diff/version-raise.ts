import { compareVersions, type DocumentChange, type Issue } from '@patchbay/contracts';

/** The lowest version after this one that tells callers of a breaking change: before 1.0.0 the next minor, else major. */
export function breakingRaise(version: string): string {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major === 0 ? `0.${minor + 1}.0` : `${major + 1}.0.0`;
}

/** A warning when a newer version breaks callers and does not say so by its number. Null: it does, or breaks none. */
export function smallRaise(from: string, to: string, changes: readonly DocumentChange[]): Issue | null {
  const broken = changes.filter(({ breaking }) => breaking);
  const needed = breakingRaise(from);
  if (broken.length === 0 || compareVersions(to, from) <= 0 || compareVersions(to, needed) >= 0) return null;
  const [first] = broken as [DocumentChange];
  const more = broken.length > 1 ? ` (and ${broken.length - 1} more)` : '';
  return {
    path: 'version',
    message: `${to} breaks callers of ${from}: ${first.path}: ${first.message}${more}; ${needed} would say so`,
  };
}
