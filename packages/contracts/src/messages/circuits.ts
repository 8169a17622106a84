import { z } from 'zod';
import { TenantToken } from '../ids.ts';

const Host = z.string().min(1).max(260);
export const CircuitState = z.enum(['closed', 'open', 'half_open']);

/**
 * `svc.executor.v1.circuit`: an executor's circuit of a host, or of one tenant's 5xx at it, changed its state by what that
 * executor itself saw. The others take it as a hint. Circuits of refused credentials are not told: nothing derived from a credential travels.
 */
export const CircuitChanged = z.object({
  /** Name of the executor's process, unlike any other's. */
  executor: z.string().min(1).max(128),
  host: Host,
  /** Null: the circuit of the host, which holds everyone's calls back. Else that of this tenant's 5xx there. */
  tenant: TenantToken.nullable().default(null),
  state: CircuitState,
  /** Milliseconds until its next probe; 0 unless open. */
  open_ms: z.number().nonnegative(),
  /** Unix milliseconds at which it was sent. A hint that was long on its way is not taken. */
  sent_at: z.number(),
});
export type CircuitChanged = z.infer<typeof CircuitChanged>;

/** Most circuits that one executor tells of; `omitted` counts the rest. */
export const maxCircuitsTold = 500;

/** `svc.executor.v1.circuits`: the circuits of every executor; `host` narrows it to one. */
export const ListCircuitsRequest = z.strictObject({ host: Host.optional() });
export type ListCircuitsRequest = z.infer<typeof ListCircuitsRequest>;

export const CircuitView = z.object({
  host: z.string(),
  /** Null: the circuit of the host, which holds everyone's calls back. Else one of this tenant's. */
  tenant: TenantToken.nullable(),
  /**
   * What it counts as failures. `connections`: those that fail, and silence. `answers`: 5xx that the tenant was answered
   * with. `credential`: refusals of the tenant's credential.
   */
  watches: z.enum(['connections', 'answers', 'credential']),
  state: CircuitState,
  /** `elsewhere`: on another executor's word. Null while closed. */
  opened_by: z.enum(['here', 'elsewhere']).nullable(),
  /** Milliseconds until the next probe may go; 0 when it may go now. */
  retry_after_ms: z.number().nonnegative(),
  /** Calls and failures of the last ten seconds, as far as this circuit counted them. */
  calls: z.int().nonnegative(),
  failures: z.int().nonnegative(),
});
export type CircuitView = z.infer<typeof CircuitView>;

export const ExecutorCircuits = z.object({
  executor: z.string(),
  /** Those that are not closed first, then by host. A host that never failed has none. */
  circuits: z.array(CircuitView),
  omitted: z.int().nonnegative(),
});
export type ExecutorCircuits = z.infer<typeof ExecutorCircuits>;

/** One entry for each executor that answered in time, by name. */
export const ListCircuitsResult = z.object({ executors: z.array(ExecutorCircuits) });
export type ListCircuitsResult = z.infer<typeof ListCircuitsResult>;
