import { auditHeaders, streams } from '@patchbay/contracts';
import type { BatchVerdict, Messaging, StreamMessage } from '@patchbay/messaging';
import type { ReceivedMessage } from '../domain/check-message.ts';
import type { VerifyAuditPorts } from '../operations/verify-audit.ts';

/** Hands batches of a stream to the operation that stores them. */
export function toStreamHandler(
  store: (messages: readonly ReceivedMessage[]) => Promise<BatchVerdict>,
): (messages: readonly StreamMessage[]) => Promise<BatchVerdict> {
  return (messages) => store(messages.map(toReceivedMessage));
}

/** A message with the headers that prove it. */
function toReceivedMessage(message: StreamMessage): ReceivedMessage {
  return {
    subject: message.subject,
    payload: message.payload,
    sequence: message.sequence,
    producer: message.header(auditHeaders.producer),
    mac: message.header(auditHeaders.mac),
  };
}

/** A tenant's messages in the order of stream `AUDIT`, with payloads, and where each page ends. */
export function readTenantMessages(messaging: Pick<Messaging, 'readStream'>): VerifyAuditPorts['readMessages'] {
  return async function* (tenant, after, pageRows) {
    const filter = `audit.v1.${tenant}.*`;
    const pages = messaging.readStream(streams.audit.name, { filter, after, pageRows, mayRemove: false });
    for await (const { messages, left } of pages) yield { messages: messages.map(toReceivedMessage), left };
  };
}
