import type { ErrorBody, ExecutionResult } from '@patchbay/contracts';
import { answerError, answerOf, type ModelAnswer } from './model-answer.ts';
import type { ModelCall } from './run-model-calls.ts';

/** `params` of an MCP `tools/call` request. */
export interface McpCall {
  readonly name: string;
  readonly arguments?: Record<string, unknown> | undefined;
}

/** `CallToolResult`. */
export interface McpResult {
  // The protocol's own result is open to other fields.
  [field: string]: unknown;
  content: { type: 'text'; text: string }[];
  structuredContent?: Record<string, unknown>;
  isError: boolean;
}

export function callOfMcp({ name, arguments: args = {} }: McpCall, id: string): ModelCall {
  return { id, name, arguments: args };
}

/** An output that is an object is there twice, as text and as data, as the protocol asks for the sake of older clients. */
export function mcpResult({ text, isError, output }: ModelAnswer): McpResult {
  const isObject = typeof output === 'object' && output !== null && !Array.isArray(output);
  return {
    content: [{ type: 'text', text }],
    ...(isObject && { structuredContent: output as Record<string, unknown> }),
    isError,
  };
}

/** What an execution came to, as the result of a `tools/call`. */
export function mcpResultOf(result: Pick<ExecutionResult, 'status' | 'output' | 'error'>): McpResult {
  return mcpResult(answerOf('', { ...result, output_left_out: false }));
}

/** A failure that is no execution's, as the result of a `tools/call`. */
export function mcpErrorOf(error: ErrorBody): McpResult {
  return mcpResult(answerError('', error));
}
