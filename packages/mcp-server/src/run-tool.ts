import { type ExecutionResult, PatchbayError } from '@patchbay/contracts';
import { ExecutionError } from '@patchbay/sdk';
import { CallProgress, type SendProgress } from './call-progress.ts';
import type { McpAgent } from './mcp-caller.ts';

type CallOptions = Parameters<McpAgent['execute']>[2];

/** One call that is to be carried out. */
export interface RunnableCall {
  readonly tool: string;
  readonly arguments: Record<string, unknown>;
  readonly options: NonNullable<CallOptions> & { readonly idempotencyKey: string };
  /** The client takes the answer no more. */
  readonly signal: AbortSignal;
  /** Where the client hears how far it is; null: it did not ask. */
  readonly progress: SendProgress | null;
}

/**
 * Carries a call out, and tells how far it is to whoever asked. Whoever leaves cancels it, by its key: that finds it at
 * whichever executor runs it. Never throws for what can go wrong with the call.
 */
export async function runTool(agent: McpAgent, call: RunnableCall): Promise<ExecutionResult> {
  const key = call.options.idempotencyKey;
  const cancel = () => void agent.cancel({ idempotency_key: key, reason: 'the MCP client left' }).catch(() => {});
  call.signal.addEventListener('abort', cancel, { once: true });
  try {
    if (call.signal.aborted) throw new PatchbayError('cancelled');
    return await (call.progress === null
      ? agent.execute(call.tool, call.arguments, call.options)
      : runTelling(agent, call, call.progress));
  } finally {
    call.signal.removeEventListener('abort', cancel);
  }
}

async function runTelling(agent: McpAgent, call: RunnableCall, send: SendProgress): Promise<ExecutionResult> {
  const progress = new CallProgress(send);
  const stream = agent.stream(call.tool, call.arguments, { ...call.options, signal: call.signal });
  try {
    for await (const { data } of stream) progress.chunk(data);
  } catch (error) {
    // The call's own failure is its result. A chunk that was lost leaves the result as it is: progress is no answer.
    if (!(error instanceof ExecutionError) && !(error instanceof PatchbayError)) throw error;
  } finally {
    progress.close();
  }
  return stream.result;
}
