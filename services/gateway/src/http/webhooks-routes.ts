import type { GatewayPorts } from './gateway-ports.ts';
import type { AnyRoute } from './http-route.ts';
import { webhookDeliveriesRoutes } from './webhook-deliveries-routes.ts';
import { webhookSourcesRoutes } from './webhook-sources-routes.ts';
import { webhookSubscriptionsRoutes } from './webhook-subscriptions-routes.ts';

/** Webhooks that vendors send to a tenant: where they come in, what came, and who gets it. */
export function webhooksRoutes(ports: GatewayPorts): AnyRoute[] {
  return [...webhookSourcesRoutes(ports), ...webhookSubscriptionsRoutes(ports), ...webhookDeliveriesRoutes(ports)];
}
