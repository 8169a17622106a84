import { analyticsRoutes } from './http/analytics-routes.ts';
import { auditExportsRoutes } from './http/audit-exports-routes.ts';
import { auditLogRoutes } from './http/audit-log-routes.ts';
import { auditRetentionRoutes } from './http/audit-retention-routes.ts';
import { auditRoutes } from './http/audit-routes.ts';
import { auditSinksRoutes } from './http/audit-sinks-routes.ts';
import { connectionsRoutes } from './http/connections-routes.ts';
import { executionsRoutes } from './http/executions-routes.ts';
import type { GatewayPorts } from './http/gateway-ports.ts';
import type { AnyRoute } from './http/http-route.ts';
import { integrationsRoutes } from './http/integrations-routes.ts';
import { issuersRoutes } from './http/issuers-routes.ts';
import { keysRoutes } from './http/keys-routes.ts';
import { meRoutes } from './http/me-routes.ts';
import { metricsRoutes } from './http/metrics-routes.ts';
import { approvalsRoutes, policiesRoutes } from './http/policies-routes.ts';
import { privacyPolicyRoutes } from './http/privacy-policy-routes.ts';
import { subjectsRoutes } from './http/subjects-routes.ts';
import { tenantsRoutes } from './http/tenants-routes.ts';
import { toolsRoutes } from './http/tools-routes.ts';
import { toolsetsRoutes } from './http/toolsets-routes.ts';
import { voiceRoutes } from './http/voice-routes.ts';
import { webhooksRoutes } from './http/webhooks-routes.ts';

/** Every route of the gateway over HTTP, area by area. Whatever is not here is not served. */
export function gatewayRoutes(ports: GatewayPorts): AnyRoute[] {
  return [
    ...toolsRoutes(ports),
    ...toolsetsRoutes(ports),
    ...executionsRoutes(ports),
    ...integrationsRoutes(ports),
    ...connectionsRoutes(ports),
    ...webhooksRoutes(ports),
    ...auditRoutes(ports),
    ...auditExportsRoutes(ports),
    ...auditRetentionRoutes(ports),
    ...auditSinksRoutes(ports),
    ...auditLogRoutes(ports),
    ...subjectsRoutes(ports),
    ...analyticsRoutes(ports),
    ...metricsRoutes(ports),
    ...policiesRoutes(ports),
    ...approvalsRoutes(ports),
    ...privacyPolicyRoutes(ports),
    ...keysRoutes(ports),
    ...issuersRoutes(ports),
    ...tenantsRoutes(ports),
    ...voiceRoutes(ports),
    ...meRoutes(),
  ];
}
