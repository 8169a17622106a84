import type { ExecutionResult } from '@patchbay/contracts';

/** An execution that succeeded with nothing, but for what is said otherwise. */
export function fakeResult(id: string, tool: string, over: Partial<ExecutionResult>): ExecutionResult {
  return {
    execution_id: id,
    status: 'succeeded',
    output: null,
    error: null,
    truncated: false,
    tokens: 0,
    replayed: false,
    attempts: 1,
    tool,
    version: '1.0.0',
    timing: { total_ms: 1, upstream_ms: 1, overhead_ms: 0 },
    ...over,
  };
}
