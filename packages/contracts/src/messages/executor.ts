import { z } from 'zod';

/** `svc.executor.v1.alive`: executors tell each other that they are there, every two seconds and when they go. */
export const ExecutorAlive = z.object({
  /** Unlike any other process's. */
  process: z.string().max(128),
  leaving: z.boolean().default(false),
});
export type ExecutorAlive = z.infer<typeof ExecutorAlive>;

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
