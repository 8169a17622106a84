import {
  type AuditEvent,
  auditEventEntry,
  auditTypePrefix,
  type OcsfMapping,
  PatchbayError,
} from '@patchbay/contracts';
import type { RecordOrigin } from './to-record.ts';

/**
 * Version 1 of the record. Hashes of what this writes are in logs that were signed: once released, nothing here may change, nor may a
 * row of version 1 in the table of event types. What has to be written otherwise is a version 2, in a file of its own.
 * Sources: CloudEvents 1.0.2; OCSF 1.8.0, classes 2006, 3002, 3004, 3005 and 6003.
 */
const version = 1;
const ocsfVersion = '1.8.0';

const classes = {
  finding: { uid: 2_006, category: 2, name: 'data_security_finding', activities: { create: 1, other: 99 } },
  authentication: { uid: 3_002, category: 3, name: 'authentication', activities: { logon: 1, logoff: 2, other: 99 } },
  entity: {
    uid: 3_004,
    category: 3,
    name: 'entity_management',
    activities: {
      create: 1,
      read: 2,
      update: 3,
      delete: 4,
      enable: 8,
      disable: 9,
      suspend: 12,
      resume: 13,
      other: 99,
    },
  },
  access: { uid: 3_005, category: 3, name: 'user_access', activities: { assign: 1, revoke: 2, other: 99 } },
  api: {
    uid: 6_003,
    category: 6,
    name: 'api_activity',
    activities: { create: 1, read: 2, update: 3, delete: 4, other: 99 },
  },
} as const;
const captions: Readonly<Record<string, string>> = {
  create: 'Create',
  read: 'Read',
  update: 'Update',
  delete: 'Delete',
  enable: 'Enable',
  disable: 'Disable',
  suspend: 'Suspend',
  resume: 'Resume',
  logon: 'Logon',
  logoff: 'Logoff',
  assign: 'Assign Privileges',
  revoke: 'Revoke Privileges',
};

/** How an event of a type that this version does not know is written, by its class. */
const unknownTypes: Readonly<Record<string, OcsfMapping>> = {
  execution: ['api', 'other'],
  egress: ['api', 'other'],
  webhook: ['api', 'other'],
  delivery: ['api', 'other'],
  query: ['api', 'other'],
};
const otherwise: OcsfMapping = ['entity', 'other'];

type Outcome = AuditEvent['data']['outcome'];
/** `status_id` and its caption. What is neither success nor failure is named by the source. */
const statuses: Readonly<Record<Outcome, readonly [number, string]>> = {
  intent: [99, 'Intent'],
  succeeded: [1, 'Success'],
  failed: [2, 'Failure'],
  refused: [2, 'Failure'],
  cancelled: [99, 'Cancelled'],
  outcome_unknown: [0, 'Unknown'],
};
/** Of a finding, whose statuses are others. */
const findingStatus = [1, 'New'] as const;
/** 1 informational, 2 low, 3 medium. */
const severities: Readonly<Record<Outcome, number>> = {
  intent: 1,
  succeeded: 1,
  failed: 2,
  refused: 2,
  cancelled: 1,
  outcome_unknown: 3,
};
const mediumSeverity = 3;

/** `type_id` and its caption of OCSF's User. */
const userTypes: Readonly<Record<AuditEvent['data']['actor']['kind'], readonly [number, string]>> = {
  user: [1, 'User'],
  admin: [2, 'Admin'],
  service: [4, 'Service'],
  agent: [99, 'Agent'],
  key: [99, 'API Key'],
};

/**
 * The CloudEvents envelope with the OCSF body. Every object is written in the order of its keys, so that JSON of it is canonical, which
 * spares sorting: `ordered` is false where that cannot be had and the caller has to sort.
 * @throws PatchbayError `invalid_request` for a time that is none.
 */
export function recordV1(
  event: AuditEvent,
  { class: auditClass, producer }: RecordOrigin,
): { readonly record: object; readonly ordered: boolean } {
  const { data, time, type } = event;
  const { actor, target, outcome } = data;
  const epochMs = Date.parse(time);
  if (Number.isNaN(epochMs))
    throw new PatchbayError('invalid_request', { message: 'The time of an audit event is none.' });
  const [className, wanted] = auditEventEntry(type, version)?.ocsf ?? unknownTypes[auditClass] ?? otherwise;
  const { uid: classUid, category, name, activities } = classes[className];
  const isApi = className === 'api';
  const isFinding = className === 'finding';
  const isAboutUser = className === 'authentication' || className === 'access';
  const activity = wanted !== 'risk' ? wanted : data.risk === 'read' ? 'read' : 'other';
  const activityId = (activities as Readonly<Record<string, number>>)[activity] ?? 99;
  const act = type.slice(auditTypePrefix.length);
  const [statusId, status] = isFinding ? findingStatus : statuses[outcome];
  const isRejectedSignIn = className === 'authentication' && (outcome === 'failed' || outcome === 'refused');
  const [actorTypeId, actorType] = userTypes[actor.kind];
  const { tool, integration, sealed, facts, upstream_status: upstreamStatus, duration_ms: durationMs } = data;
  const elsewhere = isApi ? undefined : data;
  const more = moreOf(data, knownData);
  const moreOfActor = moreOf(actor, knownActor);
  const moreOfTarget = moreOf(target, knownTarget);

  const unmapped = {
    actor: moreOfActor,
    arguments_digest: data.arguments_digest,
    attempts: data.attempts,
    connection: data.connection,
    duration_ms: durationMs === undefined || Number.isSafeInteger(durationMs) ? undefined : durationMs,
    end_user: actor.end_user,
    execution_id: elsewhere?.execution_id,
    facts: inOrder(facts),
    integration: elsewhere?.integration,
    plan_id: data.plan_id,
    replayed: data.replayed,
    risk: data.risk,
    // The leaf commits to what is sealed by its hash, so that the ciphertext can be deleted.
    sealed: sealed && { key: sealed.key, sha256: sealed.sha256, subject: sealed.subject },
    target: moreOfTarget,
    target_version: isAboutUser ? target.version : undefined,
    tokens: data.tokens,
    tool: elsewhere?.tool,
    upstream_status: isFinding ? upstreamStatus : undefined,
  };
  if (more !== undefined) Object.assign(unmapped, more);
  const targetUser = { type: target.kind, type_id: 99, uid: target.id };

  const body = {
    activity_id: activityId,
    activity_name: captions[activity] ?? act,
    actor: {
      session: actor.session === undefined ? undefined : { uid: actor.session },
      user: { type: actorType, type_id: actorTypeId, uid: actor.id },
    },
    api: isApi
      ? {
          operation: tool ?? act,
          request: data.execution_id === undefined ? undefined : { uid: data.execution_id },
          service: integration === undefined ? undefined : { name: integration },
        }
      : undefined,
    category_uid: category,
    class_uid: classUid,
    data_security: isFinding
      ? {
          category: 'Personal',
          category_id: 1,
          detection_system: 'Application-Level DLP',
          detection_system_id: 10,
        }
      : undefined,
    duration: durationMs === undefined ? undefined : Math.round(durationMs),
    entity: className === 'entity' ? entityOf(target) : undefined,
    finding_info: isFinding ? { title: act, types: foundIn(facts) ?? [act], uid: event.id } : undefined,
    http_response: isFinding || upstreamStatus === undefined ? undefined : { code: upstreamStatus },
    metadata: {
      correlation_uid: data.trace_id,
      event_code: type,
      log_name: auditClass,
      log_provider: producer,
      original_time: time,
      product: { name: 'Patchbay', vendor_name: 'Patchbay' },
      tenant_uid: event.tenant,
      uid: event.id,
      version: ocsfVersion,
    },
    privileges: className === 'access' ? (privilegesOf(facts) ?? [act]) : undefined,
    resources: isApi || isFinding ? [{ type: target.kind, uid: target.id, version: target.version }] : undefined,
    service: className === 'authentication' ? { name: producer } : undefined,
    severity_id: isFinding || isRejectedSignIn ? mediumSeverity : severities[outcome],
    src_endpoint: { name: event.source, svc_name: producer },
    status,
    status_code: data.error_code,
    status_detail: outcome,
    status_id: statusId,
    time: epochMs,
    type_uid: classUid * 100 + activityId,
    unmapped: hasAny(unmapped) ? unmapped : undefined,
    user: isAboutUser ? targetUser : undefined,
  };
  const record = {
    auditclass: auditClass,
    data: body,
    datacontenttype: 'application/json',
    dataschema: `https://schema.ocsf.io/${ocsfVersion}/classes/${name}`,
    id: event.id,
    producer,
    recordversion: version,
    source: event.source,
    specversion: '1.0',
    subject: event.subject,
    tenant: event.tenant,
    time,
    type,
  };
  const isPlain = more === undefined && moreOfActor === undefined && moreOfTarget === undefined;
  return { record, ordered: isPlain && !hasIndex(facts) };
}

type Data = AuditEvent['data'];
type Facts = Data['facts'];

function entityOf({ kind, id, version: targetVersion }: Data['target']) {
  const isPolicy = kind === 'policy';
  return { type: isPolicy ? 'Policy' : kind, type_id: isPolicy ? 5 : 99, uid: id, version: targetVersion };
}

const knownData: ReadonlySet<string> = new Set([
  'actor',
  'arguments_digest',
  'attempts',
  'connection',
  'duration_ms',
  'error_code',
  'execution_id',
  'facts',
  'integration',
  'outcome',
  'plan_id',
  'replayed',
  'risk',
  'sealed',
  'target',
  'tokens',
  'tool',
  'trace_id',
  'upstream_status',
]);
const knownActor: ReadonlySet<string> = new Set(['kind', 'id', 'session', 'end_user']);
const knownTarget: ReadonlySet<string> = new Set(['kind', 'id', 'version']);

/** What a later contract adds is kept under its own name. */
function moreOf(from: object, known: ReadonlySet<string>): Record<string, unknown> | undefined {
  let more: Record<string, unknown> | undefined;
  for (const name of Object.keys(from)) {
    if (known.has(name)) continue;
    more ??= {};
    more[name] = (from as Record<string, unknown>)[name];
  }
  return more;
}

function hasAny(of: object): boolean {
  for (const name in of) if ((of as Record<string, unknown>)[name] !== undefined) return true;
  return false;
}

function inOrder(facts: Facts): Facts {
  if (facts === undefined) return undefined;
  const names = Object.keys(facts);
  if (names.length < 2) return facts;
  const sorted: Record<string, string | number | boolean | null> = {};
  for (const name of names.sort()) sorted[name] = facts[name] ?? null;
  return sorted;
}

/** Keys that look like an array's index stand first in any object, wherever they sort. */
function hasIndex(facts: Facts): boolean {
  if (facts === undefined) return false;
  for (const name of Object.keys(facts)) if (name === '__proto__' || /^\d+$/.test(name)) return true;
  return false;
}

/** Role and access scopes that were given or taken. */
function privilegesOf(facts: Facts): string[] | null {
  const all = ['role', 'roles', 'scopes'].flatMap((name) => wordsOf(facts?.[name]) ?? []);
  return all.length > 0 ? all : null;
}

function wordsOf(fact: unknown): string[] | null {
  if (typeof fact !== 'string') return null;
  const words = fact.split(' ').filter((word) => word !== '');
  return words.length > 0 ? words : null;
}

/** Kinds of personal data that were found, each once: `email` and `card` of `email redact 2, card block 1`. */
function foundIn(facts: Facts): string[] | null {
  const found = facts?.['findings'];
  if (typeof found !== 'string') return null;
  const kinds = new Set(found.split(', ').map((one) => one.split(' ')[0] ?? ''));
  kinds.delete('');
  return kinds.size > 0 ? [...kinds] : null;
}
