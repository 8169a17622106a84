import { signals } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import type { OpenChunks } from '../operations/ports.ts';

/** Chunks to the caller's own inbox, and its credit from the execution's own subject. */
export function createNatsChunks(messaging: Messaging): OpenChunks {
  return {
    open(tenant, executionId, replyTo, { credit, gone }) {
      // Before the first chunk, so that no credit for it can be missed.
      const credits = messaging.listenSignal(signals.streamCredit, { tenant, execution: executionId }, credit);
      const stream = messaging.openReplyStream(replyTo, gone);
      return {
        send: (chunk) => stream.send(chunk),
        close() {
          credits.unsubscribe();
          stream.close();
        },
      };
    },
  };
}
