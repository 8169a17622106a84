import { type OneCallOptions, runOneCall, type ToolRunner } from './one-call.ts';

/** The two functions of the package `ai` that make tools. */
export interface AiSdk<Tool> {
  /** Called with what `tool()` takes; its own overloads are too many to be written here. */
  readonly tool: (definition: never) => Tool;
  readonly jsonSchema: (schema: never) => unknown;
}

interface Definition {
  readonly name: string;
  readonly inputSchema: unknown;
  readonly outputSchema?: unknown;
}

/** What the SDK tells a tool about a call (`ToolExecutionOptions`). */
interface AiSdkCall {
  readonly toolCallId: string;
  readonly abortSignal?: AbortSignal;
}

/**
 * Definitions in format `ai-sdk` as tools of the Vercel AI SDK, by name: `aiSdkTools(agent, await import('ai'), …)`. A call's
 * id is its idempotency key, and its abort signal cancels it. A failed call throws, as the SDK wants, with the reason and
 * the next step for the model.
 */
export function aiSdkTools<Tool>(
  agent: ToolRunner,
  { tool, jsonSchema }: AiSdk<Tool>,
  definitions: readonly Record<string, unknown>[],
  options?: OneCallOptions,
): Record<string, Tool> {
  return Object.fromEntries(
    (definitions as unknown as Definition[]).map(({ name, inputSchema, outputSchema, ...rest }) => [
      name,
      tool({
        ...rest,
        inputSchema: jsonSchema(inputSchema as never),
        ...(outputSchema !== undefined && { outputSchema: jsonSchema(outputSchema as never) }),
        async execute(input: unknown, { toolCallId, abortSignal }: AiSdkCall) {
          const call = { id: toolCallId, name, arguments: input };
          const { output, text } = await runOneCall(agent, call, options, abortSignal);
          return output === undefined ? text : output;
        },
      } as never),
    ]),
  );
}
