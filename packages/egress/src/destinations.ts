import { refusalByHosts } from './allow-list.ts';
import type { Reason } from './reasons.ts';
import type { Settings } from './settings.ts';
import { createTargetFinder, type Destination, type FindDestination } from './target.ts';
import type { TenantRules } from './tenant-rules.ts';

/** Where a tenant's requests may go. */
export interface Destinations {
  /** The destination, or why it is refused: all that can be judged without the network. */
  allowed(tenant: string, url: string, hosts: readonly string[]): Destination | Reason;
  /** Whether only the operator's word lets the tenant reach the URL: no upstream outside may redirect there. */
  isInside(tenant: string, url: URL): boolean;
}

export function createDestinations(settings: Settings): Destinations {
  const findPublic = createTargetFinder(settings);
  const findersByRules = new WeakMap<TenantRules, FindDestination>();

  function finderOf(rules: TenantRules | null): FindDestination {
    if (rules === null) return findPublic;
    let finder = findersByRules.get(rules);
    if (finder === undefined) {
      finder = createTargetFinder(settings, rules);
      findersByRules.set(rules, finder);
    }
    return finder;
  }

  return {
    allowed(tenant, url, hosts) {
      const rules = settings.rulesOf(tenant);
      const destination = finderOf(rules)(url);
      if (typeof destination === 'string') return destination;
      const refused = refusalByHosts(destination.target, hosts);
      if (refused !== null) return refused;
      if (rules === null || rules.hosts === null || refusalByHosts(destination.target, rules.hosts) === null)
        return destination;
      return 'tenant_host_not_allowed';
    },

    isInside(tenant, url) {
      const destination = finderOf(settings.rulesOf(tenant))(url.href);
      return typeof destination !== 'string' && (destination.target.trusted || destination.target.inside);
    },
  };
}
