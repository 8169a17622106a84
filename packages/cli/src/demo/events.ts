/** State of a call on the screen. The five last are the executor's. */
export type CallState = 'waiting' | 'running' | 'succeeded' | 'failed' | 'refused' | 'cancelled' | 'outcome_unknown';

/** What happens in the conversation, as it happens. With --json each is one line. */
export type DemoEvent =
  | { readonly event: 'starting'; readonly message: string }
  | { readonly event: 'scene'; readonly scene: string; readonly title: string; readonly caller: string }
  /** The calls that the next `call` events are about, in the order shown. */
  | { readonly event: 'calls'; readonly scene: string; readonly tools: readonly string[] }
  | {
      readonly event: 'call';
      readonly scene: string;
      /** Place in `calls`. */
      readonly index: number;
      readonly tool: string;
      readonly state: CallState;
      /** Milliseconds as the agent measured them; null while it runs. */
      readonly latency_ms: number | null;
      readonly execution_id: string | null;
      /** What came back, or why not. */
      readonly detail: string;
    }
  | {
      readonly event: 'result';
      readonly scene: string;
      readonly ok: boolean;
      readonly message: string;
      readonly measured: Readonly<Record<string, number>>;
    }
  | {
      readonly event: 'summary';
      readonly ok: boolean;
      readonly session: string;
      readonly executions: readonly {
        readonly execution_id: string;
        readonly tool: string;
        readonly status: string;
        readonly audit: readonly string[];
      }[];
    };

export type Tell = (event: DemoEvent) => void;
