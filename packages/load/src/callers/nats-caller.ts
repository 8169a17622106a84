import type { ExecutionResult } from '@patchbay/contracts';
import type { Agent } from '@patchbay/sdk';
import type { CallOutcome, MakeCall } from '../run/call-outcome.ts';
import type { MixedCall } from '../work/tool-mix.ts';

/** Calls as an agent does, with the SDK, which holds calls back while executors turn most away. */
export function natsCaller(
  agent: Agent,
  callOf: (number: number) => MixedCall,
  { deadlineMs }: { readonly deadlineMs: number },
): MakeCall {
  return async (number) => {
    const { tool, arguments: args, idempotencyKey } = callOf(number);
    const result = await agent.execute(tool, args, {
      deadlineMs,
      ...(idempotencyKey !== undefined && { idempotencyKey }),
    });
    return outcomeOf(result, tool);
  };
}

const statuses: Readonly<Record<ExecutionResult['status'], CallOutcome['status']>> = {
  succeeded: 'succeeded',
  refused: 'refused',
  failed: 'failed',
  cancelled: 'failed',
  outcome_unknown: 'unknown',
};

/** What an execution came to. Of calls that the SDK did not send, the code says so. */
export function outcomeOf({ status, error }: Pick<ExecutionResult, 'status' | 'error'>, what: string): CallOutcome {
  const held = error?.details.reason === 'held_back';
  return { status: statuses[status], code: held ? 'held_back' : (error?.code ?? null), what };
}
