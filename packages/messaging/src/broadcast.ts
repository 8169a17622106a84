import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { type BroadcastRoute, buildSubject, inboxPrefixOf } from '@patchbay/contracts';
import type { z } from 'zod';
import { decodeJson } from './json.ts';
import type { Subscription } from './types.ts';

/** Asks every process and gathers the answers that come within the route's time. None is an empty list. */
export async function askEvery<Route extends BroadcastRoute>(
  connection: NatsConnection,
  route: Route,
  body: z.input<Route['request']>,
): Promise<z.output<Route['response']>[]> {
  const answers: z.output<Route['response']>[] = [];
  const messages = await connection.requestMany(buildSubject(route.subject), JSON.stringify(body), {
    strategy: 'timer',
    maxWait: route.gatherMs,
  });
  try {
    for await (const message of messages) {
      const parsed = route.response.safeParse(decodeJson(message.data));
      if (parsed.success) answers.push(parsed.data as z.output<Route['response']>);
    }
  } catch {
    // Nobody listens: no answers.
  }
  return answers;
}

/** Answers `askEvery` for this process. A failure is reported and stays unanswered. */
export function answerBroadcast<Route extends BroadcastRoute>(
  connection: NatsConnection,
  route: Route,
  onAsked: (body: z.output<Route['request']>) => z.input<Route['response']>,
  onError: (error: unknown) => void,
): Subscription {
  const subscription = connection.subscribe(route.subject, {
    callback: (error, message) => {
      if (error || !isFromCaller(route, message)) return;
      try {
        const parsed = route.request.safeParse(decodeJson(message.data));
        if (parsed.success) message.respond(JSON.stringify(onAsked(parsed.data as z.output<Route['request']>)));
      } catch (failure) {
        onError(failure);
      }
    },
  });
  return { unsubscribe: () => subscription.unsubscribe() };
}

/** An answer goes to the inboxes of those who may ask and nowhere else: see inboxPrefixOf. */
function isFromCaller(route: BroadcastRoute, { reply }: Msg): boolean {
  return route.callers.some((caller) => reply?.startsWith(`${inboxPrefixOf(caller)}.`) === true);
}
