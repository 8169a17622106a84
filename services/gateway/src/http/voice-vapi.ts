import type { ErrorBody } from '@patchbay/contracts';
import type { ModelAnswer, ModelCall } from '@patchbay/sdk';
import { z } from 'zod';
import { digestOf } from '../operations/voice/voice-keys.ts';
import { argumentsOf } from './voice-terms.ts';

/** Milliseconds that Vapi waits for a server (`server.timeoutSeconds`, default 20). */
export const vapiTimeoutMs = 20_000;

/**
 * A call in `toolCallList`. Its name and arguments stand beside the id, or in `function` as OpenAI has them; the arguments are
 * also called `parameters`, and are an object or its text (https://docs.vapi.ai/tools/custom-tools, /server-url/events).
 */
const Named = z.looseObject({
  name: z.string().optional(),
  arguments: z.unknown().optional(),
  parameters: z.unknown().optional(),
});
const ToolCall = Named.extend({ id: z.string().min(1).max(500), function: Named.optional() });
const Message = z.looseObject({
  type: z.string(),
  toolCallList: z.array(z.unknown()).optional(),
  toolCalls: z.array(z.unknown()).optional(),
  functionCall: Named.extend({ id: z.string().optional() }).optional(),
  call: z.looseObject({ id: z.string().min(1).optional() }).optional(),
  chat: z.looseObject({ id: z.string().min(1).optional() }).optional(),
});

export const VapiAnswer = z.object({
  results: z
    .array(
      z.object({
        name: z.string(),
        toolCallId: z.string(),
        result: z.string().optional(),
        error: z.string().optional(),
      }),
    )
    .optional(),
  /** Of the older `function-call`. */
  result: z.string().optional(),
  error: z.string().optional(),
});
export type VapiAnswer = z.infer<typeof VapiAnswer>;

export interface VapiMessage {
  readonly kind: 'tool-calls' | 'function-call' | 'other';
  readonly session: string | null;
  readonly calls: readonly ModelCall[];
}

/** A server message; null for what is none. */
export function readVapi(body: unknown): VapiMessage | null {
  const read = z.looseObject({ message: Message }).safeParse(body);
  if (!read.success) return null;
  const { message } = read.data;
  const session = message.call?.id ?? message.chat?.id ?? null;
  if (message.type === 'tool-calls') {
    const listed = (message.toolCallList ?? message.toolCalls ?? []).map((one) => ToolCall.safeParse(one));
    const calls = listed.flatMap(({ data }) => (data === undefined ? [] : [callOf(data.id, data, data.function)]));
    return { kind: 'tool-calls', session, calls };
  }
  if (message.type === 'function-call' && message.functionCall !== undefined) {
    // The older message names no call: one that is the same to the byte is the same.
    const id = message.functionCall.id ?? digestOf(JSON.stringify(message));
    return { kind: 'function-call', session, calls: [callOf(id, message.functionCall)] };
  }
  return { kind: 'other', session, calls: [] };
}

type NamedCall = z.infer<typeof Named>;

function callOf(id: string, own: NamedCall, inner?: NamedCall): ModelCall {
  const given = own.arguments ?? own.parameters ?? inner?.arguments ?? inner?.parameters;
  return { id, name: own.name ?? inner?.name ?? '', arguments: argumentsOf(given) };
}

export function vapiAnswer({ kind, calls }: VapiMessage, answers: readonly ModelAnswer[]): VapiAnswer {
  if (kind === 'other') return {};
  const told = answers.map(({ id, text, isError }, index) => ({
    name: calls[index]?.name ?? '',
    toolCallId: id,
    ...(isError ? { error: oneLine(text) } : { result: oneLine(text) }),
  }));
  if (kind === 'tool-calls') return { results: told };
  const [{ name: _name, toolCallId: _id, ...only } = { name: '', toolCallId: '' }] = told;
  return only;
}

/** What is told of a request that came to nothing: Vapi ignores any other status than 200. */
export function vapiFailure({ code, message, speakable }: ErrorBody): VapiAnswer {
  return { error: oneLine(JSON.stringify({ error: { code, message, speakable } })) };
}

/** Vapi cannot read a result that has a line break in it. */
function oneLine(text: string): string {
  return text.replace(/\s*[\r\n\v\f\u0085\u2028\u2029]+\s*/g, ' ').trim();
}
