import {
  type AuditClass,
  type AuditData,
  type AuditEvent,
  type AuditEventType,
  buildSubject,
  newId,
  PatchbayError,
} from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import { AuditSinks, type SinkLog } from './audit-sinks.ts';
import { type AuditProducer, auditMac } from './mac.ts';
import { withoutPersons } from './personal-recorder.ts';
import { RepeatPublishes } from './repeat-publishes.ts';
import type { SpoolOptions } from './spool.ts';

/** What a service tells the recorder; envelope, id and time are added. */
export interface AuditEntry {
  readonly tenant: string;
  readonly class: AuditClass;
  /** A row of the table `auditEventTypes`. */
  readonly type: AuditEventType;
  /** What the event is about, such as an execution's id. */
  readonly subject?: string;
  readonly data: AuditData;
  /**
   * True for an event that nobody waits for: it may wait `gatherMs` for others to share its publish, and goes along with
   * the next one that may not wait. What it tells is lost when the process is killed in that time. Where the stream does not
   * confirm it, it is published again for a minute: a connection may have been lost with it.
   */
  readonly unhurried?: boolean;
  /**
   * True for an event whose caller goes on once it is `handed` over: it is published at once, and again like an unhurried one where the
   * stream does not confirm it.
   */
  readonly ahead?: boolean;
  /**
   * For an event that several processes may record, each the same: what is otherwise made up. It travels alone, since its id is
   * then its message's id, and the same message id must always mean the same events.
   */
  readonly fixed?: { readonly id: string; readonly time: string; readonly source: string };
}

/** The moments of a record. */
export interface Recording {
  /**
   * It is on the connection, ahead of whatever this process sends after it; while no sink took the last record, it is durable.
   * Null: it is already. Rejects like `durable`.
   */
  readonly handed: Promise<void> | null;
  /** It is in the kernel's hands and outlives this process; the stream has not confirmed it yet. */
  readonly sent: Promise<void>;
  /** The stream confirmed it, or the spool has it on disk. Rejects with PatchbayError `audit_unavailable` when no sink took it; so does `sent`. */
  readonly durable: Promise<void>;
}

/** Data that is learnt at the end: nothing that could name a person. */
export type AuditEnding = Omit<Partial<AuditData>, 'actor' | 'arguments_digest' | 'sealed'> &
  Pick<AuditData, 'outcome'>;

/** An event of which the first part is known, and written down, before the rest is. */
export interface AuditDraft {
  /** Begins to record it, at this time and with the rest of its data: fields that the first part does not have. */
  complete(rest: AuditEnding, how?: Pick<AuditEntry, 'unhurried' | 'ahead'>): Recording;
}

/** What is known of an event whose data is still to be completed. */
export interface DraftEntry extends Omit<AuditEntry, 'data' | 'unhurried' | 'ahead' | 'fixed'> {
  readonly data: Omit<AuditData, 'outcome'>;
}

export interface AuditRecorder {
  /** Prepares an event while there is time for it. Nothing is recorded, and nothing held, until it is completed. */
  draft(entry: DraftEntry): AuditDraft;
  /** Begins to record. Both promises must be looked after; rejections nobody awaits are silent. */
  begin(entry: AuditEntry): Recording;
  /** Settles when the event is durable. @throws PatchbayError `audit_unavailable` when no sink took it. */
  record(entry: AuditEntry): Promise<void>;
  /** The service is about to end: events that nobody waits for are published again for two seconds at most. */
  windDown(): void;
  /** Waits for what is under way. */
  close(): Promise<void>;
}

export interface AuditRecorderOptions {
  readonly messaging: Pick<Messaging, 'publishDurable' | 'written' | 'connected'>;
  readonly producer: AuditProducer;
  readonly instance: string;
  readonly macKey: Buffer;
  /** Milliseconds to wait for the stream's acknowledgement, where there is no spool. Default 2,000. */
  readonly timeoutMs?: number;
  /** Where records go that the stream does not take in time. Default null: nowhere. */
  readonly spool?: SpoolOptions | null;
  /** Told of the spool's use and its troubles. */
  readonly log?: SinkLog;
  /** Milliseconds for which an event that nobody waits for is published again. Default 60,000. */
  readonly repeatForMs?: number;
  /** Told why, when such an event is published again and none was before. */
  readonly onRepeat?: (failure: unknown) => void;
}

interface Lane {
  readonly name: string;
  readonly subject: string;
  inFlight: number;
  waiting: Batch[];
  /** Runs while unhurried events wait. */
  gathering: NodeJS.Timeout | null;
}

interface Batch {
  readonly events: string[];
  readonly firstId: string;
  /** Takes no further event. */
  readonly alone: boolean;
  bytes: number;
  /** Somebody waits for one of its events. */
  hurried: boolean;
  /** Of its events that somebody waits for: what became of the first publish. */
  waited: OpenRecording | null;
  /** Of the others: what became of the last. */
  followed: OpenRecording | null;
}

interface OpenRecording {
  readonly recording: Recording;
  readonly markHanded: () => void;
  readonly markSent: () => void;
  /** Nobody may count on it, though it is published again. */
  readonly refuse: (error: unknown) => void;
  readonly settle: (error?: unknown) => void;
}

/** Publishes of one lane under way at once before events start to share one. */
const maxInFlight = 2;
/** Milliseconds that an unhurried event waits for company. */
const gatherMs = 5;
const maxBatchEvents = 500;
const maxBatchBytes = 512 * 1_024;

/**
 * Records audit events on stream `AUDIT`. A quiet producer publishes each event at once; a busy one lets the events that
 * arrive while two publishes are under way share the next one (group commit), so the cost of durability per event falls
 * as load rises. An event that nobody waits for is published with the next that somebody does wait for, or soon. Events
 * of one tenant and class stay in order, save those that have to be published again.
 */
export function createAuditRecorder(options: AuditRecorderOptions): AuditRecorder {
  const { messaging, producer, macKey } = options;
  const source = `/services/${producer}/${options.instance}`;
  const lanes = new Map<string, Lane>();
  const open = new Set<Promise<void>>();
  const repeats = new RepeatPublishes({
    connected: () => messaging.connected,
    forMs: options.repeatForMs ?? 60_000,
    windDownMs: 2_000,
    ...(options.onRepeat !== undefined && { onBegin: options.onRepeat }),
  });
  const sinks = new AuditSinks({
    messaging,
    timeoutMs: options.timeoutMs ?? 2_000,
    spool: options.spool ?? null,
    log: options.log ?? null,
    onResume: () => {
      for (const lane of [...lanes.values()]) publishWaiting(lane);
    },
  });
  let closing = false;
  /** No sink took the last record: being on the connection says nothing then. */
  let doubtful = false;

  function laneOf(tenant: string, auditClass: AuditClass): Lane {
    const name = `${tenant}.${auditClass}`;
    let lane = lanes.get(name);
    if (lane === undefined) {
      lane = {
        name,
        subject: buildSubject('audit.v1.{tenant}.{class}', { tenant, class: auditClass }),
        inFlight: 0,
        waiting: [],
        gathering: null,
      };
      lanes.set(name, lane);
    }
    return lane;
  }

  async function publish(lane: Lane, batch: Batch): Promise<void> {
    lane.inFlight++;
    const payload = `[${batch.events.join(',')}]`;
    const message = {
      subject: lane.subject,
      messageId: batch.firstId,
      producer,
      mac: auditMac(macKey, lane.subject, payload),
      payload,
    };
    const { waited, followed } = batch;
    const onPublished = () => {
      if (!doubtful) {
        waited?.markHanded();
        followed?.markHanded();
      }
      // Of the others nobody asks when they left.
      if (waited !== null) void messaging.written().then(waited.markSent, () => {});
    };
    try {
      // Without a connection it is not sent; whether it became durable settles all then.
      await sinks.deliver(message, onPublished);
      doubtful = false;
      waited?.settle();
      followed?.settle();
    } catch (error) {
      doubtful = true;
      waited?.settle(notTaken(error));
      followed?.refuse(notTaken(error));
      if (followed !== null)
        repeats
          .repeat(() => sinks.deliver(message, () => {}), payload.length, error)
          .then(
            () => followed.settle(),
            (last) => followed.settle(notTaken(last)),
          );
    } finally {
      lane.inFlight--;
      publishWaiting(lane);
      if (lane.inFlight === 0 && lane.waiting.length === 0) lanes.delete(lane.name); // a million quiet tenants cost nothing
    }
  }

  /** Publishes what waits, as far as there is room, but leaves a last batch that nobody waits for to gather more. */
  function publishWaiting(lane: Lane): void {
    if (sinks.holding) return;
    while (lane.inFlight < maxInFlight) {
      const next = lane.waiting[0];
      if (next === undefined || (lane.gathering !== null && !next.hurried && lane.waiting.length === 1)) return;
      lane.waiting.shift();
      if (lane.waiting.length === 0 && lane.gathering !== null) stopGathering(lane);
      void publish(lane, next);
    }
  }

  function stopGathering(lane: Lane): void {
    if (lane.gathering !== null) clearTimeout(lane.gathering);
    lane.gathering = null;
  }

  function endGathering(lane: Lane): void {
    stopGathering(lane);
    publishWaiting(lane);
  }

  function begin(entry: AuditEntry): Recording {
    const { fixed } = entry;
    const id = fixed?.id ?? newId('auditEvent');
    const event: AuditEvent = {
      ...envelopeOf(entry, fixed?.source ?? source),
      id,
      time: fixed?.time ?? new Date().toISOString(),
      data: withoutPersons(entry.data),
    };
    return enter(entry, id, JSON.stringify(event), fixed !== undefined);
  }

  function draft(entry: DraftEntry): AuditDraft {
    const data = withoutPersons(entry.data);
    // Both are objects with fields: what follows is written into the text before the braces that end them.
    const head = JSON.stringify({ ...envelopeOf(entry, source), data }).slice(0, -2);
    return {
      complete(rest, how = {}) {
        const more = JSON.stringify(rest).slice(1, -1);
        const id = newId('auditEvent');
        const ending = JSON.stringify({ id, time: new Date().toISOString() }).slice(1);
        return enter({ ...entry, ...how }, id, `${head},${more}},${ending}`, false);
      },
    };
  }

  /** Has the text of an event join what waits to be published. */
  function enter(
    { tenant, class: auditClass, unhurried, ahead }: Pick<AuditEntry, 'tenant' | 'class' | 'unhurried' | 'ahead'>,
    id: string,
    text: string,
    alone: boolean,
  ): Recording {
    const lane = laneOf(tenant, auditClass);
    const batch = joinWaiting(lane, id, text, alone);
    if (unhurried !== true || closing) batch.hurried = true;
    else lane.gathering ??= setTimeout(() => endGathering(lane), gatherMs);
    const kind = unhurried === true || ahead === true ? 'followed' : 'waited';
    batch[kind] ??= openRecording();
    const { recording } = batch[kind];
    publishWaiting(lane);
    return recording;
  }

  /** The batch that waits, if the event fits in; else one more. */
  function joinWaiting(lane: Lane, id: string, text: string, alone: boolean): Batch {
    const last = alone ? undefined : lane.waiting.at(-1);
    if (
      last !== undefined &&
      !last.alone &&
      last.events.length < maxBatchEvents &&
      last.bytes + text.length < maxBatchBytes
    ) {
      last.events.push(text);
      last.bytes += text.length;
      return last;
    }
    const batch: Batch = {
      events: [text],
      firstId: id,
      alone,
      bytes: text.length,
      hurried: false,
      waited: null,
      followed: null,
    };
    lane.waiting.push(batch);
    return batch;
  }

  function openRecording(): OpenRecording {
    const opened = newRecording();
    const { durable } = opened.recording;
    const forget = () => void open.delete(durable);
    open.add(durable);
    durable.then(forget, forget);
    return opened;
  }

  return {
    draft,
    begin,
    record: (entry) => begin(entry).durable,
    windDown: () => repeats.windDown(),
    async close() {
      closing = true;
      repeats.windDown();
      for (const lane of lanes.values()) endGathering(lane);
      await Promise.allSettled(open);
      await sinks.close();
    },
  };
}

function envelopeOf({ type, subject, tenant }: Pick<AuditEntry, 'type' | 'subject' | 'tenant'>, source: string) {
  return {
    specversion: '1.0',
    source,
    type,
    ...(subject !== undefined && { subject }),
    tenant,
    datacontenttype: 'application/json',
  } as const;
}

function notTaken(cause: unknown): PatchbayError {
  return new PatchbayError('audit_unavailable', { message: 'No sink took the audit record.', cause });
}

function newRecording(): OpenRecording {
  const handed = Promise.withResolvers<void>();
  const sent = Promise.withResolvers<void>();
  const durable = Promise.withResolvers<void>();
  let isHanded = false;
  for (const { promise } of [handed, sent, durable]) promise.catch(() => {});
  return {
    recording: {
      get handed() {
        return isHanded ? null : handed.promise;
      },
      sent: sent.promise,
      durable: durable.promise,
    },
    markHanded() {
      isHanded = true;
      handed.resolve();
    },
    markSent: sent.resolve,
    refuse: handed.reject,
    settle(error) {
      for (const { resolve, reject } of [handed, sent, durable])
        if (error === undefined) resolve();
        else reject(error);
    },
  };
}
