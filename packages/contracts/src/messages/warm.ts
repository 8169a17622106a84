import { z } from 'zod';
import { ErrorBody } from '../errors.ts';
import { IntegrationId, idSchema, ToolName } from '../ids.ts';
import { ExecutionContext } from './execution.ts';

/** Longest deadline of a warm-up, and what an omitted one becomes, in milliseconds. */
export const maxWarmMs = 10_000;
export const defaultWarmMs = 2_000;

/**
 * `tools.v1.<tenant>.warm`: gets ready for calls that are likely to come, at the start of a session: credentials are
 * borrowed, names resolved, sockets opened, schemas compiled. Nothing is sent to an upstream. At least one name.
 */
export const WarmRequest = z
  .strictObject({
    tools: z.array(ToolName).max(50).default([]),
    integrations: z.array(IntegrationId).max(20).default([]),
    /** Omitted: the tenant's default connection for each integration. */
    connection: idSchema('connection').optional(),
    /** Milliseconds from receipt. What is not ready by then goes on behind the answer. */
    deadline_ms: z.int().min(1).max(maxWarmMs).default(defaultWarmMs),
    context: ExecutionContext.default({}),
  })
  .refine(({ tools, integrations }) => tools.length + integrations.length > 0, {
    error: 'name at least one tool or integration',
  });
export type WarmRequest = z.infer<typeof WarmRequest>;
export type WarmRequestInput = z.input<typeof WarmRequest>;

export const WarmedIntegration = z.object({
  integration: z.string(),
  /** A call can begin at once: the credential is here and a socket to each host is open. */
  ready: z.boolean(),
  /** Each likely host, and whether a socket to it is open. */
  hosts: z.array(z.object({ host: z.string(), ready: z.boolean() })),
  took_ms: z.number().nonnegative(),
  /** Why it is not ready; null when it is. */
  error: ErrorBody.nullable(),
});
export type WarmedIntegration = z.infer<typeof WarmedIntegration>;

/** One entry for each integration concerned, by name. Other executors get ready too, unanswered. */
export const WarmResult = z.object({
  integrations: z.array(WarmedIntegration),
  /** Names that mean nothing to this tenant. */
  missing: z.array(z.string()),
});
export type WarmResult = z.infer<typeof WarmResult>;

/** `svc.executor.v1.warm`: the same, between executors, with the tenant that the public subject proved. */
export const WarmBroadcast = z.object({ executor: z.string(), tenant: z.string(), request: WarmRequest });
export type WarmBroadcast = z.infer<typeof WarmBroadcast>;
