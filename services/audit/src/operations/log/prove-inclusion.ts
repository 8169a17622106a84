import { inclusionRanges, verifyInclusion } from '@patchbay/audit-log/proofs';
import { type InclusionProof, PatchbayError, type ProveInclusion } from '@patchbay/contracts';
import type { RecordAudit } from '../query-audit.ts';
import { checkpointAnswer } from './checkpoint-answer.ts';
import { noCheckpoint } from './list-checkpoints.ts';
import type { CheckpointStore, LogTree, StoredCheckpoint } from './ports.ts';
import type { SignOutcome } from './sign-checkpoint.ts';

/** Where an event is in its tenant's log. */
export interface LoggedEvent {
  readonly index: number;
  readonly leaf: Buffer;
  /** As it is written of what is stored; null when its body is gone. */
  readonly record: string | null;
}

export interface ProveInclusionPorts {
  readonly tree: LogTree;
  readonly checkpoints: CheckpointStore;
  readonly originOf: (tenant: string) => Promise<string>;
  readonly sign: (tenant: string) => Promise<SignOutcome>;
  /** Null when there is no such event, or it has no place. @throws PatchbayError `audit_unavailable`. */
  readonly findLogged: (tenant: string, eventId: string) => Promise<LoggedEvent | null>;
  readonly record: RecordAudit;
}

/**
 * The way from an event's record to a signed checkpoint. Recorded before it is answered, for the answer holds the record.
 * @throws PatchbayError `not_found`, `invalid_request` when the event is younger than the checkpoint, `internal` when the log is
 * not what was signed, `audit_unavailable`.
 */
export function createProveInclusion(
  ports: ProveInclusionPorts,
): (request: ProveInclusion, context: { traceId: string | null }) => Promise<InclusionProof> {
  const { tree, checkpoints, originOf, findLogged, record } = ports;
  return async ({ tenant, event_id, size }, { traceId }) => {
    const found = await findLogged(tenant, event_id);
    if (found === null)
      throw new PatchbayError('not_found', { message: `The log has no event ${event_id}, or not yet.` });
    const { index, leaf } = found;
    const checkpoint = await checkpointFor(tenant, index, size);
    if (checkpoint.size <= index)
      throw new PatchbayError('invalid_request', {
        message: `Event ${event_id} is number ${index} of the log, which is not in a checkpoint of ${checkpoint.size}.`,
        details: { issues: [{ path: 'size', message: `expected more than ${index}` }] },
      });
    const proof = await tree.hashes(tenant, inclusionRanges(index, checkpoint.size));
    // What does not verify here would not verify anywhere: better said by who knows why.
    if (proof === null || !verifyInclusion({ index, size: checkpoint.size, leaf, root: checkpoint.root, proof }))
      throw new PatchbayError('internal', { message: 'The log is not what was signed: verify it.' });
    await record({
      tenant,
      class: 'query',
      type: 'dev.patchbay.audit.proved',
      data: {
        actor: { kind: 'admin', id: 'admin' },
        target: { kind: 'audit_event', id: event_id },
        outcome: 'succeeded',
        ...(traceId !== null && { trace_id: traceId }),
        facts: { index, size: checkpoint.size },
      },
    });
    return {
      event_id,
      index,
      record: found.record,
      leaf: leaf.toString('base64'),
      proof: proof.map((hash) => hash.toString('base64')),
      checkpoint: checkpointAnswer(await originOf(tenant), checkpoint),
    };
  };

  /** The one asked for; else the newest, or one that is signed now if the event is younger. */
  async function checkpointFor(tenant: string, index: number, size: number | undefined): Promise<StoredCheckpoint> {
    let found = size === undefined ? await checkpoints.newest(tenant) : await checkpoints.ofSize(tenant, size);
    if (size === undefined && (found === null || found.size <= index)) {
      await ports.sign(tenant);
      found = await checkpoints.newest(tenant);
    }
    if (found === null) throw noCheckpoint(size ?? null);
    return found;
  }
}
