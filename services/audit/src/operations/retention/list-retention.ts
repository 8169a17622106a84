import type { ListRetention, ListRetentionResult } from '@patchbay/contracts';
import { effectiveRetention } from '../../domain/effective-retention.ts';
import type { RetentionStore } from './ports.ts';

/** Tells the rules of a tenant, and what follows from them. @throws PatchbayError `audit_unavailable`. */
export function createListRetention({
  readRules,
  regimeOf,
}: Pick<RetentionStore, 'readRules' | 'regimeOf'>): (request: ListRetention) => Promise<ListRetentionResult> {
  return async ({ tenant }) => {
    const [rules, regime] = await Promise.all([readRules(tenant), tenant === null ? null : regimeOf(tenant)]);
    return {
      rules: [...rules],
      regime,
      effective: tenant === null ? [] : effectiveRetention(tenant, rules, regime),
    };
  };
}
