import { PatchbayError, platformScope } from '@patchbay/contracts';
import type { Principal } from '@patchbay/identity';
import type { Loaders } from './loaders.ts';

/** What every resolver of one request shares. */
export interface GraphQlContext {
  readonly principal: Principal;
  /** Whom the request acts for; `_platform` where a key of the platform named nobody. */
  readonly tenant: string;
  /** Null: of a subscription, which asks nobody. */
  readonly traceparent: string | null;
  readonly loaders: Loaders;
  readonly operationName: string | null;
}

/** @throws PatchbayError `invalid_request` where no tenant was named. */
export function tenantOf({ tenant }: Pick<GraphQlContext, 'tenant'>): string {
  if (tenant !== platformScope) return tenant;
  throw new PatchbayError('invalid_request', {
    message: 'Name the tenant to act for.',
    details: { issues: [{ path: 'Patchbay-Tenant', message: 'required with a key of the platform' }] },
  });
}
