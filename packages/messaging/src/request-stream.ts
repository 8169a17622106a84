import { createInbox, headers, type NatsConnection } from '@nats-io/transport-node';
import {
  buildSubject,
  headers as headerNames,
  maxMessageBytes,
  PatchbayError,
  type RequestRoute,
} from '@patchbay/contracts';
import type { z } from 'zod';
import { requestFailure, tooLarge } from './failures.ts';
import { decodeJson } from './json.ts';
import { isNoResponders } from './reply-stream.ts';
import { encodeBody, readFailure, unavailableCode } from './request.ts';
import type { StreamedRequestOptions, SubjectValues, Subscription } from './types.ts';

/**
 * Sends a request that is answered by several messages on an inbox of its own, in the order they were sent. Nothing is
 * thrown: what goes wrong comes to `onFailure`, once, after which there are no more messages. Unsubscribing tells the
 * server that nobody is here any more.
 */
export function requestStream<Route extends RequestRoute>(
  connection: NatsConnection,
  inboxPrefix: string,
  route: Route,
  values: SubjectValues,
  body: z.input<Route['request']>,
  options: StreamedRequestOptions,
): Subscription {
  const inbox = createInbox(inboxPrefix);
  let over = false;
  const subscription = connection.subscribe(inbox, {
    callback: (error, message) => {
      if (over) return;
      // Somebody asked whether we are here.
      if (error === null && message.data.byteLength === 0 && !isNoResponders(message)) return;
      const failure = error
        ? requestFailure(error, unavailableCode[route.owner])
        : isNoResponders(message)
          ? new PatchbayError(unavailableCode[route.owner], {
              message: 'No process serves this request at the moment.',
            })
          : readFailure(message);
      if (failure !== null) fail(failure);
      else options.onMessage(decodeJson(message.data), message.data.byteLength);
    },
  });
  const timer = setTimeout(
    () => fail(new PatchbayError('deadline_exceeded', { message: 'No answer came in time.' })),
    options.timeoutMs,
  );

  function stop(): void {
    over = true;
    clearTimeout(timer);
    subscription.unsubscribe();
  }

  function fail(failure: PatchbayError): void {
    if (over) return;
    stop();
    options.onFailure(failure);
  }

  try {
    const payload = encodeBody(body);
    if (payload.length > maxMessageBytes) throw tooLarge();
    const head = headers();
    head.set(headerNames.budgetMs, String(Math.max(1, Math.ceil(options.timeoutMs))));
    // As long as we are subscribed there.
    head.set(headerNames.presence, inbox);
    if (options.traceparent !== undefined) head.set(headerNames.traceparent, options.traceparent);
    connection.publish(buildSubject(route.subject, values), payload, { reply: inbox, headers: head });
  } catch (error) {
    // Not before the caller has the subscription in hand.
    queueMicrotask(() => fail(requestFailure(error, unavailableCode[route.owner])));
  }
  // The connection's end ends the subscription; a reconnect does not.
  void subscription.closed.then(() =>
    fail(new PatchbayError('outcome_unknown', { message: 'The connection ended before an answer came.' })),
  );
  return { unsubscribe: stop };
}
