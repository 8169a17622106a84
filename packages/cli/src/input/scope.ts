/** Whom a choice concerns: the tenant that was named, else every tenant. */
export function scopeOf(tenant: string | undefined): { readonly scope?: string } {
  return tenant === undefined ? {} : { scope: tenant };
}
