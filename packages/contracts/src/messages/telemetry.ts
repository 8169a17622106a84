import { z } from 'zod';
import { HistogramSnapshot } from '../latency-histogram.ts';
import { ExecutionStatus } from './execution.ts';

/** The label of everything that has no series of its own, so that the number of series is bounded. */
export const otherLabel = '_other';

/** `svc.executor.v1.stats`: asked of every executor at once; each answers for itself. */
export const ExecutorStatsRequest = z.strictObject({});

/** What one executor counted since it started. Durations are those of whole executions, from receipt to answer. */
export const ExecutorStats = z.object({
  instance: z.string(),
  /** Milliseconds since it started to count. */
  uptime_ms: z.number().nonnegative(),
  /** Executions under way. */
  in_flight: z.int().nonnegative(),
  /** By tool, tenant class and what became of it. `error_code` is null for those that succeeded. */
  executions: z.array(
    z.object({
      tool: z.string(),
      tenant_class: z.string(),
      status: ExecutionStatus,
      error_code: z.string().nullable(),
      durations: HistogramSnapshot,
    }),
  ),
  /** HTTP attempts by integration. `outcome` is `2xx` to `5xx`, or why there was no answer, such as `unreachable`. */
  attempts: z.array(z.object({ integration: z.string(), outcome: z.string(), durations: HistogramSnapshot })),
  /** Answers of the rate limiter. `local`: those that this process gave alone, because Redis was away. */
  limiter: z.object({
    admitted: z.int().nonnegative(),
    delayed: z.int().nonnegative(),
    local: z.int().nonnegative(),
  }),
  /** Answers given from the ledger. */
  replays: z.int().nonnegative(),
  /**
   * Circuits of upstream hosts that are not closed, as this executor sees it; at most 100, those of everyone first. `tenant`:
   * whose calls are held back, null for everyone's.
   */
  circuits: z
    .array(
      z.object({
        host: z.string(),
        tenant: z.string().nullable().default(null),
        state: z.enum(['open', 'half_open']),
      }),
    )
    .default([]),
});
export type ExecutorStats = z.infer<typeof ExecutorStats>;

/** How long one tool's executions took of late, as one executor saw it. */
export const LatencyDigest = z.object({
  /** `_platform`, or the tenant whose own document the tool belongs to. */
  scope: z.string(),
  integration: z.string(),
  tool: z.string(),
  /** Unix milliseconds of the newest one. */
  newest_at: z.number(),
  durations: HistogramSnapshot,
});
export type LatencyDigest = z.infer<typeof LatencyDigest>;

/** Value of KV `latencies` at `<executor instance>`. */
export const StoredLatencies = z.object({ tools: z.array(LatencyDigest) });
export type StoredLatencies = z.infer<typeof StoredLatencies>;

/**
 * How long a call of a tool takes, from request to answer, in milliseconds: so that an agent can decide whether to say
 * something meanwhile. `observed` comes from executions of late. Tools of the shared catalogue are measured over all
 * tenants, without saying whose; a tenant's own tools are measured and told for that tenant alone. `declared` is what the
 * document says, when too little was seen.
 */
export const ToolLatency = z.object({
  p50_ms: z.number().nullable(),
  p95_ms: z.number().nullable(),
  p99_ms: z.number().nullable(),
  /** Rounded down to 1, 2 or 5 times a power of ten; at most 1,000. 0 when declared. */
  samples: z.int().nonnegative(),
  /** Milliseconds since the newest sample; null when declared. */
  age_ms: z.number().nonnegative().nullable(),
  source: z.enum(['observed', 'declared']),
});
export type ToolLatency = z.infer<typeof ToolLatency>;
