import type { Agent } from '../agent.ts';
import { type ModelAnswer, ToolCallError } from './model-answer.ts';
import { type ModelCallOptions, runModelCalls } from './run-model-calls.ts';

/** What the tools of another library need of an agent. */
export type ToolRunner = Pick<Agent, 'plan' | 'cancel'>;

/** Options of calls that another library makes one by one. */
export type OneCallOptions = Omit<ModelCallOptions, 'accepts' | 'order'>;

/**
 * Carries out one call that another library made, under the model's id for it; an abort cancels it.
 * @throws ToolCallError when it did not succeed.
 */
export async function runOneCall(
  agent: ToolRunner,
  call: { readonly id: string; readonly name: string; readonly arguments: unknown },
  options: OneCallOptions = {},
  signal?: AbortSignal | null,
): Promise<ModelAnswer> {
  const stop = () => void agent.cancel({ idempotency_key: call.id }).catch(() => undefined);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const args = call.arguments;
    const isObject = typeof args === 'object' && args !== null && !Array.isArray(args);
    const [answer] = await runModelCalls(
      agent.plan,
      [{ id: call.id, name: call.name, arguments: isObject ? (args as Record<string, unknown>) : null }],
      options,
    );
    if ((answer as ModelAnswer).isError) throw new ToolCallError(answer as ModelAnswer);
    return answer as ModelAnswer;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}
