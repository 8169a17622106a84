import { type ExecuteRequest, type ExecutionContext, type ExecutionResult, PatchbayError } from '@patchbay/contracts';
import type { Principal } from '@patchbay/identity';
import type { Agent } from '@patchbay/sdk';

/** A call as it comes over HTTP. */
export interface AskedCall {
  readonly tool: string;
  readonly body: Omit<ExecuteRequest, 'tool' | 'stream' | 'stream_window' | 'repeat'>;
  /** Of the header. */
  readonly idempotencyKey: string | null;
  readonly principal: Principal;
  readonly traceparent: string;
  /** Aborted when nobody waits any more. */
  readonly left?: AbortSignal | null;
}

/** The call's options as the SDK takes them. @throws PatchbayError `invalid_request` for two keys that differ. */
export function callOptions({ body, idempotencyKey, principal, traceparent }: AskedCall) {
  const key = idempotencyKeyFor(idempotencyKey, body.idempotency_key);
  return {
    deadlineMs: body.deadline_ms,
    dryRun: body.dry_run,
    context: contextFor(principal, body.context),
    traceparent,
    ...(body.version !== undefined && { version: body.version }),
    ...(body.connection !== undefined && { connection: body.connection }),
    ...(key !== undefined && { idempotencyKey: key }),
    ...(body.confirmation !== undefined && { confirmation: body.confirmation }),
  };
}

/** One tool call. Never throws for what can go wrong with it. */
export function executeTool(agent: Pick<Agent, 'execute'>, asked: AskedCall): Promise<ExecutionResult> {
  const { left = null } = asked;
  return agent.execute(asked.tool, asked.body.arguments, {
    ...callOptions(asked),
    ...(left !== null && { signal: left }),
  });
}

/** Who acts: what the key is bound to goes before what the caller says, and without either it is the key itself. */
export function contextFor({ kind, id, role, agent, session }: Principal, said: ExecutionContext): ExecutionContext {
  const principal = { kind, id, role };
  return { ...said, principal, agent: agent ?? said.agent ?? id, ...(session !== null && { session }) };
}

/** The header's or the body's; both may say the same. */
export function idempotencyKeyFor(header: string | null, body: string | undefined): string | undefined {
  if (header === null || body === undefined || header === body) return header ?? body;
  throw new PatchbayError('invalid_request', {
    message: 'Header and body name two idempotency keys.',
    details: { issues: [{ path: 'idempotency_key', message: 'differs from header Idempotency-Key' }] },
  });
}
