import type { CallCounts, ExecuteRequest } from '@patchbay/contracts';
import type { PreparedTool } from '@patchbay/execution-engine';
import type { CallFacts } from '@patchbay/policy';

/** What policies are told of a call. */
export function callFacts(
  request: Pick<ExecuteRequest, 'arguments' | 'context' | 'dry_run'>,
  { name, integration, version, risk, tool }: PreparedTool,
  { connection, counts, now }: { connection: string | null; counts: CallCounts | null; now: number },
): CallFacts {
  return {
    tool: {
      name,
      integration,
      version,
      risk,
      confirm: tool?.confirm ?? 'policy',
      confirmPrompt: tool?.confirm_prompt ?? null,
    },
    arguments: request.arguments,
    context: request.context,
    connection,
    dryRun: request.dry_run,
    now,
    counts,
  };
}
