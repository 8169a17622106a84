import { type ListCheckpoints, type ListCheckpointsResult, PatchbayError } from '@patchbay/contracts';
import { checkpointAnswer } from './checkpoint-answer.ts';
import type { CheckpointStore } from './ports.ts';

/**
 * The signed checkpoints of a tenant's log, newest first. Looking is not recorded: they say nothing of any event, and each
 * record of a look would be a reason to sign the next.
 * @throws PatchbayError `not_found` when there is none of a size, `audit_unavailable`.
 */
export function createListCheckpoints({
  checkpoints,
  originOf,
}: {
  readonly checkpoints: CheckpointStore;
  readonly originOf: (tenant: string) => Promise<string>;
}): (request: ListCheckpoints) => Promise<ListCheckpointsResult> {
  return async ({ tenant, size, below, limit }) => {
    const origin = await originOf(tenant);
    if (size !== undefined) {
      const found = await checkpoints.ofSize(tenant, size);
      if (found === null) throw noCheckpoint(size);
      return { checkpoints: [checkpointAnswer(origin, found)], next: null };
    }
    const found = await checkpoints.below(tenant, below ?? Number.MAX_SAFE_INTEGER, limit + 1);
    const page = found.slice(0, limit);
    return {
      checkpoints: page.map((one) => checkpointAnswer(origin, one)),
      next: found.length > limit ? (page.at(-1)?.size ?? null) : null,
    };
  };
}

export function noCheckpoint(size: number | null): PatchbayError {
  const message =
    size === null
      ? 'The log has no checkpoint yet.'
      : `The log has no checkpoint of ${size} events; see the list of them.`;
  return new PatchbayError('not_found', { message });
}
