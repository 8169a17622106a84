import {
  consistencyRanges,
  emptyRoot,
  type SigningKey,
  signCheckpoint,
  verifyConsistency,
} from '@patchbay/audit-log/proofs';
import { PatchbayError } from '@patchbay/contracts';
import type { CheckpointStore, LogTree } from './ports.ts';

/**
 * The signed note of a size that somebody wants, such as where an export ends: the one there is, or one that is signed now and kept.
 * It names the checkpoint before it that was signed in due course, and goes on from that by proof.
 * @throws PatchbayError `invalid_request` for a size that the log does not have, `internal` when the log is not what was signed,
 * `audit_unavailable`.
 */
export function createSignSize({
  tree,
  checkpoints,
  key,
  originOf,
}: {
  readonly tree: LogTree;
  readonly checkpoints: CheckpointStore;
  readonly key: SigningKey;
  readonly originOf: (tenant: string) => Promise<string>;
}): (tenant: string, size: number) => Promise<string> {
  return async (tenant, size) => {
    const found = await checkpoints.ofSize(tenant, size);
    if (found !== null) return found.note;
    const { size: whole } = await tree.head(tenant);
    if (size < 1 || size > whole)
      throw new PatchbayError('invalid_request', { message: `The log has ${whole} events, and no size of ${size}.` });
    const [before] = await checkpoints.below(tenant, size, 1);
    const newest = await checkpoints.newest(tenant);
    const root = await tree.root(tenant, size);
    const previous = before ?? { size: 0, root: emptyRoot() };
    if (
      root === null ||
      !(await goesOn(previous, { size, root })) ||
      !(await goesOn({ size, root }, newest ?? { size, root }))
    )
      throw new PatchbayError('internal', { message: 'The log is not what was signed: verify it.' });
    const note = await signCheckpoint({ origin: await originOf(tenant), size, root, previous }, key);
    await checkpoints.addAsked(tenant, { size, root, note });
    return (await checkpoints.ofSize(tenant, size))?.note ?? note;

    async function goesOn(from: Head, to: Head): Promise<boolean> {
      if (from.size === 0 || to.size <= from.size) return true;
      const proof = await tree.hashes(tenant, consistencyRanges(from.size, to.size));
      return proof !== null && verifyConsistency({ oldSize: from.size, oldRoot: from.root, ...to, proof });
    }
  };
}

interface Head {
  readonly size: number;
  readonly root: Buffer;
}
