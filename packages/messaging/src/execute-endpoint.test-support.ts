import { type ExecutionResult, errorBody, newId, PatchbayError, routes } from '@patchbay/contracts';
import { type Endpoint, endpoint, type Messaging, type ServedEndpoints, type ServiceDescription } from './index.ts';

type ExecuteHandler = Endpoint<typeof routes.executeTool>['handler'];

export function okay(output: unknown): ExecutionResult {
  return {
    execution_id: newId('execution'),
    status: 'succeeded',
    output,
    error: null,
    truncated: false,
    tokens: 0,
    replayed: false,
    attempts: 1,
    tool: 'a_tool',
    version: '1.0.0',
    timing: { total_ms: 1, upstream_ms: 1, overhead_ms: 0 },
  };
}

/** Serves `executeTool`, its failures in the shape of its answers, as the executor does. */
export function serveExecute(
  messaging: Messaging,
  handler: ExecuteHandler,
  onError?: ServiceDescription['onError'],
): Promise<ServedEndpoints> {
  return messaging.serve({ name: 'executor', version: '0.1.0', description: 'test', ...(onError && { onError }) }, [
    endpoint('execute-tool', routes.executeTool, handler, (error) => ({
      ...okay(null),
      status: 'refused' as const,
      error: error instanceof PatchbayError ? error.body : errorBody('internal'),
    })),
  ]);
}
