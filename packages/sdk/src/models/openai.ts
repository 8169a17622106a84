import { objectOf } from './anthropic.ts';
import type { ModelAnswer } from './model-answer.ts';
import type { ModelCall } from './run-model-calls.ts';

/** An assistant message of the Chat Completions API (`ChatCompletionMessage`). Calls of type `custom` are passed over. */
export interface OpenAiMessage {
  readonly tool_calls?:
    | readonly {
        readonly id: string;
        readonly type: string;
        readonly function?: { readonly name: string; readonly arguments: string };
      }[]
    | null
    | undefined;
}

/** `ChatCompletionToolMessageParam`. */
export interface OpenAiToolMessage {
  role: 'tool';
  tool_call_id: string;
  content: string;
}

/** An output item of the Responses API; those that are no `function_call` are passed over. */
export interface OpenAiOutputItem {
  readonly type: string;
  readonly call_id?: string | null;
  readonly name?: string | null;
  readonly arguments?: unknown;
}

/** An input item of the next request (`FunctionCallOutput`). */
export interface OpenAiFunctionOutput {
  type: 'function_call_output';
  call_id: string;
  output: string;
}

/** The calls of a message's `tool_calls`, in order. */
export function callsOfOpenAiMessage({ tool_calls }: OpenAiMessage): ModelCall[] {
  return (tool_calls ?? []).flatMap((call) =>
    call.function === undefined
      ? []
      : [{ id: call.id, name: call.function.name, arguments: parsed(call.function.arguments) }],
  );
}

/** The calls of a response's output items, in order. */
export function callsOfOpenAiOutput(items: readonly OpenAiOutputItem[]): ModelCall[] {
  return items.flatMap(({ type, call_id, name, arguments: args }) =>
    type === 'function_call' && typeof call_id === 'string' && typeof name === 'string'
      ? [{ id: call_id, name, arguments: parsed(args) }]
      : [],
  );
}

export function openAiToolMessage({ id, text }: ModelAnswer): OpenAiToolMessage {
  return { role: 'tool', tool_call_id: id, content: text };
}

export function openAiFunctionOutput({ id, text }: ModelAnswer): OpenAiFunctionOutput {
  return { type: 'function_call_output', call_id: id, output: text };
}

/** Arguments come as text that the model wrote, and so need not be JSON. None at all are written as no text. */
function parsed(text: unknown): Record<string, unknown> | null {
  if (typeof text !== 'string') return null;
  if (text.trim() === '') return {};
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return null;
  }
}
