import type { ModelAnswer } from './model-answer.ts';

/** Client event of a Realtime session (`ConversationItemCreateEvent`). A `response.create` has to follow the last of a turn. */
export interface RealtimeOutputEvent {
  type: 'conversation.item.create';
  item: { type: 'function_call_output'; call_id: string; output: string };
}

export function realtimeOutput({ id, text }: ModelAnswer): RealtimeOutputEvent {
  return {
    type: 'conversation.item.create',
    item: { type: 'function_call_output', call_id: id, output: text },
  };
}
