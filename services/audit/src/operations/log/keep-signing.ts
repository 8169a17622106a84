import { consistencyRanges, formatNote, parseNote, parseSignatureLine } from '@patchbay/audit-log/proofs';
import type { CheckpointArchive, CheckpointStore, CheckpointWitness, LogReport, LogTree } from './ports.ts';
import type { SignOutcome } from './sign-checkpoint.ts';

export interface KeepSigningPorts {
  readonly tree: LogTree;
  readonly checkpoints: CheckpointStore;
  readonly archive: CheckpointArchive | null;
  readonly witnesses: readonly CheckpointWitness[];
  readonly originOf: (tenant: string) => Promise<string>;
  readonly sign: (tenant: string) => Promise<SignOutcome>;
  readonly report: LogReport;
  /** Milliseconds, and events, after which what is new gets a checkpoint. */
  readonly everyMs: number;
  readonly everyEvents: number;
}

/** Checkpoints that are brought outside in one go. */
const maxKept = 200;

/**
 * One round of what goes on all the time: a checkpoint for each tenant that is due, signatures of witnesses on it, and all of them
 * brought outside. One tenant's trouble is reported and keeps no other waiting. Of several processes one signs for a tenant.
 * @throws PatchbayError `audit_unavailable`.
 */
export function createKeepSigning(ports: KeepSigningPorts): () => Promise<void> {
  const { checkpoints, witnesses, originOf, sign, report, everyMs, everyEvents } = ports;
  /** Size that a witness has signed last, as far as this process knows, by witness and tenant. */
  const witnessed = new Map<string, number>();

  return async () => {
    for (const tenant of await checkpoints.due(everyMs, everyEvents)) {
      if (!(await checkpoints.claim(tenant))) continue;
      try {
        const outcome = await sign(tenant);
        if (outcome.kind === 'inconsistent') report.inconsistent(tenant, outcome.what);
        if (outcome.kind !== 'signed') continue;
        report.signed(tenant, outcome.size);
        await witness(tenant, outcome);
      } catch (error) {
        report.failed(tenant, error);
      }
    }
    await bringOutside();
  };

  async function witness(tenant: string, { size, note, previous }: SignOutcome & { kind: 'signed' }): Promise<void> {
    if (witnesses.length === 0) return;
    const origin = await originOf(tenant);
    const lines = await Promise.all(
      witnesses.map(async (one) => {
        const key = `${one.name} ${tenant}`;
        try {
          const oldSize = witnessed.get(key) ?? previous;
          const signed = await one.cosign({ origin, note, size, oldSize }, (from) => proveFrom(tenant, from, size));
          witnessed.set(key, size);
          return signed;
        } catch (error) {
          report.unwitnessed(tenant, one.name, error);
          return '';
        }
      }),
    );
    const signatures = lines.flatMap((text) => text.split('\n')).flatMap((line) => parseSignatureLine(line) ?? []);
    const parsed = parseNote(note);
    if (signatures.length === 0 || parsed === null) return;
    const cosigned = formatNote({ ...parsed, signatures: [...parsed.signatures, ...signatures] });
    await checkpoints.addSignatures(tenant, size, cosigned);
  }

  async function proveFrom(tenant: string, from: number, size: number): Promise<readonly Buffer[]> {
    const proof = from > size ? null : await ports.tree.hashes(tenant, consistencyRanges(from, size));
    if (proof === null) throw new Error(`there is no way from the size ${from} that the witness has`);
    return proof;
  }

  async function bringOutside(): Promise<void> {
    if (ports.archive === null) return;
    const stuck = new Set<string>();
    for (const { tenant, size, note } of await checkpoints.unkept(maxKept)) {
      if (stuck.has(tenant)) continue;
      try {
        if ((await ports.archive.keep(await originOf(tenant), size, note)) === 'kept')
          await checkpoints.markKept(tenant, size);
        else {
          stuck.add(tenant);
          report.inconsistent(tenant, 'forked');
        }
      } catch (error) {
        stuck.add(tenant);
        report.unkept(tenant, error);
      }
    }
  }
}
