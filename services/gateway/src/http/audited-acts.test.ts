import { auditEventTypes } from '@patchbay/contracts';
import { expect, test } from 'vitest';
import { gatewayRoutes } from '../routes.ts';
import { auditedActOf } from './audited-acts.ts';
import type { GatewayPorts } from './gateway-ports.ts';

const audited = gatewayRoutes({} as GatewayPorts).filter((route) => route.audited !== undefined);

test('every route that is audited has a row in the table of event types', () => {
  const acts = audited.map((route) => auditedActOf(route));
  expect(acts.length).toBeGreaterThan(30);
  for (const act of acts) expect(auditEventTypes[`gateway.${act}`].class).toBe('gateway');
});

test('a route without one is not served', () => {
  expect(() => auditedActOf({ operationId: 'paintTheFence' })).toThrow('gateway.paint_the_fence');
});
