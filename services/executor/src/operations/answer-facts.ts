import type { ExecuteRequest } from '@patchbay/contracts';
import type { PreparedTool } from '@patchbay/execution-engine';
import type { AnswerFacts } from '../domain/answers.ts';
import type { ExecuteCall, Run } from './execution-run.ts';

/** What an answer made now says of its execution. `prepared` is null when no such tool was found. */
export function facts(
  executionId: string,
  request: ExecuteRequest,
  call: ExecuteCall,
  prepared: PreparedTool | null,
): AnswerFacts {
  return {
    executionId,
    tool: prepared?.name ?? request.tool,
    version: prepared?.version ?? null,
    receivedAt: call.receivedAt,
    now: performance.now(),
  };
}

/** The same, of a run. */
export function factsOf({ execution, request, call, prepared }: Run): AnswerFacts {
  return facts(execution.executionId, request, call, prepared);
}
