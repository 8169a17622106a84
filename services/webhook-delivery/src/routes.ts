import { type RequestRoute, routes } from '@patchbay/contracts';
import { type AnyEndpoint, endpoint } from '@patchbay/messaging';
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

export function deliveryEndpoints(operations: DeliveryOperations): AnyEndpoint[] {
  const { awaitWebhook, ...operators } = operations;
  return [
    ...Object.entries(operators).map(([name, operation]) =>
      // Each operation bears its route's name and was checked against it above.
      endpoint(
        endpointName(name),
        routes[name as keyof typeof operators] as RequestRoute,
        operation as Answer<RequestRoute>,
      ),
    ),
    endpoint('await-webhook', routes.awaitWebhook, (request, { values }) =>
      awaitWebhook(values.tenant as string, request),
    ),
  ];
}

/** `addSubscription` → `add-subscription`, as its file is named. */
function endpointName(operation: string): string {
  return operation.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
}
