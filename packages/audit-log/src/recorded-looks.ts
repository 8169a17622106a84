import { type AuditData, type AuditEventType, auditEventClass, inboxPrefixOf } from '@patchbay/contracts';
import type { AuditEntry } from './audit-recorder.ts';

/** Somebody looks at what a call or a webhook said. */
export interface Look {
  readonly tenant: string;
  readonly type: AuditEventType;
  readonly target: AuditData['target'];
  /** The inbox that the answer goes to: whoever hears it is who looks. */
  readonly replyTo: string;
  readonly traceId: string | null;
}

export interface RecordedLooks {
  /** Does the work, and answers once the look is on record. Work that fails shows nothing, and is not recorded. @throws PatchbayError `audit_unavailable`. */
  one<Result>(look: Look, work: () => Promise<Result>): Promise<Result>;
  /** The same of what pages ask every few seconds: the first look in ten minutes of a tenant's caller, with how many there were before it. */
  often<Result>(look: Look, work: () => Promise<Result>): Promise<Result>;
}

const everyMs = 600_000;
/** Tenants and callers that are remembered; those of before go when it is full, and are recorded once more. */
const most = 10_000;

/** Looks at payloads by operators, or by the gateway for somebody, whose own event then says who. */
export function createRecordedLooks(
  record: (entry: AuditEntry) => Promise<void>,
  now: () => number = Date.now,
): RecordedLooks {
  const recent = new Map<string, { readonly at: number; since: number }>();
  const write = ({ tenant, type, target, replyTo, traceId }: Look, facts?: AuditData['facts']) =>
    record({
      tenant,
      class: auditEventClass(type),
      type,
      data: {
        actor: actorOf(replyTo),
        target,
        outcome: 'succeeded',
        ...(traceId !== null && { trace_id: traceId }),
        ...(facts !== undefined && { facts }),
      },
    });
  return {
    async one(look, work) {
      const result = await work();
      await write(look);
      return result;
    },
    async often(look, work) {
      const result = await work();
      const name = `${look.tenant} ${look.type} ${actorOf(look.replyTo).id}`;
      const last = recent.get(name);
      if (last !== undefined && now() - last.at < everyMs) {
        last.since++;
        return result;
      }
      await write(look, { before: last?.since ?? 0 });
      if (recent.size >= most) recent.clear();
      recent.set(name, { at: now(), since: 0 });
      return result;
    },
  };
}

function actorOf(replyTo: string): AuditData['actor'] {
  return replyTo.startsWith(`${inboxPrefixOf('gateway')}.`)
    ? { kind: 'service', id: 'gateway' }
    : { kind: 'admin', id: 'admin' };
}
