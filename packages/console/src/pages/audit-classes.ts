import type { AuditClass } from '@patchbay/contracts';

/** Every class of audit events, as one may choose among them. */
export const auditClasses: readonly AuditClass[] = [
  'execution',
  'egress',
  'credential',
  'connection',
  'registry',
  'query',
  'webhook',
  'delivery',
  'gateway',
  'reconciliation',
];

/** RFC 3339 of what a field of a local time holds; empty stays so. */
export const moment = (local: string) => (local === '' ? '' : new Date(local).toISOString());
