import type { ModelAnswer, ModelCall } from '@patchbay/sdk';
import { z } from 'zod';
import { argumentsOf } from './voice-terms.ts';

/** Milliseconds that a turn of a Realtime session is answered within; the API itself sets no limit. */
export const openAiTimeoutMs = 20_000;

/** An output item that is a call (`RealtimeConversationItemFunctionCall`). */
const FunctionCall = z.looseObject({
  type: z.literal('function_call'),
  call_id: z.string().min(1).max(500),
  name: z.string(),
  arguments: z.unknown().optional(),
  status: z.string().optional(),
});

/** A server event of a Realtime session (https://platform.openai.com/docs/api-reference/realtime-server-events). */
export const RealtimeEvent = z.looseObject({
  type: z.string(),
  call_id: z.string().min(1).max(500).optional(),
  name: z.string().optional(),
  arguments: z.unknown().optional(),
  item: z.unknown().optional(),
  response: z
    .looseObject({ conversation_id: z.string().nullable().optional(), output: z.array(z.unknown()).optional() })
    .optional(),
});
export type RealtimeEvent = z.infer<typeof RealtimeEvent>;

/** Client events to send, in this order. */
export const RealtimeAnswer = z.object({ events: z.array(z.looseObject({ type: z.string() })) });

/** The calls that an event holds; none in one that is about something else. */
export function callsOfRealtime(event: RealtimeEvent): ModelCall[] {
  switch (event.type) {
    case 'response.function_call_arguments.done':
      return callsIn([{ ...event, type: 'function_call' }]);
    case 'response.output_item.done':
      return callsIn([event.item]);
    case 'response.done':
      return callsIn(event.response?.output ?? []);
    default:
      return [];
  }
}

function callsIn(items: readonly unknown[]): ModelCall[] {
  return items.flatMap((item) => {
    const { data } = FunctionCall.safeParse(item);
    // A response that was interrupted can end within the arguments of a call.
    if (data === undefined || data.status === 'incomplete') return [];
    return [{ id: data.call_id, name: data.name, arguments: argumentsOf(data.arguments) }];
  });
}

export function realtimeAnswer(answers: readonly ModelAnswer[]): z.input<typeof RealtimeAnswer> {
  const outputs = answers.map(({ id, text }) => ({
    type: 'conversation.item.create',
    item: { type: 'function_call_output', call_id: id, output: text },
  }));
  return { events: outputs.length === 0 ? [] : [...outputs, { type: 'response.create' }] };
}
