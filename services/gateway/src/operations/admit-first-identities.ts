import { admitFirstKey, type FirstKeyPorts } from './keys/admit-first-key.ts';
import { createTenant } from './tenants/create-tenant.ts';

export interface FirstIdentities {
  /** An operator's key as text; null: none was laid beside the installation. Secret. */
  readonly key: string | null;
  readonly tenants: readonly string[];
}

/**
 * What a new installation starts with: an operator's key of the platform, while that has none, and tenants that are not there.
 * Several gateways may be at it.
 */
export async function admitFirstIdentities(ports: FirstKeyPorts, { key, tenants }: FirstIdentities): Promise<void> {
  if (key !== null && (await admitFirstKey(ports, key)))
    ports.report('info', 'the first operator key of this installation was taken', {});
  const caller = { actor: { kind: 'admin', id: 'installation' }, traceId: null } as const;
  for (const tenant of tenants) await createTenant(ports)({ tenant, name: tenant }, caller);
}
