import { headers, type Msg, type NatsConnection } from '@nats-io/transport-node';
import {
  buildSubject,
  type EventRoute,
  headers as headerNames,
  maxMessageBytes,
  PatchbayError,
  parseSubject,
  wildcardSubject,
} from '@patchbay/contracts';
import type { z } from 'zod';
import { tooLarge } from './failures.ts';
import type { HeardPublishes } from './heard-publish.ts';
import { decodeJson } from './json.ts';
import type { SubjectValues, Subscription } from './types.ts';

/** Publishes an event without waiting. Nothing is thrown for a closed connection: events are best effort. */
export function publishEvent<Route extends EventRoute>(
  connection: NatsConnection,
  route: Route,
  values: SubjectValues,
  body: z.input<Route['body']>,
  traceparent?: string,
): void {
  const payload = JSON.stringify(body);
  if (connection.isClosed() || payload.length > (connection.info?.max_payload ?? maxMessageBytes)) return;
  const subject = buildSubject(route.subject, values);
  if (traceparent === undefined) return connection.publish(subject, payload);
  const head = headers();
  head.set(headerNames.traceparent, traceparent);
  connection.publish(subject, payload, { headers: head });
}

/** As `publishEvent`, of bytes that are ready; settles when the server has it, and says whether anybody was subscribed. */
export async function publishHeard(
  connection: NatsConnection,
  heard: HeardPublishes,
  route: EventRoute,
  values: SubjectValues,
  payload: Uint8Array | string,
  named?: Readonly<Record<string, string>>,
): Promise<boolean> {
  const subject = buildSubject(route.subject, values);
  if (Buffer.byteLength(payload) > (connection.info?.max_payload ?? maxMessageBytes)) throw tooLarge();
  try {
    return await heard.publish(subject, payload, named);
  } catch (cause) {
    throw new PatchbayError('overloaded', { message: 'NATS could not be told of an event.', cause });
  }
}

/** `values` may leave placeholders out: those match anything. Messages that do not follow the contract are dropped. */
export function subscribeEvent<Route extends EventRoute>(
  connection: NatsConnection,
  route: Route,
  values: SubjectValues,
  onEvent: (body: z.output<Route['body']>, values: SubjectValues) => void,
): Subscription {
  const subject = wildcardSubject(
    Object.entries(values).reduce((text, [name, value]) => text.replace(`{${name}}`, value), route.subject),
  );
  const subscription = connection.subscribe(subject, {
    callback: (error, message) => {
      if (error) return;
      const parsed = parseEvent(route, message);
      if (parsed !== undefined) onEvent(parsed, parseSubject(route.subject, message.subject) ?? {});
    },
  });
  return { unsubscribe: () => subscription.unsubscribe() };
}

/** Publishes an event that several processes may answer, and gathers what comes within the time. */
export async function askAll<Route extends EventRoute, Answer extends z.ZodType>(
  connection: NatsConnection,
  route: Route,
  values: SubjectValues,
  body: z.input<Route['body']>,
  answer: Answer,
  options: { timeoutMs: number; enough?: (answers: z.output<Answer>[]) => boolean },
): Promise<z.output<Answer>[]> {
  const answers: z.output<Answer>[] = [];
  const messages = await connection.requestMany(buildSubject(route.subject, values), JSON.stringify(body), {
    strategy: 'timer',
    maxWait: options.timeoutMs,
  });
  try {
    for await (const message of messages) {
      const parsed = answer.safeParse(decodeJson(message.data));
      if (parsed.success) answers.push(parsed.data);
      if (options.enough?.(answers)) break;
    }
  } catch {
    // Nobody listens: no answers.
  }
  return answers;
}

/** Answers `askAll`. A null answer stays silent, and so does a failure: the asker's time limit speaks for it. */
export function answerEvent<Route extends EventRoute>(
  connection: NatsConnection,
  route: Route,
  onEvent: (body: z.output<Route['body']>) => Promise<unknown | null>,
): Subscription {
  const subscription = connection.subscribe(wildcardSubject(route.subject), {
    callback: (error, message) => {
      if (error) return;
      const parsed = parseEvent(route, message);
      if (parsed === undefined) return;
      onEvent(parsed).then(
        (result) => result !== null && message.respond(JSON.stringify(result)),
        () => {},
      );
    },
  });
  return { unsubscribe: () => subscription.unsubscribe() };
}

function parseEvent<Route extends EventRoute>(route: Route, message: Msg): z.output<Route['body']> | undefined {
  const parsed = route.body.safeParse(decodeJson(message.data));
  return parsed.success ? (parsed.data as z.output<Route['body']>) : undefined;
}
