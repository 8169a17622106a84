import { createInbox, type Msg, type NatsConnection } from '@nats-io/transport-node';
import type { ReplyStream } from './types.ts';

/** What the server answers, in a header, to a message that nobody is subscribed to. */
const noResponders = 503;

/**
 * Sends any number of messages to the inbox of a request that is being answered. Each names an inbox of ours as its reply
 * subject, to which nobody may write but the server itself: it says there that the caller is gone.
 */
export function openReplyStream(
  connection: NatsConnection,
  inboxPrefix: string,
  replyTo: string,
  onGone: () => void,
): ReplyStream {
  const inbox = createInbox(inboxPrefix);
  const subscription = connection.subscribe(inbox, {
    callback: (error, message) => {
      if (error || isNoResponders(message)) onGone();
    },
  });
  return {
    send(body) {
      const payload = Buffer.from(JSON.stringify(body));
      if (connection.isClosed()) onGone();
      else connection.publish(replyTo, payload, { reply: inbox });
      return payload.byteLength;
    },
    close: () => subscription.unsubscribe(),
  };
}

export function isNoResponders(message: Msg): boolean {
  return message.data.byteLength === 0 && message.headers?.code === noResponders;
}
