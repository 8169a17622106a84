import type { WebhookEvent } from '@patchbay/contracts';
import { keysOf } from './event-facts.ts';
import type { Report } from './ports.ts';

/** An event that the stream has, as its further copies are told by. */
export interface RememberedEvent {
  readonly keys: readonly string[];
  readonly eventId: string;
  /** Milliseconds for which it still counts. */
  readonly forMs: number;
}

/** What Redis knows of events that were persisted. Each rejects when it is away. */
export interface ClaimMemory {
  remember(events: readonly RememberedEvent[]): Promise<void>;
  /** Whether the claims of the whole window are there: false once Redis has lost its memory. */
  isComplete(): Promise<boolean>;
  markComplete(): Promise<void>;
}

/** The stream `WEBHOOKS`, read for what its headers say. */
export interface ReadHistory {
  /** Events stored from a point in time on, some at a time. */
  since(time: Date): AsyncIterable<readonly WebhookEvent[]>;
}

export interface RebuildClaimsPorts {
  readonly memory: ClaimMemory;
  readonly history: ReadHistory;
  /** Hours in which a second copy of a source's event is the same event. */
  readonly windowHours: (source: string, scheme: string) => number;
  /** Hours of the longest window of all. */
  readonly longestWindowHours: () => number;
  readonly report: Report;
  readonly now: () => number;
}

export interface RebuildClaims {
  /** Reads what was persisted from then on, or within the whole window when Redis has lost its memory. One at a time. */
  run(since: number): Promise<void>;
  /** Until it is not, a copy of an event from before is told by the stream's own window alone. */
  readonly running: boolean;
  stop(): void;
}

const hourMs = 3_600_000;
/** As long as the stream keeps events, in hours. */
const historyHours = 336;
/** Milliseconds before another try; doubled each time, up to the longest. */
const retryMs = { first: 1_000, longest: 60_000 };

/**
 * Makes the memory of persisted events whole again out of the stream: after Redis was away or lost it, and after an ingress
 * was killed between publish and promote.
 */
export function createRebuildClaims(ports: RebuildClaimsPorts): RebuildClaims {
  const { memory, history, report, now } = ports;
  let wanted: number | null = null;
  let running: Promise<void> | null = null;
  let stopped = false;

  async function pass(since: number): Promise<void> {
    const complete = await memory.isComplete();
    const windowMs = Math.min(ports.longestWindowHours(), historyHours) * hourMs;
    const from = complete ? Math.max(since, now() - windowMs) : now() - windowMs;
    if (!complete)
      report('warn', 'Redis has no memory of webhook events: it is read from the stream', { hours: windowMs / hourMs });
    let events = 0;
    for await (const some of history.since(new Date(from))) {
      const remembered = some.flatMap((event) => remember(ports, event));
      await memory.remember(remembered);
      events += remembered.length;
    }
    if (!complete) await memory.markComplete();
    report('info', 'webhook events of the stream are remembered', { events, since: new Date(from).toISOString() });
  }

  async function runAll(): Promise<void> {
    let pauseMs = retryMs.first;
    while (wanted !== null && !stopped) {
      const since = wanted;
      wanted = null;
      try {
        await pass(since);
      } catch (error) {
        if (stopped) return;
        report('warn', 'the memory of webhook events could not be made whole', { err: error });
        wanted = Math.min(since, wanted ?? since);
        await new Promise((resolve) => setTimeout(resolve, pauseMs).unref());
        pauseMs = Math.min(2 * pauseMs, retryMs.longest);
      }
    }
  }

  return {
    get running() {
      return running !== null;
    },
    run(since) {
      wanted = Math.min(since, wanted ?? since);
      running ??= runAll().finally(() => {
        running = null;
      });
      return running;
    },
    stop() {
      stopped = true;
    },
  };
}

function remember({ windowHours, now }: RebuildClaimsPorts, event: WebhookEvent): RememberedEvent[] {
  const { dedup_key, guard_key, tenant, source, scheme, id } = event;
  if (dedup_key === null) return [];
  const forMs = Date.parse(event.received_at) + windowHours(source, scheme) * hourMs - now();
  return forMs <= 0 ? [] : [{ keys: keysOf({ tenant, id: source }, { dedup_key, guard_key }), eventId: id, forMs }];
}
