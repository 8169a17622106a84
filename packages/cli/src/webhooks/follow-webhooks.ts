import { setTimeout as delay } from 'node:timers/promises';
import { PatchbayError, type WebhookEventFilter, type WebhookEventSummary } from '@patchbay/contracts';
import type { ArrivedWebhook, WebhookEventsAdmin } from '@patchbay/sdk';
import { onInterrupt } from '../on-interrupt.ts';
import { readEvents } from './read-events.ts';

export interface Following {
  /** Times in it are left out: it is about what comes. */
  readonly filter: Pick<WebhookEventFilter, 'source' | 'types' | 'text'>;
  /** Called with one event after another. */
  readonly onWebhook: (arrived: ArrivedWebhook) => Promise<void> | void;
  /** The connection was lost, and so many events came meanwhile. */
  readonly onGap: (missed: number) => void;
  readonly interrupt: AbortSignal;
  /** Called once, when events are heard. */
  readonly onReady?: () => Promise<void>;
}

/** Ids that are remembered, so that none comes twice. */
const maxSeen = 20_000;
/** An event may be stored that much after its time, in milliseconds. */
const settlingMs = 30_000;
const tryAgainMs = 1_000;

/**
 * Webhook events as they come, each once, until Ctrl-C. What comes while the connection is lost is read from the stream
 * once it is back.
 */
export async function followWebhooks(events: WebhookEventsAdmin, following: Following): Promise<void> {
  const { filter, onWebhook, onGap, interrupt } = following;
  const seen = new Set<string>();
  const began = Date.now();
  let newest = began;
  const ended = Promise.withResolvers<void>();
  let work = Promise.resolve();
  const inTurn = (step: () => Promise<void> | void) => {
    work = work.then(() => (interrupt.aborted ? undefined : step()));
    work.catch(ended.reject);
  };
  const take = ({ event, payload }: ArrivedWebhook) => {
    newest = Math.max(newest, Date.parse(event.received_at));
    return onWebhook({ event, payload });
  };

  /** What was stored and not heard, oldest first. */
  async function catchUp(): Promise<void> {
    const from = new Date(Math.max(began, newest - settlingMs)).toISOString();
    const missed = (await eventsSince(events, filter, from, interrupt)).filter(({ id }) => isNew(seen, id));
    if (interrupt.aborted) return;
    onGap(missed.length);
    for (const { id } of missed) {
      const { event, body } = await events.show(id);
      await take({ event, payload: body });
    }
  }

  const stop = events.listen({
    ...(filter.source !== undefined && { source: filter.source }),
    onWebhook(arrived) {
      if (fits(filter, arrived)) inTurn(() => (isNew(seen, arrived.event.id) ? take(arrived) : undefined));
    },
    onGap: () => inTurn(catchUp),
  });
  const forget = onInterrupt(interrupt, ended.resolve);
  try {
    await following.onReady?.();
    await ended.promise;
  } finally {
    forget();
    stop();
  }
}

function isNew(seen: Set<string>, id: string): boolean {
  if (seen.has(id)) return false;
  seen.add(id);
  const [oldest] = seen;
  if (seen.size > maxSeen && oldest !== undefined) seen.delete(oldest);
  return true;
}

/** Oldest first. Tries until the service answers: it may come back later than NATS. */
async function eventsSince(
  events: WebhookEventsAdmin,
  filter: Following['filter'],
  from: string,
  interrupt: AbortSignal,
): Promise<WebhookEventSummary[]> {
  for (;;) {
    try {
      return (await readEvents(events, { ...filter, from })).events.reverse();
    } catch (error) {
      const passes = error instanceof PatchbayError && (error.body.retryable || error.code === 'deadline_exceeded');
      if (!passes) throw error;
    }
    const waited = await delay(tryAgainMs, true, { signal: interrupt }).catch(() => false);
    if (!waited) return [];
  }
}

/** As the list's filter decides it. */
function fits({ types, text }: Following['filter'], { event, payload }: ArrivedWebhook): boolean {
  const typed = types === undefined || types.some((pattern) => typePattern(pattern).test(event.type));
  return typed && (text === undefined || Buffer.from(payload).includes(text));
}

function typePattern(pattern: string): RegExp {
  return new RegExp(`^${pattern.replace(/[^A-Za-z0-9*]/g, '\\$&').replaceAll('*', '.*')}$`, 's');
}
