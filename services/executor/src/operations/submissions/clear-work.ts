import { type ExecuteRequest, newId, PatchbayError } from '@patchbay/contracts';
import { newRun } from '../execution-run.ts';
import type { CheckPolicies } from '../policies/check-policies.ts';
import type { FindTool } from '../ports.ts';
import { callsKnownAhead, type SubmittedWork } from './submitted-work.ts';

export interface ClearWorkPorts {
  readonly tools: FindTool;
  readonly policies: CheckPolicies;
}

/**
 * Puts what was handed in to the policies while its caller is there to be asked. Gives the calls that they let through: at
 * their tries nobody is asked again. A plan's call whose arguments come from others is judged when it has them.
 * @throws PatchbayError what the policies refuse with, naming the call of a plan.
 */
export async function clearWork(
  ports: ClearWorkPorts,
  tenant: string,
  submissionId: string,
  { execute, plan }: SubmittedWork,
  receivedAt: number,
): Promise<string[]> {
  const requests: [string, ExecuteRequest][] =
    execute !== undefined
      ? [['', { ...execute, idempotency_key: execute.idempotency_key ?? submissionId }]]
      : callsKnownAhead(ports.tools, tenant, plan).map(
          ({ id, tool, version, arguments: args, connection, idempotency_key, confirmation }) => [
            id,
            {
              tool,
              version,
              arguments: args,
              connection,
              confirmation,
              idempotency_key: idempotency_key ?? `${plan.idempotency_key ?? submissionId}/${id}`,
              deadline_ms: plan.deadline_ms,
              stream: false,
              dry_run: false,
              context: plan.context,
            },
          ],
        );
  for (const [id, request] of requests) {
    const prepared = ports.tools.find(tenant, request.tool, request.version);
    if (prepared === null) continue;
    const call = { tenant, receivedAt, traceparent: '', traceId: null, later: true } as const;
    const refused = await ports.policies(newRun(newId('execution'), request, call, prepared, false));
    if (refused !== null) throw id === '' ? refused : inCall(refused, id);
  }
  return requests.map(([id]) => id);
}

function inCall({ code, body }: PatchbayError, call: string): PatchbayError {
  const { message, speakable, retryable, retry_after_ms: retryAfterMs, details } = body;
  return new PatchbayError(code, {
    message: `Call ${call}: ${message}`,
    speakable,
    retryable,
    retryAfterMs,
    details: { ...details, call },
  });
}
