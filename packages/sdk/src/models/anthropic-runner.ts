import type { ModelAnswer } from './model-answer.ts';
import { type OneCallOptions, runOneCall, type ToolRunner } from './one-call.ts';

/** A tool of `client.beta.messages.toolRunner` (`BetaRunnableTool`). */
export interface AnthropicRunnableTool {
  readonly name: string;
  readonly description?: string;
  readonly input_schema: { type: 'object'; [keyword: string]: unknown };
  parse(input: unknown): unknown;
  run(
    input: unknown,
    context?: { readonly toolUse: { readonly id: string }; readonly signal?: AbortSignal | null | undefined },
  ): Promise<string>;
}

/**
 * Definitions in format `anthropic` as tools that the vendor's own loop runs. A call's id is its idempotency key, and the
 * runner's signal cancels it. A failed call throws, which the runner makes a `tool_result` with `is_error` of.
 */
export function anthropicRunnableTools(
  agent: ToolRunner,
  definitions: readonly Record<string, unknown>[],
  options?: OneCallOptions,
): AnthropicRunnableTool[] {
  return definitions.map((definition) => ({
    ...(definition as unknown as Pick<AnthropicRunnableTool, 'name' | 'description' | 'input_schema'>),
    parse: (input) => input,
    async run(input, context) {
      const call = { id: context?.toolUse.id ?? '', name: definition['name'] as string, arguments: input };
      const answer: ModelAnswer = await runOneCall(agent, call, options, context?.signal);
      return answer.text;
    },
  }));
}
