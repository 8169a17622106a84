import type { PlanRequest } from '@patchbay/contracts';
import type { Principal } from '@patchbay/identity';
import type { Plan } from '@patchbay/sdk';
import { contextFor, idempotencyKeyFor } from './execute-tool.ts';

/** A plan as it comes over HTTP. */
export interface AskedPlan {
  readonly body: PlanRequest;
  readonly idempotencyKey: string | null;
  readonly principal: Principal;
  readonly traceparent: string;
  /** Aborted when nobody waits any more. */
  readonly left?: AbortSignal | null;
}

/** The same as the SDK takes it. @throws PatchbayError `invalid_request` for two keys that differ. */
export function planFor({ body, idempotencyKey, principal, traceparent, left = null }: AskedPlan): Plan {
  const key = idempotencyKeyFor(idempotencyKey, body.idempotency_key);
  return {
    calls: body.calls.map((call) => ({
      id: call.id,
      tool: call.tool,
      arguments: call.arguments,
      dependsOn: call.depends_on,
      onError: call.on_error,
      dryRun: call.dry_run,
      ...(call.version !== undefined && { version: call.version }),
      ...(call.connection !== undefined && { connection: call.connection }),
      ...(call.idempotency_key !== undefined && { idempotencyKey: call.idempotency_key }),
      ...(call.deadline_ms !== undefined && { deadlineMs: call.deadline_ms }),
      ...(call.when !== undefined && { when: call.when }),
      ...(call.confirmation !== undefined && { confirmation: call.confirmation }),
    })),
    deadlineMs: body.deadline_ms,
    order: body.order,
    context: contextFor(principal, body.context),
    traceparent,
    ...(left !== null && { signal: left }),
    ...(body.plan_id !== undefined && { planId: body.plan_id }),
    ...(body.concurrency !== undefined && { concurrency: body.concurrency }),
    ...(key !== undefined && { idempotencyKey: key }),
  };
}
