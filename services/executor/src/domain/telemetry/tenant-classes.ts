/** Classes at most, so that the number of metric series stays bounded. */
const maxTenantClasses = 32;
const className = /^[a-z0-9][a-z0-9_-]{0,31}$/;
const hashed = /^hash:([1-9]\d?)$/;

/** The class a tenant's metrics are counted under. Metrics never carry a tenant's id, unless a class is named so. */
export type TenantClassOf = (tenant: string) => string;

/**
 * Reads `acme=gold,globex=gold,*=standard`. `*` stands for every other tenant; `*=hash:8` spreads them over the classes
 * `hash-0` to `hash-7`. Without `*` they are `default`.
 * @throws RangeError saying what is wrong.
 */
export function parseTenantClasses(text: string): TenantClassOf {
  const classes = new Map<string, string>();
  let others: TenantClassOf = () => 'default';
  let count = 1;
  for (const entry of text.split(',').map((part) => part.trim())) {
    if (entry === '') continue;
    const [tenant, name, ...rest] = entry.split('=').map((part) => part.trim());
    if (!tenant || !name || rest.length > 0) throw new RangeError(`'${entry}' is not of the form tenant=class`);
    const buckets = hashed.exec(name)?.[1];
    if (tenant === '*' && buckets !== undefined) {
      others = (id) => `hash-${hashOf(id) % Number(buckets)}`;
      count = Number(buckets);
    } else if (!className.test(name)) {
      throw new RangeError(`'${name}' is no class: lower-case letters, digits, '_' and '-', at most 32`);
    } else if (tenant === '*') others = () => name;
    else classes.set(tenant, name);
  }
  if (new Set(classes.values()).size + count > maxTenantClasses)
    throw new RangeError(`there may be ${maxTenantClasses} classes at most`);
  return (tenant) => classes.get(tenant) ?? others(tenant);
}

/** FNV-1a, 32 bits: the same in every executor, and of no use for finding the tenant again. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
