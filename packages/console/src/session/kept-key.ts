/** Where a key is kept for as long as its tab is open, when somebody chose that. Else it is in memory alone. */
const place = 'patchbay.key';

export function keptKey(): string | null {
  return sessionStorage.getItem(place);
}

export function keepKey(key: string | null): void {
  if (key === null) sessionStorage.removeItem(place);
  else sessionStorage.setItem(place, key);
}

const tenantPlace = 'patchbay.tenant';

/** The tenant that an operator of the platform acted for last in this tab. */
export function keptTenant(): string | null {
  return sessionStorage.getItem(tenantPlace);
}

export function keepTenant(tenant: string | null): void {
  if (tenant === null) sessionStorage.removeItem(tenantPlace);
  else sessionStorage.setItem(tenantPlace, tenant);
}
