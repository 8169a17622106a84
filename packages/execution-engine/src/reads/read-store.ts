import type { ExecuteOutcome } from '../engine-types.ts';

/** Bounds of all kept answers together. The least used go first. */
const maxEntries = 5_000;
const maxBytes = 32 * 1_048_576;
/** A larger answer is not kept. */
const maxEntryBytes = 262_144;

interface Entry {
  readonly outcome: ExecuteOutcome;
  readonly group: string;
  readonly bytes: number;
  readonly expiresAt: number;
}

/** Answers of reads for their time to live, by key; a group is what a write or a revocation makes stale. */
export class ReadStore {
  private readonly entries = new Map<string, Entry>();
  private readonly groups = new Map<string, Set<string>>();
  private bytes = 0;

  get(key: string, now: number): ExecuteOutcome | null {
    const entry = this.entries.get(key);
    if (entry === undefined) return null;
    if (entry.expiresAt <= now) {
      this.delete(key);
      return null;
    }
    this.entries.delete(key);
    this.entries.set(key, entry);
    return entry.outcome;
  }

  set(key: string, group: string, outcome: ExecuteOutcome, expiresAt: number): void {
    // Two bytes a character is what a string takes at most.
    const bytes = 2 * (JSON.stringify(outcome.output) ?? '').length;
    if (bytes > maxEntryBytes) return;
    this.delete(key);
    this.entries.set(key, { outcome, group, bytes, expiresAt });
    this.bytes += bytes;
    const members = this.groups.get(group);
    if (members === undefined) this.groups.set(group, new Set([key]));
    else members.add(key);
    while (this.entries.size > maxEntries || this.bytes > maxBytes) {
      this.delete(this.entries.keys().next().value as string);
    }
  }

  /** Forgets every answer of the groups that `matches` accepts. */
  forget(matches: (group: string) => boolean): void {
    for (const [group, keys] of this.groups) if (matches(group)) for (const key of keys) this.delete(key);
  }

  get size(): { entries: number; bytes: number } {
    return { entries: this.entries.size, bytes: this.bytes };
  }

  private delete(key: string): void {
    const entry = this.entries.get(key);
    if (entry === undefined) return;
    this.entries.delete(key);
    this.bytes -= entry.bytes;
    const members = this.groups.get(entry.group);
    members?.delete(key);
    if (members?.size === 0) this.groups.delete(entry.group);
  }
}
