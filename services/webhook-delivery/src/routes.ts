import type { RecordedLooks } from '@patchbay/audit-log';
import { type RequestRoute, routes } from '@patchbay/contracts';
import { type AnyEndpoint, endpoint } from '@patchbay/messaging';
import { traceIdOf } from '@patchbay/service-kit';
import type { z } from 'zod';

type Answer<Route extends RequestRoute> = (body: z.output<Route['request']>) => Promise<z.input<Route['response']>>;

/** Everything that the delivery of webhooks answers. */
export interface DeliveryOperations {
  readonly addSubscription: Answer<typeof routes.addSubscription>;
  readonly listSubscriptions: Answer<typeof routes.listSubscriptions>;
  readonly showSubscription: Answer<typeof routes.showSubscription>;
  readonly changeSubscription: Answer<typeof routes.changeSubscription>;
  readonly removeSubscription: Answer<typeof routes.removeSubscription>;
  readonly pauseSubscription: Answer<typeof routes.pauseSubscription>;
  readonly resumeSubscription: Answer<typeof routes.resumeSubscription>;
  readonly rotateSubscriptionKey: Answer<typeof routes.rotateSubscriptionKey>;
  readonly listWebhookEvents: Answer<typeof routes.listWebhookEvents>;
  readonly showWebhookEvent: Answer<typeof routes.showWebhookEvent>;
  readonly listDeliveries: Answer<typeof routes.listDeliveries>;
  readonly showDelivery: Answer<typeof routes.showDelivery>;
  readonly replayWebhooks: Answer<typeof routes.replayWebhooks>;
  readonly listWebhookDeadLetters: Answer<typeof routes.listWebhookDeadLetters>;
  readonly showWebhookDeadLetter: Answer<typeof routes.showWebhookDeadLetter>;
  readonly redriveWebhookDeadLetters: Answer<typeof routes.redriveWebhookDeadLetters>;
  readonly dropWebhookDeadLetters: Answer<typeof routes.dropWebhookDeadLetters>;
  readonly listHeldWebhooks: Answer<typeof routes.listHeldWebhooks>;
  readonly eraseHeldWebhooks: Answer<typeof routes.eraseHeldWebhooks>;
  readonly awaitWebhook: (
    tenant: string,
    body: z.output<typeof routes.awaitWebhook.request>,
  ) => Promise<z.input<typeof routes.awaitWebhook.response>>;
}

/** What shows a payload, or what a target answered to one: what is recorded, and about what. */
const shows = {
  showWebhookEvent: ['dev.patchbay.delivery.event_read', 'webhook_event', 'event'],
  showDelivery: ['dev.patchbay.delivery.answers_read', 'delivery', 'delivery'],
  showWebhookDeadLetter: ['dev.patchbay.delivery.answers_read', 'delivery', 'delivery'],
} as const;

export function deliveryEndpoints(operations: DeliveryOperations, looks: RecordedLooks): AnyEndpoint[] {
  const { awaitWebhook, showWebhookEvent, showDelivery, showWebhookDeadLetter, ...operators } = operations;
  const shown = <Name extends keyof typeof shows>(name: Name, answer: Answer<RequestRoute>) => {
    const [type, kind, field] = shows[name];
    return endpoint(endpointName(name), routes[name] as RequestRoute, (body, { replyTo, traceparent }) => {
      const asked = body as Readonly<Record<string, string>>;
      const target = { kind, id: asked[field] ?? 'unknown' };
      const look = { tenant: asked['tenant'] ?? '', type, target, replyTo, traceId: traceIdOf(traceparent) };
      return looks.one(look, () => answer(body));
    });
  };
  return [
    ...Object.entries(operators).map(([name, operation]) =>
      // Each operation bears its route's name and was checked against it above.
      endpoint(
        endpointName(name),
        routes[name as keyof typeof operators] as RequestRoute,
        operation as Answer<RequestRoute>,
      ),
    ),
    shown('showWebhookEvent', showWebhookEvent as Answer<RequestRoute>),
    shown('showDelivery', showDelivery as Answer<RequestRoute>),
    shown('showWebhookDeadLetter', showWebhookDeadLetter as Answer<RequestRoute>),
    endpoint('await-webhook', routes.awaitWebhook, (request, { values }) =>
      awaitWebhook(values.tenant as string, request),
    ),
  ];
}

/** `addSubscription` → `add-subscription`, as its file is named. */
function endpointName(operation: string): string {
  return operation.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
}
