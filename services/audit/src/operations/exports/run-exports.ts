import { createHash } from 'node:crypto';
import { retryDelayMs } from '../../domain/sink-retry.ts';
import { type ExportPiecesOptions, exportPieces } from './export-pieces.ts';
import type { ExportJobs, ObjectStore, StoredExport } from './ports.ts';

export interface RunExportsPorts
  extends ExportPiecesOptions,
    Pick<ExportJobs, 'claim' | 'progress' | 'finish' | 'fail' | 'attemptsOf'> {
  /** Who this process is, unlike any other. */
  readonly owner: string;
  readonly objects: ObjectStore;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly random: () => number;
  readonly onFailed: (job: StoredExport, error: unknown) => void;
  readonly stopping: () => boolean;
}

const leaseMs = 120_000;
const mostAttempts = 8;

/** The job is another process's by now, or this one ends. */
class GivenUp extends Error {}

/**
 * Puts one export that waits into object storage, from its beginning: its bytes are the same each time, so one that broke off is
 * simply written again.
 * @returns whether there was one.
 */
export function createRunExports(ports: RunExportsPorts): () => Promise<boolean> {
  return async () => {
    const job = await ports.claim(ports.owner, leaseMs);
    if (job === null) return false;
    try {
      await ports.finish(job.id, ports.owner, await write(ports, job));
    } catch (error) {
      if (error instanceof GivenUp) return false; // its lease ends, and another takes it
      ports.onFailed(job, error);
      const attempts = (await ports.attemptsOf(job.id)) + 1;
      const again =
        attempts >= mostAttempts ? null : { atMs: ports.now() + retryDelayMs(attempts, ports.random(), null) };
      // The message of an error of ours, or of the storage's; neither holds a secret.
      const problem = error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 500) : 'unknown';
      await ports.fail(job.id, ports.owner, problem, again);
    }
    return true;
  };
}

async function write(
  ports: RunExportsPorts,
  { id, tenant, from_index: first, to_index: size, key }: StoredExport,
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  let reached = first;
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for await (const { text, next } of exportPieces(ports, { tenant, first, size })) {
      const piece = Buffer.from(text);
      hash.update(piece);
      bytes += piece.byteLength;
      reached = next ?? size;
      yield piece;
    }
  }
  await ports.objects.put(key, pieces(), async () => {
    if (ports.stopping() || !(await ports.progress(id, ports.owner, reached - first, leaseMs))) throw new GivenUp();
  });
  return { bytes, sha256: hash.digest('hex') };
}
