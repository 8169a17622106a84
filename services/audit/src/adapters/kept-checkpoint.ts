import { parseCheckpoint, parseNote } from '@patchbay/audit-log/proofs';

/** Whether two notes are checkpoints of one log, size and root. Who signed them, and when, may differ. */
export function saysTheSame(one: string, other: string): boolean {
  const [a, b] = [one, other].map((note) => {
    const parsed = parseNote(note);
    return parsed === null ? null : parseCheckpoint(parsed.text);
  });
  return a != null && b != null && a.origin === b.origin && a.size === b.size && a.root.equals(b.root);
}

/** Installation and tenant: the folder and the folder in it where a log's checkpoints are. @throws RangeError for another origin. */
export function placeOf(origin: string): readonly [installation: string, tenant: string] {
  const [, installation, tenant] = /^patchbay\/([A-Za-z0-9._-]+)\/([a-z0-9-]+)$/.exec(origin) ?? [];
  if (installation === undefined || tenant === undefined || /^\.+$/.test(installation))
    throw new RangeError('an origin without a place');
  return [installation, tenant];
}
