import { type AuditActsOf, auditEventTypes } from '@patchbay/contracts';
import type { AnyRoute } from './http-route.ts';

export type GatewayAct = AuditActsOf<'gateway'>;

/**
 * What the audit log calls an operation over HTTP: `pin_integration` for `pinIntegration`.
 * @throws Error for a route that is audited and has no row in the table of event types.
 */
export function auditedActOf({ operationId }: Pick<AnyRoute, 'operationId'>): GatewayAct {
  const act = operationId.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  if (!isAct(act)) throw new Error(`There is no audit event gateway.${act} for the route ${operationId}.`);
  return act;
}

function isAct(act: string): act is GatewayAct {
  return Object.hasOwn(auditEventTypes, `gateway.${act}`);
}
