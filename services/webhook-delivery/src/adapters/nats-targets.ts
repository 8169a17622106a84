import { type EventRoute, events, headers, maxMessageBytes } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import { deliveredEvent } from '../domain/delivered-event.ts';
import { type Attempt, failedOfOurs, outcomeOf, type SendToTarget, succeeded } from '../operations/targets.ts';

type Tell = Pick<Messaging, 'publishHeard'>;

/** Brings events to whoever listens on a subject of the tenant's agents. An attempt that nobody hears has failed. */
export function createNatsTarget(messaging: Tell): SendToTarget {
  return (attempt) => {
    const { tenant, id, target } = attempt.subscription;
    const name = (target.kind === 'nats' ? target.subject_name : undefined) ?? id;
    return tell(messaging, events.webhookDelivered, { tenant, name }, attempt);
  };
}

/** Brings an event to the session that waits for it. */
export function createSessionTarget(messaging: Tell): SendToTarget {
  return (attempt) => {
    const { tenant, target } = attempt.subscription;
    if (target.kind !== 'session') throw new TypeError('not a session target');
    return tell(messaging, events.sessionWebhook, { tenant, session: target.session }, attempt);
  };
}

async function tell(
  messaging: Tell,
  route: EventRoute,
  values: Readonly<Record<string, string>>,
  { subscription, delivery, view, payload, traceparent }: Attempt,
) {
  const body = deliveredEvent(
    { delivery, subscription: subscription.id },
    view,
    { bytes: payload.byteLength, base64: () => Buffer.from(payload).toString('base64') },
    maxMessageBytes,
  );
  let heard: boolean;
  try {
    heard = await messaging.publishHeard(route, values, body, { [headers.traceparent]: traceparent });
  } catch {
    return failedOfOurs('NATS took no event at the moment.', { errorCode: 'overloaded' });
  }
  return heard
    ? succeeded()
    : outcomeOf({ outcome: 'failed', another: 'again', message: 'Nobody listens on the subject.' });
}
