import type { ModelAnswer } from './model-answer.ts';
import type { ModelCall } from './run-model-calls.ts';

/** The blocks of an assistant message that matter here (Anthropic Messages API, `ToolUseBlock`); others are passed over. */
export interface AnthropicBlock {
  readonly type: string;
  readonly id?: string;
  readonly name?: string;
  readonly input?: unknown;
}

/** An assistant message, as the Messages API answers it or as a request holds it. */
export interface AnthropicMessage {
  readonly content: string | readonly AnthropicBlock[];
}

/** For the content of the next user message (`ToolResultBlockParam`). */
export interface AnthropicToolResult {
  type: 'tool_result';
  tool_use_id: string;
  content: string;
  is_error: boolean;
}

/** The calls of a message's `tool_use` blocks, in order. */
export function callsOfAnthropic({ content }: AnthropicMessage): ModelCall[] {
  if (typeof content === 'string') return [];
  return content.flatMap(({ type, id, name, input }) =>
    type === 'tool_use' && id !== undefined && name !== undefined ? [{ id, name, arguments: objectOf(input) }] : [],
  );
}

export function anthropicResult({ id, text, isError }: ModelAnswer): AnthropicToolResult {
  return { type: 'tool_result', tool_use_id: id, content: text, is_error: isError };
}

/** The value if it is an object; null otherwise. */
export function objectOf(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}
