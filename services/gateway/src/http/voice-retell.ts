import { canonicalJson } from '@patchbay/contracts';
import type { ModelAnswer, ModelCall } from '@patchbay/sdk';
import { z } from 'zod';
import { digestOf } from '../operations/voice/voice-keys.ts';
import { argumentsOf } from './voice-terms.ts';

/** Milliseconds that Retell waits for a custom function (`timeout_ms`, default two minutes). */
export const retellTimeoutMs = 120_000;

const Conversation = z.looseObject({
  call_id: z.string().min(1).optional(),
  chat_id: z.string().min(1).optional(),
  transcript_with_tool_calls: z.array(z.unknown()).optional(),
  message_with_tool_calls: z.array(z.unknown()).optional(),
});

/** A custom function's request (https://docs.retellai.com/build/single-multi-prompt/custom-function). */
export const RetellRequest = z
  .looseObject({
    name: z.string().min(1).max(200),
    args: z.unknown().optional(),
    call: Conversation.optional(),
    chat: Conversation.optional(),
  })
  .refine(({ call, chat }) => (call?.call_id ?? chat?.chat_id) !== undefined, {
    path: ['call'],
    error: 'expected the conversation: leave "payload: args only" off',
  });
export type RetellRequest = z.infer<typeof RetellRequest>;

const Invocation = z.looseObject({
  role: z.literal('tool_call_invocation'),
  tool_call_id: z.string().min(1).max(500),
  name: z.string(),
  arguments: z.unknown().optional(),
});
const Result = z.looseObject({ role: z.literal('tool_call_result'), tool_call_id: z.string() });

export interface RetellCall {
  readonly session: string;
  readonly call: ModelCall;
}

export function readRetell({ name, args, call, chat }: RetellRequest): RetellCall {
  const session = (call?.call_id ?? chat?.chat_id) as string;
  const given = argumentsOf(args);
  const told = [...(call?.transcript_with_tool_calls ?? []), ...(chat?.message_with_tool_calls ?? [])];
  // Without an id of the call, what was said until then tells it from another one; a repeat of the request says the same.
  const id = idIn(told, name, given) ?? digestOf(canonicalJson([name, given, told]));
  return { session, call: { id, name, arguments: given } };
}

/** The request names no call: it is the newest in the transcript that has this name and these arguments, and no result yet. */
function idIn(told: readonly unknown[], name: string, args: Record<string, unknown> | null): string | null {
  const ended = new Set(told.flatMap((one) => Result.safeParse(one).data?.tool_call_id ?? []));
  const wanted = canonicalJson(args);
  const open = told
    .flatMap((one) => Invocation.safeParse(one).data ?? [])
    .filter((one) => one.name === name && !ended.has(one.tool_call_id));
  const same = open.filter((one) => canonicalJson(argumentsOf(one.arguments)) === wanted);
  return same.at(-1)?.tool_call_id ?? null;
}

/** Any JSON: Retell makes a text of it, for the model, and reads its response variables from it. */
export function retellAnswer({ text, output }: ModelAnswer): unknown {
  if (output !== undefined) return output;
  return JSON.parse(text);
}
