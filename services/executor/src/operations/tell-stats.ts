import type { ExecutorStats } from '@patchbay/contracts';
import type { ExecutionMetrics } from '../domain/telemetry/execution-metrics.ts';

export interface TellStatsPorts {
  readonly instance: string;
  readonly metrics: Pick<ExecutionMetrics, 'stats'>;
  readonly running: { readonly size: number };
  /** Circuits that are not closed, those that matter most first. */
  readonly circuits: () => readonly ExecutorStats['circuits'][number][];
}

/** Circuits told at most: an outage of everything is told by its size, not by its list. */
const maxCircuits = 100;

/** What this executor counted since it started. */
export function tellStats({ instance, metrics, running, circuits }: TellStatsPorts): () => ExecutorStats {
  return () => ({
    instance,
    in_flight: running.size,
    ...metrics.stats(),
    circuits: circuits().slice(0, maxCircuits),
  });
}
