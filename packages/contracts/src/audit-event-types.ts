import type { AuditClass } from './messages/audit.ts';

/** The OCSF class of an event's record, and what was done in the words of that class. */
export type OcsfMapping =
  /** API Activity 6003. `risk`: Read for a tool that only reads, else Other. */
  | readonly ['api', 'create' | 'read' | 'update' | 'delete' | 'risk' | 'other']
  /** Entity Management 3004. */
  | readonly ['entity', 'create' | 'read' | 'update' | 'delete' | 'enable' | 'disable' | 'suspend' | 'resume' | 'other']
  /** Authentication 3002. */
  | readonly ['authentication', 'logon' | 'logoff' | 'other']
  /** User Access Management 3005. */
  | readonly ['access', 'assign' | 'revoke' | 'other']
  /** Data Security Finding 2006. */
  | readonly ['finding', 'create' | 'other'];

interface AuditEventEntry {
  readonly class: AuditClass;
  readonly ocsf: OcsfMapping;
  /** When it is recorded, for people. */
  readonly when: string;
  /** Version of the record that it first had a row in: see `recordVersion` of the package audit-log. */
  readonly since: 1;
}

function of(auditClass: AuditClass, ocsf: OcsfMapping, when: string): AuditEventEntry {
  return { class: auditClass, ocsf, when, since: 1 };
}

const change = 'before a change and after it';
const looked = 'somebody does it over HTTP, before the answer leaves';
const shown = 'by an operator or the gateway, before the answer leaves';
const asked = 'somebody asks for it over HTTP: before and after';

/**
 * Every event that the audit log knows, behind `dev.patchbay.`. A producer can record no other: the recorder's type says so. What a
 * row maps to is part of the record, whose hash is kept: no row changes or goes, and what is added after a release is of the next
 * version of the record. `docs/audit-events.md` is made from this table: `npm run docs:audit-events`.
 */
export const auditEventTypes = {
  'execution.intent': of(
    'execution',
    ['api', 'risk'],
    'before a tool call that is more than a read is sent; without it nothing leaves',
  ),
  'execution.outcome': of(
    'execution',
    ['api', 'risk'],
    'when a tool call has ended, or was refused; of a read the one record, on its way before the answer',
  ),
  'execution.shed': of(
    'execution',
    ['api', 'other'],
    'calls were turned away for want of room: how many, every few seconds',
  ),
  'execution.privacy_found': of(
    'execution',
    ['finding', 'create'],
    'a tenant’s privacy policy found something personal in a call’s arguments or answer and acted on it',
  ),
  'approval.requested': of('execution', ['entity', 'create'], 'a call waits for somebody’s yes'),
  'approval.decided': of('execution', ['entity', 'update'], 'somebody approved or refused such a call'),
  'approval.used': of('execution', ['entity', 'update'], 'an approved call came again and went ahead'),
  'approval.read': of(
    'execution',
    ['entity', 'read'],
    'calls that wait for a yes were looked at, arguments included: the first look in ten minutes, with how many there were before',
  ),
  'submission.dead_lettered': of('execution', ['entity', 'create'], 'a submission was given up'),
  'submission.replayed': of('execution', ['entity', 'update'], 'a dead letter was handed in again'),
  'submission.dead_letter_read': of(
    'execution',
    ['entity', 'read'],
    `a dead letter was read with what it says: ${shown}`,
  ),
  'submission.dropped': of('execution', ['entity', 'delete'], 'a dead letter was thrown away'),
  'egress.refused': of('egress', ['api', 'other'], 'an outbound address was not allowed'),
  'egress.policy_applied': of('egress', ['entity', 'update'], 'an executor took over the file of tenant policies'),
  'credential.leased': of('credential', ['entity', 'read'], 'a credential was lent to an executor for one call'),
  'credential.denied': of('credential', ['entity', 'read'], 'a credential was asked for and not lent'),
  'credential.refreshed': of('credential', ['entity', 'update'], 'a token was renewed at its vendor, or could not be'),
  'secret.kept': of('credential', ['entity', 'create'], `a webhook secret is stored: ${change}`),
  'secret.lent': of('credential', ['entity', 'read'], 'webhook secrets were lent to the ingress or the delivery'),
  'secret.dropped': of('credential', ['entity', 'delete'], `webhook secrets are deleted: ${change}`),
  'secret.denied': of('credential', ['entity', 'read'], 'webhook secrets were asked for and not lent, or not changed'),
  'subject.tokens_lent': of('credential', ['entity', 'read'], 'what makes tokens of persons was lent to a producer'),
  'subject.key_lent': of('credential', ['entity', 'read'], 'the key of what is kept of a person was lent'),
  'subject.key_denied': of('credential', ['entity', 'read'], 'keys of persons were asked for and not lent'),
  'subject.found': of('credential', ['entity', 'read'], 'somebody asked by which token a person goes'),
  'subject.destroyed': of('credential', ['entity', 'delete'], `a person’s key and token are ended: ${change}`),
  'vault.rotate_tenant_key': of('credential', ['entity', 'update'], `a tenant’s key is rotated: ${change}`),
  'vault.rewrap_keys': of('credential', ['entity', 'update'], `keys are wrapped anew: ${change}`),
  'vault.erase_tenant': of('credential', ['entity', 'delete'], `a tenant’s keys are destroyed: ${change}`),
  'vault.erase_connection': of('credential', ['entity', 'delete'], `a connection’s keys are destroyed: ${change}`),
  'connection.added': of('connection', ['entity', 'create'], change),
  'connection.removed': of('connection', ['entity', 'delete'], change),
  'connection.reconnected': of('connection', ['entity', 'update'], `a connection is authorised anew: ${change}`),
  'connection.rotated': of('connection', ['entity', 'update'], `a credential takes another’s place: ${change}`),
  'connection.reverted': of('connection', ['entity', 'update'], `the credential of before is taken again: ${change}`),
  'connection.listed': of('connection', ['entity', 'read'], 'somebody looked at a tenant’s connections'),
  'oauth_client.set': of('connection', ['entity', 'update'], 'the app by which a vendor knows us was set'),
  'oauth_client.removed': of('connection', ['entity', 'delete'], 'it was removed'),
  'registry.registered': of('registry', ['entity', 'create'], `a version of an integration is registered: ${change}`),
  'registry.retired': of('registry', ['entity', 'delete'], change),
  'registry.deprecated': of('registry', ['entity', 'update'], change),
  'registry.pinned': of('registry', ['entity', 'update'], `a version is pinned, or rolled back to: ${change}`),
  'registry.installed': of(
    'registry',
    ['entity', 'update'],
    `an integration is shown to a tenant, or hidden: ${change}`,
  ),
  'registry.toolset_set': of('registry', ['entity', 'update'], change),
  'registry.toolset_removed': of('registry', ['entity', 'delete'], change),
  'registry.policy_put': of('registry', ['entity', 'update'], `policies on tools are set: ${change}`),
  'registry.policy_removed': of('registry', ['entity', 'delete'], change),
  'registry.privacy_put': of('registry', ['entity', 'update'], `a tenant’s privacy policy is set: ${change}`),
  'registry.refused': of('registry', ['entity', 'other'], 'a change was asked for and refused before it was tried'),
  'webhook.accepted': of(
    'webhook',
    ['api', 'create'],
    'webhooks that came to a source and verified: counts, every few seconds',
  ),
  'webhook.rejected': of(
    'webhook',
    ['api', 'create'],
    'webhooks that were turned away, by reason: counts, every few seconds',
  ),
  'webhook.privacy_found': of(
    'webhook',
    ['finding', 'create'],
    'a tenant’s privacy policy found something personal in a webhook and acted on it',
  ),
  'webhook.kept_request_read': of('webhook', ['entity', 'read'], `a request that became no event was read: ${shown}`),
  'webhook.source_added': of('webhook', ['entity', 'create'], change),
  'webhook.source_changed': of('webhook', ['entity', 'update'], change),
  'webhook.source_removed': of('webhook', ['entity', 'delete'], change),
  'webhook.secret_added': of('webhook', ['entity', 'update'], change),
  'webhook.secret_removed': of('webhook', ['entity', 'update'], change),
  'delivery.attempt': of(
    'delivery',
    ['api', 'other'],
    'an event was sent to a subscription’s target, once for each try',
  ),
  'delivery.event_read': of('delivery', ['entity', 'read'], `a webhook event was read with its payload: ${shown}`),
  'delivery.answers_read': of('delivery', ['entity', 'read'], `what a target answered was read: ${shown}`),
  'delivery.dead_lettered': of('delivery', ['api', 'other'], 'a delivery was given up'),
  'delivery.replayed': of('delivery', ['api', 'other'], 'events are delivered again'),
  'delivery.redriven': of('delivery', ['api', 'other'], 'dead letters are delivered again'),
  'delivery.dropped': of('delivery', ['entity', 'delete'], 'dead letters were thrown away'),
  'delivery.subscription_added': of(
    'delivery',
    ['entity', 'create'],
    'a subscription was added, by an operator or to wait for a webhook',
  ),
  'delivery.subscription_changed': of('delivery', ['entity', 'update'], 'a subscription was changed'),
  'delivery.subscription_removed': of('delivery', ['entity', 'delete'], 'a subscription was removed'),
  'delivery.subscription_paused': of('delivery', ['entity', 'suspend'], 'a subscription was paused'),
  'delivery.subscription_resumed': of('delivery', ['entity', 'resume'], 'a subscription was set going again'),
  'delivery.subscription_disabled': of(
    'delivery',
    ['entity', 'disable'],
    'a subscription was disabled, since its target failed for days',
  ),
  'delivery.subscription_key_rotated': of('delivery', ['entity', 'update'], 'a subscription signs with another key'),
  'audit.queried': of('query', ['api', 'read'], 'somebody looked at the audit log, before the answer leaves'),
  'audit.analytics_read': of(
    'query',
    ['api', 'read'],
    'somebody read usage, which is made of the log: once in ten minutes, with how often',
  ),
  'audit.verified': of('query', ['api', 'read'], 'somebody held the audit log against what producers signed'),
  'audit.proved': of(
    'query',
    ['api', 'read'],
    'somebody had it proven that an event is in the log, and read its record',
  ),
  'subject.revealed': of('query', ['api', 'read'], 'somebody read what an event keeps of a person, before it leaves'),
  'subject.exported': of('query', ['api', 'read'], 'what is held on a person was read, before it leaves'),
  'subject.erased': of('query', ['entity', 'delete'], `what is held on a person is erased: ${change}`),
  'reconciliation.outcome_unknown': of(
    'reconciliation',
    ['api', 'risk'],
    'a tool call was intended and nobody told how it ended: the audit service says so',
  ),
  'reconciliation.superseded': of(
    'reconciliation',
    ['api', 'risk'],
    'the outcome of such a call came after all, with its status',
  ),
  'audit.exported': of('query', ['api', 'read'], 'a part of the log was exported with its proofs, before it leaves'),
  'audit.retention_set': of('query', ['entity', 'update'], `how long events are kept: ${change}`),
  'audit.retention_removed': of('query', ['entity', 'delete'], `a rule of retention is taken away: ${change}`),
  'audit.regime_set': of(
    'query',
    ['entity', 'update'],
    `a tenant is bound to a regime such as HIPAA, or freed: ${change}`,
  ),
  'audit.purged': of('query', ['entity', 'delete'], 'bodies past their time were taken away: before it and after it'),
  'audit.hold_placed': of('query', ['entity', 'create'], `a legal hold: ${change}`),
  'audit.hold_released': of('query', ['entity', 'delete'], `a legal hold ends: ${change}`),
  'audit.sink_set': of('query', ['entity', 'update'], `a sink that records are sent to: ${change}`),
  'audit.sink_removed': of('query', ['entity', 'delete'], `a sink is removed: ${change}`),
  'audit.sink_paused': of(
    'query',
    ['entity', 'suspend'],
    `nothing is sent to a sink, also because it is dead: ${change}`,
  ),
  'audit.sink_resumed': of('query', ['entity', 'resume'], `a sink goes on: ${change}`),
  'gateway.key_created': of('gateway', ['access', 'assign'], `an API key is made: ${change}`),
  'gateway.key_rotated': of('gateway', ['access', 'assign'], `a key takes another’s place: ${change}`),
  'gateway.key_revoked': of('gateway', ['access', 'revoke'], change),
  'gateway.issuer_set': of(
    'gateway',
    ['access', 'assign'],
    `a tenant trusts an issuer and says what its roles mean: ${change}`,
  ),
  'gateway.issuer_removed': of('gateway', ['access', 'revoke'], change),
  'gateway.signed_out': of('gateway', ['authentication', 'logoff'], `tokens are taken no more: ${change}`),
  'gateway.tenant_created': of('gateway', ['entity', 'create'], change),
  'gateway.tenant_suspended': of('gateway', ['entity', 'suspend'], change),
  'gateway.tenant_resumed': of('gateway', ['entity', 'resume'], change),
  'gateway.signed_in': of(
    'gateway',
    ['authentication', 'logon'],
    'a key or a token came in by a door: its first use, and then how often, every 15 minutes',
  ),
  'gateway.sign_in_refused': of(
    'gateway',
    ['authentication', 'logon'],
    'keys and tokens that were not taken, by door and reason: counts, every 30 seconds',
  ),
  'gateway.access_refused': of(
    'gateway',
    ['api', 'other'],
    'somebody asked for what they may not: counts by caller and operation, every 30 seconds',
  ),
  'gateway.session_opened': of(
    'gateway',
    ['authentication', 'logon'],
    'something stays open: a socket, a stream of MCP',
  ),
  'gateway.session_closed': of('gateway', ['authentication', 'logoff'], 'it was closed, or ended with its key'),
  // Over HTTP, under the caller's name, by the operation's: what the service behind it records says only that the gateway asked.
  'gateway.set_toolset': of('gateway', ['entity', 'update'], asked),
  'gateway.remove_toolset': of('gateway', ['entity', 'delete'], asked),
  'gateway.register_integration': of('gateway', ['entity', 'create'], asked),
  'gateway.retire_integration': of('gateway', ['entity', 'delete'], asked),
  'gateway.pin_integration': of('gateway', ['entity', 'update'], asked),
  'gateway.roll_back_integration': of('gateway', ['entity', 'update'], asked),
  'gateway.install_integration': of('gateway', ['entity', 'update'], asked),
  'gateway.deprecate_integration': of('gateway', ['entity', 'update'], asked),
  'gateway.add_connection': of('gateway', ['entity', 'create'], asked),
  'gateway.remove_connection': of('gateway', ['entity', 'delete'], asked),
  'gateway.test_connection': of('gateway', ['entity', 'other'], asked),
  'gateway.rotate_connection': of('gateway', ['entity', 'update'], asked),
  'gateway.revert_connection': of('gateway', ['entity', 'update'], asked),
  'gateway.start_connect': of('gateway', ['entity', 'create'], asked),
  'gateway.add_webhook_source': of('gateway', ['entity', 'create'], asked),
  'gateway.register_webhook_source': of('gateway', ['entity', 'create'], asked),
  'gateway.change_webhook_source': of('gateway', ['entity', 'update'], asked),
  'gateway.remove_webhook_source': of('gateway', ['entity', 'delete'], asked),
  'gateway.add_webhook_source_secret': of('gateway', ['entity', 'update'], asked),
  'gateway.remove_webhook_source_secret': of('gateway', ['entity', 'update'], asked),
  'gateway.add_subscription': of('gateway', ['entity', 'create'], asked),
  'gateway.change_subscription': of('gateway', ['entity', 'update'], asked),
  'gateway.remove_subscription': of('gateway', ['entity', 'delete'], asked),
  'gateway.pause_subscription': of('gateway', ['entity', 'suspend'], asked),
  'gateway.resume_subscription': of('gateway', ['entity', 'resume'], asked),
  'gateway.rotate_subscription_key': of('gateway', ['entity', 'update'], asked),
  'gateway.replay_webhooks': of('gateway', ['api', 'other'], asked),
  'gateway.redrive_dead_letters': of('gateway', ['api', 'other'], asked),
  'gateway.drop_dead_letters': of('gateway', ['entity', 'delete'], asked),
  'gateway.list_audit_events': of('gateway', ['api', 'read'], asked),
  'gateway.get_audit_event': of('gateway', ['api', 'read'], asked),
  'gateway.export_audit': of('gateway', ['api', 'read'], asked),
  'gateway.verify_audit': of('gateway', ['api', 'read'], asked),
  'gateway.prove_audit_event': of('gateway', ['api', 'read'], asked),
  'gateway.find_subject': of('gateway', ['entity', 'read'], asked),
  'gateway.export_subject': of('gateway', ['entity', 'read'], asked),
  'gateway.erase_subject': of('gateway', ['entity', 'delete'], asked),
  'gateway.reveal_audit_event': of('gateway', ['api', 'read'], asked),
  'gateway.start_audit_export': of('gateway', ['api', 'read'], asked),
  'gateway.set_retention': of('gateway', ['entity', 'update'], asked),
  'gateway.remove_retention': of('gateway', ['entity', 'delete'], asked),
  'gateway.set_regime': of('gateway', ['entity', 'update'], asked),
  'gateway.purge_audit': of('gateway', ['entity', 'delete'], asked),
  'gateway.place_hold': of('gateway', ['entity', 'create'], asked),
  'gateway.release_hold': of('gateway', ['entity', 'delete'], asked),
  'gateway.set_audit_sink': of('gateway', ['entity', 'update'], asked),
  'gateway.remove_audit_sink': of('gateway', ['entity', 'delete'], asked),
  'gateway.pause_audit_sink': of('gateway', ['entity', 'suspend'], asked),
  'gateway.resume_audit_sink': of('gateway', ['entity', 'resume'], asked),
  'gateway.query_graph_ql': of('gateway', ['api', 'read'], looked),
  'gateway.list_executions': of('gateway', ['api', 'read'], looked),
  'gateway.list_unknown_executions': of('gateway', ['api', 'read'], looked),
  'gateway.get_execution': of('gateway', ['api', 'read'], looked),
  'gateway.explain_execution': of('gateway', ['api', 'read'], looked),
  'gateway.list_connections': of('gateway', ['api', 'read'], looked),
  'gateway.get_connection': of('gateway', ['api', 'read'], looked),
  'gateway.list_webhook_events': of('gateway', ['api', 'read'], looked),
  'gateway.get_webhook_event': of('gateway', ['api', 'read'], looked),
  'gateway.list_deliveries': of('gateway', ['api', 'read'], looked),
  'gateway.get_delivery': of('gateway', ['api', 'read'], looked),
  'gateway.list_dead_letters': of('gateway', ['api', 'read'], looked),
  'gateway.get_dead_letter': of('gateway', ['api', 'read'], looked),
  'gateway.list_rejected_webhooks': of('gateway', ['api', 'read'], looked),
  'gateway.get_rejected_webhook': of('gateway', ['api', 'read'], looked),
  'gateway.list_approvals': of('gateway', ['api', 'read'], looked),
  'gateway.get_approval': of('gateway', ['api', 'read'], looked),
  'gateway.list_keys': of('gateway', ['api', 'read'], looked),
  'gateway.get_key': of('gateway', ['api', 'read'], looked),
  'gateway.list_issuers': of('gateway', ['api', 'read'], looked),
  'gateway.cancel_executions': of('gateway', ['api', 'update'], looked),
} as const satisfies Record<string, AuditEventEntry>;

type AuditEventName = keyof typeof auditEventTypes;
/** `dev.patchbay.…`, of the table. What is read may have others: those of a newer producer. */
export type AuditEventType = `dev.patchbay.${AuditEventName}`;
/** Those behind one more prefix, without both: `AuditActsOf<'gateway'>` has `key_created`. */
export type AuditActsOf<Prefix extends string> = AuditEventName extends infer Name
  ? Name extends `${Prefix}.${infer Act}`
    ? Act
    : never
  : never;

export const auditTypePrefix = 'dev.patchbay.';
const rows: ReadonlyMap<string, AuditEventEntry> = new Map(Object.entries(auditEventTypes));

/** The class that events of a type are recorded in. */
export function auditEventClass(type: AuditEventType): AuditClass {
  return auditEventTypes[type.slice(auditTypePrefix.length) as AuditEventName].class;
}

/** The row of a type, as a version of the record knows it; null for a type that it does not. */
export function auditEventEntry(type: string, recordVersion: number): AuditEventEntry | null {
  const row = rows.get(type.slice(auditTypePrefix.length));
  return row === undefined || row.since > recordVersion ? null : row;
}
