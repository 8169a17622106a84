import { z } from 'zod';

/** Processes of one service tell each other that they are there, every two seconds and when they go: `svc.<service>.v1.alive`. */
export const ProcessAlive = z.object({
  /** Unlike any other process's. */
  process: z.string().max(128),
  leaving: z.boolean().default(false),
});
export type ProcessAlive = z.infer<typeof ProcessAlive>;

/** What an executor says of itself in `$SRV.STATS`. */
export const ExecutorStatus = z.object({
  /** `shared` over Redis; `local` while each executor keeps its part of the limits alone; `none` without a Redis to share over. */
  rate_limits: z.enum(['shared', 'local', 'none']),
  /** Executors that it knows to be alive, itself among them. */
  executors: z.int(),
  in_flight: z.int(),
  /** Executions it takes at once as things are. */
  limit: z.int(),
});
export type ExecutorStatus = z.infer<typeof ExecutorStatus>;
