import { newId } from '@patchbay/contracts';
import { type OneCallOptions, runOneCall, type ToolRunner } from './one-call.ts';

/** LangChain's class `DynamicStructuredTool`. */
export type StructuredToolClass<Tool> = new (fields: never) => Tool;

/** What LangChain tells a tool about a call (`ToolRunnableConfig`). */
interface LangChainCall {
  readonly toolCall?: { readonly id?: string };
  readonly signal?: AbortSignal;
}

/**
 * Definitions in format `langchain` as LangChain tools: `langChainTools(agent, DynamicStructuredTool, …)`. Content is text
 * for the model, the artifact the output as data. A call's id is its idempotency key; a tool that is invoked with bare
 * arguments has none, so that each time is another call. A failed call throws, with the reason and the next step.
 */
export function langChainTools<Tool>(
  agent: ToolRunner,
  DynamicStructuredTool: StructuredToolClass<Tool>,
  definitions: readonly Record<string, unknown>[],
  options?: OneCallOptions,
): Tool[] {
  return definitions.map((definition) => {
    const fields = {
      ...definition,
      responseFormat: 'content_and_artifact',
      async func(input: unknown, _callbacks: unknown, { toolCall, signal }: LangChainCall = {}) {
        const id = toolCall?.id ?? newId('execution');
        const call = { id, name: definition['name'] as string, arguments: input };
        const { text, output } = await runOneCall(agent, call, options, signal);
        return [text, output];
      },
    };
    return new DynamicStructuredTool(fields as never);
  });
}
