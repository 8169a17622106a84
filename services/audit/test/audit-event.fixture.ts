import { auditMac } from '@patchbay/audit-log';
import { type AuditData, type AuditEvent, auditHeaders, newId } from '@patchbay/contracts';
import type { ReceivedMessage } from '../src/domain/check-message.ts';

export interface EventChanges extends Partial<Omit<AuditEvent, 'data'>> {
  readonly data?: Partial<AuditData>;
}

/** A whole, valid audit event of an execution. */
export function auditEvent({ data, ...changes }: EventChanges = {}): AuditEvent {
  return {
    specversion: '1.0',
    id: newId('auditEvent'),
    source: '/services/executor/executor-1',
    type: 'dev.patchbay.execution.finished',
    time: '2026-05-01T10:00:00.000Z',
    tenant: 'acme',
    datacontenttype: 'application/json',
    ...changes,
    data: {
      actor: { kind: 'agent', id: 'receptionist', session: 'call-77' },
      target: { kind: 'tool', id: 'slack_post_message', version: '1.0.0' },
      outcome: 'succeeded',
      execution_id: newId('execution'),
      tool: 'slack_post_message',
      integration: 'slack',
      risk: 'write',
      arguments_digest: 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg',
      attempts: 1,
      upstream_status: 200,
      duration_ms: 84.12,
      trace_id: '0af7651916cd43dd8448eb211c80319c',
      ...data,
    },
  };
}

export const testMacKeys: ReadonlyMap<string, Buffer> = new Map(
  ['executor', 'vault', 'registry', 'audit'].map((producer, index) => [producer, Buffer.alloc(32, index + 1)]),
);

const producers: Record<string, string> = {
  execution: 'executor',
  credential: 'vault',
  connection: 'vault',
  registry: 'registry',
  query: 'audit',
  reconciliation: 'audit',
};
let sequence = 0;

export interface MessageChanges {
  readonly tenant?: string;
  readonly class?: string;
  readonly subject?: string;
  /** The payload's text or bytes; default: the events as a batch. */
  readonly payload?: string | Uint8Array;
  readonly producer?: string | null;
  /** Key to sign with; default: the producer's own. */
  readonly key?: Buffer;
  readonly mac?: string | null;
  readonly sequence?: number;
}

/** A message as stream `AUDIT` delivers it, signed by the class's producer unless changed. */
export function auditMessage(events: readonly unknown[], changes: MessageChanges = {}): ReceivedMessage {
  const auditClass = changes.class ?? 'execution';
  const subject = changes.subject ?? `audit.v1.${changes.tenant ?? 'acme'}.${auditClass}`;
  const given = changes.payload ?? JSON.stringify(events);
  const payload = typeof given === 'string' ? new TextEncoder().encode(given) : given;
  const producer = changes.producer === undefined ? (producers[auditClass] ?? 'executor') : changes.producer;
  const key = changes.key ?? testMacKeys.get(producer ?? 'executor') ?? Buffer.alloc(32);
  return {
    subject,
    payload,
    sequence: changes.sequence ?? ++sequence,
    producer,
    mac: changes.mac === undefined ? auditMac(key, subject, payload) : changes.mac,
  };
}

/** The headers that a producer puts on a message. */
export function auditMessageHeaders(message: ReceivedMessage): Record<string, string> {
  return {
    ...(message.producer !== null && { [auditHeaders.producer]: message.producer }),
    ...(message.mac !== null && { [auditHeaders.mac]: message.mac }),
  };
}
