import { hash } from 'node:crypto';

/** What an upstream's key belongs to. `step` is empty for a tool of one request. */
export interface KeyScope {
  readonly tool: string;
  readonly step: string;
}

/**
 * The key sent to the upstream: 32 hexadecimal characters out of the tenant, the tool and the execution's own key. It is
 * the same in every attempt, fits every vendor's limits, and one key used for two tools cannot collide at the vendor.
 */
export function upstreamKey(tenant: string, scope: KeyScope, key: string): string {
  return hash('sha256', JSON.stringify([tenant, scope.tool, scope.step, key]), 'hex').slice(0, 32);
}
