export type LiveTopic = 'executions' | 'circuits' | 'webhooks';
export interface LiveEvent {
  readonly type: string;
  readonly time: string;
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>> | null;
}
export type LiveServerMessage =
  | { readonly kind: 'ready'; readonly topics: readonly LiveTopic[]; readonly beat_ms: number }
  | { readonly kind: 'subscribed'; readonly topic: LiveTopic; readonly cursor: string; readonly gap: unknown }
  | { readonly kind: 'gap'; readonly topic: LiveTopic }
  | {
      readonly kind: 'events';
      readonly topic: LiveTopic;
      readonly events: readonly { readonly cursor: string; readonly event: LiveEvent }[];
    }
  | { readonly kind: 'beat' };
