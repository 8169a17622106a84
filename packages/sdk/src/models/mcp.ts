import type { ErrorBody, ExecutionResult } from '@patchbay/contracts';
import { answerError, answerOf, type ModelAnswer } from './model-answer.ts';
import type { ModelCall } from './run-model-calls.ts';
import { untrustedNote } from './untrusted-note.ts';

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
  /** `patchbay/untrusted`: what is suspicious about the content. */
  _meta?: Record<string, unknown>;
}

export function callOfMcp({ name, arguments: args = {} }: McpCall, id: string): ModelCall {
  return { id, name, arguments: args };
}

/**
 * An output that is an object is there twice, as text and as data, as the protocol asks for the sake of older clients. A warning
 * is a block of its own before the text.
 */
export function mcpResult({ text, isError, output, untrusted }: ModelAnswer): McpResult {
  const note = untrusted === undefined || isError ? null : untrustedNote(untrusted);
  const data = note === null ? output : (output as { readonly data?: unknown } | undefined)?.data;
  const blocks = note === null ? [text] : [note, text.slice(note.length + 1)];
  const isObject = typeof data === 'object' && data !== null && !Array.isArray(data);
  return {
    content: blocks.map((block) => ({ type: 'text', text: block })),
    ...(isObject && { structuredContent: data as Record<string, unknown> }),
    isError,
    ...(untrusted !== undefined && { _meta: { 'patchbay/untrusted': untrusted } }),
  };
}

/** What an execution came to, as the result of a `tools/call`. */
export function mcpResultOf(result: Pick<ExecutionResult, 'status' | 'output' | 'error' | 'untrusted'>): McpResult {
  return mcpResult(answerOf('', { ...result, output_left_out: false }));
}

/** A failure that is no execution's, as the result of a `tools/call`. */
export function mcpErrorOf(error: ErrorBody): McpResult {
  return mcpResult(answerError('', error));
}
