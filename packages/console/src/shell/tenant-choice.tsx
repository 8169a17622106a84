import type { Tenant } from '@patchbay/contracts';
import { useEffect } from 'react';
import { type Page, useGet } from '../api/use-get.tsx';
import { useSession } from '../session/session-context.tsx';

/** For operators of the platform: whom everything on the page is about. */
export function TenantChoice() {
  const { platform, tenant, chooseTenant } = useSession();
  const { data } = useGet<Page<Tenant>>(platform ? '/v1/tenants' : null, { limit: 1_000 });
  const tenants = data?.items ?? [];
  const only = tenants.length === 1 ? tenants[0]?.tenant : undefined;
  useEffect(() => {
    if (tenant === null && only !== undefined) chooseTenant(only);
  }, [tenant, only, chooseTenant]);
  if (!platform) return <span>{tenant}</span>;
  return (
    <label>
      <span className="wide-only">Tenant</span>
      <select aria-label="Tenant" value={tenant ?? ''} onChange={(event) => chooseTenant(event.target.value || null)}>
        <option value="">none: the platform</option>
        {tenants.map((one) => (
          <option key={one.tenant} value={one.tenant}>
            {one.tenant}
          </option>
        ))}
      </select>
    </label>
  );
}
