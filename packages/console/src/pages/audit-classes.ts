import type { AuditClass } from '@patchbay/contracts';

/** As an object, so that a class that is missing here does not compile. */
const every: Record<AuditClass, true> = {
  execution: true,
  egress: true,
  credential: true,
  connection: true,
  registry: true,
  query: true,
  webhook: true,
  delivery: true,
  gateway: true,
  reconciliation: true,
};

/** Every class of audit events, as one may choose among them. */
export const auditClasses = Object.keys(every) as readonly AuditClass[];

/** RFC 3339 of what a field of a local time holds; empty stays so. */
export const moment = (local: string) => (local === '' ? '' : new Date(local).toISOString());
