import type { NatsConnection } from '@nats-io/transport-node';
import { buildSubject, type SignalRoute } from '@patchbay/contracts';
import type { z } from 'zod';
import { decodeJson } from './json.ts';
import type { SubjectValues, Subscription } from './types.ts';

/** Sends a signal without waiting. Nothing is thrown for a closed connection: whoever waits for it has a time limit. */
export function sendSignal<Route extends SignalRoute>(
  connection: NatsConnection,
  route: Route,
  values: SubjectValues,
  body: z.input<Route['body']>,
): void {
  if (!connection.isClosed()) connection.publish(buildSubject(route.subject, values), JSON.stringify(body));
}

/** Listens for the signals of one subject, all of its placeholders filled. What does not follow the contract is dropped. */
export function listenSignal<Route extends SignalRoute>(
  connection: NatsConnection,
  route: Route,
  values: SubjectValues,
  onSignal: (body: z.output<Route['body']>) => void,
): Subscription {
  const subscription = connection.subscribe(buildSubject(route.subject, values), {
    callback: (error, message) => {
      if (error) return;
      const parsed = route.body.safeParse(decodeJson(message.data));
      if (parsed.success) onSignal(parsed.data as z.output<Route['body']>);
    },
  });
  return { unsubscribe: () => subscription.unsubscribe() };
}
