import { buildSubject, type DeliveredEvent, defaultAwaitMs, events, routes } from '@patchbay/contracts';
import type { z } from 'zod';
import type { AgentTransport } from '../agent-transport.ts';

type AwaitRequest = z.input<typeof routes.awaitWebhook.request>;

/** What a session waits for: `timeoutMs` is at most a day, default ten minutes. */
export interface ExpectedWebhook extends Omit<AwaitRequest, 'timeout_ms'> {
  readonly timeoutMs?: number;
}

/** A webhook that a session waits for. */
export interface AwaitedWebhook {
  readonly subscription: string;
  readonly expiresAt: string;
  /** The event; null when none came in time, or after `stop`. */
  readonly event: Promise<DeliveredEvent | null>;
  /** Waits no longer. An event that comes after is for nobody. */
  stop(): void;
}

/** Milliseconds past its time in which the event may still arrive. */
const graceMs = 1_000;

/**
 * Begins to wait for one webhook in a session's name, such as the callback of an async tool. It counts from when this
 * resolves: begin before what will cause the webhook. @throws PatchbayError when the wait could not be begun.
 */
export async function awaitWebhook(
  messaging: AgentTransport,
  tenant: string,
  { timeoutMs = defaultAwaitMs, ...expected }: ExpectedWebhook,
): Promise<AwaitedWebhook> {
  const place = { tenant, session: expected.session };
  // A session's name that is none would listen elsewhere.
  buildSubject(events.sessionWebhook.subject, place);
  const early: DeliveredEvent[] = [];
  const came = Promise.withResolvers<DeliveredEvent | null>();
  let wanted: string | null = null;
  const heard = messaging.subscribeEvent(events.sessionWebhook, place, (delivered) => {
    // It may be here before the answer that says what it is called.
    if (wanted === null) early.push(delivered);
    else if (delivered.subscription === wanted) came.resolve(delivered);
  });
  try {
    await messaging.flush();
    const begun = await messaging.request(routes.awaitWebhook, { tenant }, { ...expected, timeout_ms: timeoutMs });
    wanted = begun.subscription;
    const timer = setTimeout(() => came.resolve(null), timeoutMs + graceMs);
    const found = early.find(({ subscription }) => subscription === wanted);
    if (found !== undefined) came.resolve(found);
    const event = came.promise.finally(() => {
      clearTimeout(timer);
      heard.unsubscribe();
    });
    return {
      subscription: begun.subscription,
      expiresAt: begun.expires_at,
      event,
      stop: () => came.resolve(null),
    };
  } catch (error) {
    heard.unsubscribe();
    throw error;
  }
}
