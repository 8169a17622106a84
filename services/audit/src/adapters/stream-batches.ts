import { auditHeaders } from '@patchbay/contracts';
import type { BatchVerdict, StreamMessage } from '@patchbay/messaging';
import type { ReceivedMessage } from '../domain/check-message.ts';

/** Hands batches of a stream to the operation that stores them. */
export function toStreamHandler(
  store: (messages: readonly ReceivedMessage[]) => Promise<BatchVerdict>,
): (messages: readonly StreamMessage[]) => Promise<BatchVerdict> {
  return (messages) => store(messages.map(toReceivedMessage));
}

function toReceivedMessage(message: StreamMessage): ReceivedMessage {
  return {
    subject: message.subject,
    payload: message.payload,
    sequence: message.sequence,
    producer: message.header(auditHeaders.producer),
    mac: message.header(auditHeaders.mac),
  };
}
