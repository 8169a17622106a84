import type { AuditData } from '@patchbay/contracts';

/** Longest host in an audit event: no name of the DNS is longer. */
const maxHost = 253;

/** What egress tells of a refusal; of an address it resolved a name to, nothing. */
export interface EgressRefusal {
  readonly tenant: string;
  /** As the URL gave it. */
  readonly host: string;
  readonly reason: string;
}

/** The one event that a refusal of the egress guard leaves: whose request, to which host, under which rule. */
export function egressRefused({ host, reason }: EgressRefusal, instance: string): AuditData {
  return {
    actor: { kind: 'service', id: instance },
    target: { kind: 'host', id: host.slice(0, maxHost) },
    outcome: 'refused',
    error_code: 'egress_denied',
    facts: { reason },
  };
}

/** A tenant's policy has come into force in an executor. */
export function policyApplied(tenant: string, instance: string): AuditData {
  return {
    actor: { kind: 'service', id: instance },
    target: { kind: 'tenant_policy', id: tenant },
    outcome: 'succeeded',
  };
}
