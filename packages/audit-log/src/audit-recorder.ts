import {
  type AuditClass,
  type AuditData,
  type AuditEvent,
  auditHeaders,
  buildSubject,
  newId,
  PatchbayError,
} from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import { type AuditProducer, auditMac } from './mac.ts';

/** What a service tells the recorder; envelope, id and time are added. */
export interface AuditEntry {
  readonly tenant: string;
  readonly class: AuditClass;
  /** `dev.patchbay.…` */
  readonly type: string;
  /** What the event is about, such as an execution's id. */
  readonly subject?: string;
  readonly data: AuditData;
}

/** The two moments of a record. */
export interface Recording {
  /** It is in the kernel's hands and outlives this process; the stream has not confirmed it yet. */
  readonly sent: Promise<void>;
  /** The stream confirmed it. Rejects with PatchbayError `audit_unavailable` when no sink took it; so does `sent`. */
  readonly durable: Promise<void>;
}

export interface AuditRecorder {
  /** Begins to record. Both promises must be looked after; rejections nobody awaits are silent. */
  begin(entry: AuditEntry): Recording;
  /** Settles when the event is durable. @throws PatchbayError `audit_unavailable` when no sink took it. */
  record(entry: AuditEntry): Promise<void>;
  /** Waits for what is under way. */
  close(): Promise<void>;
}

export interface AuditRecorderOptions {
  readonly messaging: Pick<Messaging, 'publishDurable' | 'written'>;
  readonly producer: AuditProducer;
  readonly instance: string;
  readonly macKey: Buffer;
  /** Milliseconds to wait for the stream's acknowledgement. */
  readonly timeoutMs?: number;
}

interface Batch {
  readonly events: string[];
  readonly firstId: string;
  bytes: number;
  readonly recording: Recording;
  readonly markSent: () => void;
  readonly settle: (error?: unknown) => void;
}

/** Publishes of one lane under way at once before events start to share one. */
const maxInFlight = 2;
const maxBatchEvents = 500;
const maxBatchBytes = 512 * 1_024;

/**
 * Records audit events on stream `AUDIT`. A quiet producer publishes each event at once; a busy one lets the events that
 * arrive while two publishes are under way share the next one (group commit), so the cost of durability per event falls
 * as load rises. Events of one tenant and class stay in order.
 */
export function createAuditRecorder(options: AuditRecorderOptions): AuditRecorder {
  const { messaging, producer, macKey } = options;
  const source = `/services/${producer}/${options.instance}`;
  const timeoutMs = options.timeoutMs ?? 2_000;
  const lanes = new Map<
    string,
    { readonly name: string; readonly subject: string; inFlight: number; waiting: Batch[] }
  >();
  const open = new Set<Promise<void>>();

  function laneOf(tenant: string, auditClass: AuditClass) {
    const name = `${tenant}.${auditClass}`;
    let lane = lanes.get(name);
    if (lane === undefined) {
      lane = {
        name,
        subject: buildSubject('audit.v1.{tenant}.{class}', { tenant, class: auditClass }),
        inFlight: 0,
        waiting: [],
      };
      lanes.set(name, lane);
    }
    return lane;
  }

  async function publish(lane: ReturnType<typeof laneOf>, batch: Batch): Promise<void> {
    lane.inFlight++;
    const payload = `[${batch.events.join(',')}]`;
    try {
      const acknowledged = messaging.publishDurable(lane.subject, payload, {
        messageId: batch.firstId,
        timeoutMs,
        headers: { [auditHeaders.producer]: producer, [auditHeaders.mac]: auditMac(macKey, lane.subject, payload) },
      });
      // Without a connection it is not sent; whether it became durable settles both then.
      messaging.written().then(batch.markSent, () => {});
      await acknowledged;
      batch.settle();
    } catch (error) {
      batch.settle(
        new PatchbayError('audit_unavailable', { message: 'The audit stream did not take the record.', cause: error }),
      );
    } finally {
      lane.inFlight--;
      const next = lane.waiting.shift();
      if (next !== undefined) void publish(lane, next);
      else if (lane.inFlight === 0) lanes.delete(lane.name); // a million quiet tenants cost nothing
    }
  }

  function begin(entry: AuditEntry): Recording {
    const lane = laneOf(entry.tenant, entry.class);
    const id = newId('auditEvent');
    const event: AuditEvent = {
      specversion: '1.0',
      id,
      source,
      type: entry.type,
      time: new Date().toISOString(),
      ...(entry.subject !== undefined && { subject: entry.subject }),
      tenant: entry.tenant,
      datacontenttype: 'application/json',
      data: entry.data,
    };
    const text = JSON.stringify(event);
    const last = lane.waiting.at(-1);
    if (last !== undefined && last.events.length < maxBatchEvents && last.bytes + text.length < maxBatchBytes) {
      last.events.push(text);
      last.bytes += text.length;
      return last.recording;
    }
    const batch = newBatch(id, text);
    open.add(batch.recording.durable);
    batch.recording.durable.then(
      () => open.delete(batch.recording.durable),
      () => open.delete(batch.recording.durable),
    );
    if (lane.inFlight < maxInFlight) void publish(lane, batch);
    else lane.waiting.push(batch);
    return batch.recording;
  }

  return {
    begin,
    record: (entry) => begin(entry).durable,
    async close() {
      await Promise.allSettled(open);
    },
  };
}

function newBatch(firstId: string, text: string): Batch {
  const sent = Promise.withResolvers<void>();
  const durable = Promise.withResolvers<void>();
  sent.promise.catch(() => {});
  durable.promise.catch(() => {});
  return {
    events: [text],
    firstId,
    bytes: text.length,
    recording: { sent: sent.promise, durable: durable.promise },
    markSent: sent.resolve,
    settle(error) {
      if (error === undefined) {
        sent.resolve();
        durable.resolve();
      } else {
        sent.reject(error);
        durable.reject(error);
      }
    },
  };
}
