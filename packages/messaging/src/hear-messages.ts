import type { NatsConnection } from '@nats-io/transport-node';
import { buildSubject } from '@patchbay/contracts';
import type { StreamMessage, SubjectValues, Subscription } from './types.ts';

/** A message as it passed by, byte for byte. */
export type HeardMessage = Pick<StreamMessage, 'subject' | 'payload' | 'header'>;

/**
 * Hears what is published on a subject while somebody listens, such as a stream's messages as they are stored. `values` may
 * leave placeholders out: those match anything. @throws PatchbayError `invalid_request` for a value that is no token.
 */
export function hearMessages(
  connection: NatsConnection,
  template: string,
  values: SubjectValues,
  onMessage: (message: HeardMessage) => void,
): Subscription {
  const subject = template.replace(/\{([a-z_]+)\}/g, (place, name: string) =>
    values[name] === undefined ? '*' : buildSubject(place, values),
  );
  const subscription = connection.subscribe(subject, {
    callback: (error, message) => {
      if (error) return;
      const { headers } = message;
      onMessage({
        subject: message.subject,
        payload: message.data,
        header: (name) => (headers?.has(name) ? headers.get(name) : null),
      });
    },
  });
  return { unsubscribe: () => subscription.unsubscribe() };
}
