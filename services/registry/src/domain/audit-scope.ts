import { everyTenant, platformScope } from '@patchbay/contracts';

/** The tenant token of a scope in audit and event subjects: what concerns the platform concerns every tenant. */
export function tenantTokenOf(scope: string): string {
  return scope === platformScope ? everyTenant : scope;
}

/** Whether a scope would be mistaken for every tenant in those subjects. */
export function isReservedScope(scope: string): boolean {
  return scope === everyTenant;
}
