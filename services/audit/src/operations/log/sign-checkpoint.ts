import {
  consistencyRanges,
  emptyRoot,
  openCheckpoint,
  parseCheckpoint,
  parseNote,
  type SigningKey,
  signCheckpoint,
  verifierKey,
  verifyConsistency,
} from '@patchbay/audit-log/proofs';
import type { CheckpointArchive, CheckpointStore, LogFault, LogTree, StoredCheckpoint } from './ports.ts';

export interface SignCheckpointPorts {
  readonly tree: LogTree;
  readonly checkpoints: CheckpointStore;
  /** Null: nowhere outside. */
  readonly archive: CheckpointArchive | null;
  readonly key: SigningKey;
  readonly originOf: (tenant: string) => Promise<string>;
}

export type SignOutcome =
  /** `previous` is the size of the checkpoint before it; 0 for the first. */
  | { readonly kind: 'signed'; readonly size: number; readonly note: string; readonly previous: number }
  | { readonly kind: 'nothing_new' }
  /** Another process signed meanwhile. */
  | { readonly kind: 'overtaken' }
  /** It was not signed, and must not be. */
  | { readonly kind: 'inconsistent'; readonly what: LogFault };

/**
 * Signs a checkpoint of a tenant's log as it is now. Never one that does not go on from the last: the way from there is proven by the
 * tree's own hashes before anything is signed, and what is kept outside of the database is held against it too.
 * @throws PatchbayError `audit_unavailable`; an Error when the archive or the key cannot be reached.
 */
export function createSignCheckpoint(ports: SignCheckpointPorts): (tenant: string) => Promise<SignOutcome> {
  const { tree, checkpoints, archive, key, originOf } = ports;
  return async (tenant) => {
    // 1. What was signed last, here and outside, before how far the log goes: it only grows.
    const origin = await originOf(tenant);
    const last = await checkpoints.newest(tenant);
    const outside = (await archive?.newest(origin, last?.size ?? 0)) ?? null;
    const now = await tree.head(tenant);
    if (now.size === (last?.size ?? 0) && outside === null) return { kind: 'nothing_new' };

    // 2. That it is one history.
    const fault = (await faultInside(tenant, last, now)) ?? faultOutside(origin, last, outside);
    if (fault !== null) {
      const newest = await checkpoints.newest(tenant);
      return newest?.size === last?.size ? { kind: 'inconsistent', what: fault } : { kind: 'overtaken' };
    }
    if (now.size === (last?.size ?? 0)) return { kind: 'nothing_new' };

    // 3. Sign, and read what was signed as others will.
    const { size, root } = now;
    const previous = last ?? { size: 0, root: emptyRoot() };
    const note = await signCheckpoint({ origin, size, root, previous }, key);
    if (openCheckpoint(note, [verifierKey(origin, key.publicKey)])?.verdict.ok !== true)
      throw new Error('the signature of a checkpoint does not verify');

    // 4. Only now it is one, unless another process was faster.
    const added = await checkpoints.add(tenant, { size, root, note }, previous.size);
    return added ? { kind: 'signed', size, note, previous: previous.size } : { kind: 'overtaken' };
  };

  async function faultInside(
    tenant: string,
    last: StoredCheckpoint | null,
    now: { readonly size: number; readonly root: Buffer },
  ): Promise<LogFault | null> {
    if (now.size < (last?.size ?? 0)) return 'rewritten';
    const root = await tree.root(tenant, now.size);
    if (root === null || !root.equals(now.root)) return 'tree_damaged';
    if (last === null) return null;
    const proof = await tree.hashes(tenant, consistencyRanges(last.size, now.size));
    if (proof === null) return 'tree_damaged';
    return verifyConsistency({ oldSize: last.size, oldRoot: last.root, ...now, proof }) ? null : 'rewritten';
  }

  function faultOutside(origin: string, last: StoredCheckpoint | null, note: string | null): LogFault | null {
    if (note === null) return null;
    const kept = checkpointOf(note);
    if (kept === null || kept.origin !== origin) return 'forked';
    if (kept.size > (last?.size ?? 0)) return 'rolled_back';
    return last !== null && kept.size === last.size && kept.root.equals(last.root) ? null : 'forked';
  }
}

function checkpointOf(note: string) {
  const parsed = parseNote(note);
  return parsed === null ? null : parseCheckpoint(parsed.text);
}
