/** Header names of ours. The deadline is a budget in milliseconds from receipt, so that clocks need not agree. */
export const headers = {
  budgetMs: 'Patchbay-Budget-Ms',
  traceparent: 'traceparent',
  /** A subject below the caller's own inbox that it stays subscribed to: when nobody is there, the caller is gone. */
  presence: 'Patchbay-Presence',
  /** In a request: its sender wants to hear that it is worked on. In an empty message to the reply subject: it is. */
  alive: 'Patchbay-Alive',
} as const;
