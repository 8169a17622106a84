import { consistencyRanges, verifyConsistency } from '@patchbay/audit-log/proofs';
import { type ConsistencyProof, PatchbayError, type ProveConsistency } from '@patchbay/contracts';
import { checkpointAnswer } from './checkpoint-answer.ts';
import { noCheckpoint } from './list-checkpoints.ts';
import type { CheckpointStore, LogTree } from './ports.ts';

/**
 * The way from the log of one size to a signed checkpoint of a larger one, for whoever kept a checkpoint. Not recorded: it says
 * nothing of any event.
 * @throws PatchbayError `not_found`, `invalid_request` when the sizes are the wrong way round, `internal` when the log is not what
 * was signed, `audit_unavailable`.
 */
export function createProveConsistency({
  tree,
  checkpoints,
  originOf,
}: {
  readonly tree: LogTree;
  readonly checkpoints: CheckpointStore;
  readonly originOf: (tenant: string) => Promise<string>;
}): (request: ProveConsistency) => Promise<ConsistencyProof> {
  return async ({ tenant, from, to }) => {
    const checkpoint = await (to === undefined ? checkpoints.newest(tenant) : checkpoints.ofSize(tenant, to));
    if (checkpoint === null) throw noCheckpoint(to ?? null);
    const { size, root } = checkpoint;
    if (from > size)
      throw new PatchbayError('invalid_request', {
        message: `The checkpoint is of ${size} events, fewer than ${from}.`,
        details: { issues: [{ path: 'from', message: `expected at most ${size}` }] },
      });
    const oldRoot = await tree.root(tenant, from);
    const proof = await tree.hashes(tenant, consistencyRanges(from, size));
    if (oldRoot === null || proof === null || !verifyConsistency({ oldSize: from, oldRoot, size, root, proof }))
      throw new PatchbayError('internal', { message: 'The log is not what was signed: verify it.' });
    return {
      from: { size: from, root: oldRoot.toString('base64') },
      proof: proof.map((hash) => hash.toString('base64')),
      checkpoint: checkpointAnswer(await originOf(tenant), checkpoint),
    };
  };
}
