import type { AuditEvent } from '@patchbay/contracts';

type Tree = { readonly [name: string]: unknown };
const at = (value: unknown, ...path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>((found, name) => (found as Tree | undefined)?.[name], value);

/**
 * The event that a record tells of, put together again: what it cannot give back was lost. Written from the record's form alone, not
 * from the code that makes records.
 */
export function eventOfRecord(record: string): unknown {
  const {
    data: body,
    dataschema: _schema,
    auditclass: _class,
    producer: _producer,
    recordversion: _version,
    ...envelope
  } = JSON.parse(record) as Tree & { readonly data: Tree };
  const { execution_id, tool, integration, target_version, duration_ms, end_user, ...unmapped } = (body['unmapped'] ??
    {}) as Tree;
  const user = at(body, 'actor', 'user') as Tree;
  const target = (body['entity'] ?? at(body, 'resources', 0) ?? body['user']) as Tree;
  const operation = at(body, 'api', 'operation');
  const act = String(envelope['type']).slice('dev.patchbay.'.length);
  const kindOfActor: Readonly<Record<string, string>> = { 'API Key': 'key' };
  const data = {
    actor: {
      kind: kindOfActor[String(user['type'])] ?? String(user['type']).toLowerCase(),
      id: user['uid'],
      session: at(body, 'actor', 'session', 'uid'),
      end_user,
    },
    target: {
      kind: target['type_id'] === 5 ? 'policy' : target['type'],
      id: target['uid'],
      version: target['version'] ?? target_version,
    },
    outcome: body['status_detail'],
    error_code: body['status_code'],
    execution_id: execution_id ?? at(body, 'api', 'request', 'uid'),
    tool: tool ?? (operation === act ? undefined : operation),
    integration: integration ?? at(body, 'api', 'service', 'name'),
    upstream_status: at(body, 'http_response', 'code'),
    duration_ms: duration_ms ?? body['duration'],
    trace_id: at(body, 'metadata', 'correlation_uid'),
    ...unmapped,
  };
  return JSON.parse(JSON.stringify({ ...envelope, data })) satisfies Partial<AuditEvent>;
}
