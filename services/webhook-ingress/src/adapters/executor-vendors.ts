import { routes } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import type { VendorWebhooks } from '../operations/upstream/vendor-port.ts';

/** Milliseconds that a vendor has to register, and to list or remove. With both ways there they fit into our own answer. */
const registerMs = 12_000;
const otherMs = 5_000;
/** What the executor needs beside. */
const slackMs = 1_000;

/** Webhooks at vendors, as executors carry them out. */
export function createExecutorVendors(messaging: Pick<Messaging, 'request'>): VendorWebhooks {
  return {
    register: (request) =>
      messaging.request(
        routes.registerWebhook,
        {},
        { ...request, deadline_ms: registerMs },
        { timeoutMs: registerMs + slackMs },
      ),
    find: (request) =>
      messaging.request(
        routes.findWebhooks,
        {},
        { ...request, deadline_ms: otherMs },
        { timeoutMs: otherMs + slackMs },
      ),
    remove: (request) =>
      messaging.request(
        routes.removeWebhook,
        {},
        { ...request, deadline_ms: otherMs },
        { timeoutMs: otherMs + slackMs },
      ),
  };
}
