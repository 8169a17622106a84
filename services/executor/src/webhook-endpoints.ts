import { routes } from '@patchbay/contracts';
import { type AnyEndpoint, endpoint, type RequestContext } from '@patchbay/messaging';
import { childTraceparent, traceIdOf } from '@patchbay/service-kit';
import type { WebhookCall } from './operations/webhooks/call-vendor.ts';
import { createFindWebhooks } from './operations/webhooks/find-webhooks.ts';
import { createRegisterWebhook, type RegisterWebhookPorts } from './operations/webhooks/register-webhook.ts';
import { createRemoveWebhook } from './operations/webhooks/remove-webhook.ts';

/** What the executor does for the ingress at vendors. */
export function webhookEndpoints(ports: RegisterWebhookPorts): AnyEndpoint[] {
  const [register, find, remove] = [
    createRegisterWebhook(ports),
    createFindWebhooks(ports),
    createRemoveWebhook(ports),
  ];
  return [
    endpoint('register-webhook', routes.registerWebhook, (body, context) => register(body, callOf(context))),
    endpoint('find-webhooks', routes.findWebhooks, (body, context) => find(body, callOf(context))),
    endpoint('remove-webhook', routes.removeWebhook, (body, context) => remove(body, callOf(context))),
  ];
}

function callOf({ receivedAt, traceparent }: RequestContext): WebhookCall {
  const own = childTraceparent(traceparent);
  return { receivedAt, traceparent: own, traceId: traceIdOf(own) };
}
