import { auditHeaders } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import { drainSpool } from './drain-spool.ts';
import { Spool, type SpoolOptions } from './spool.ts';
import type { SpooledMessage } from './spool-entry.ts';

/** What the recorder asks of a service's logger. */
export interface SinkLog {
  warn(detail: object, message: string): void;
  error(detail: object, message: string): void;
  info(detail: object, message: string): void;
}

export interface SinkOptions {
  readonly messaging: Pick<Messaging, 'publishDurable' | 'connected'>;
  /** Milliseconds to wait for the stream's acknowledgement where there is no spool. */
  readonly timeoutMs: number;
  /** Null: the stream is the only sink. */
  readonly spool: SpoolOptions | null;
  readonly log: SinkLog | null;
  /** Called when messages that were held back may go. */
  readonly onResume: () => void;
}

/** Milliseconds after which a stream that says nothing counts as away, where there is a spool. */
const quickMs = 250;
/** Milliseconds between two tries at a spool that could not be made ready. */
const prepareAgainMs = 5_000;

/**
 * Where audit messages become durable: the stream, or, when that does not take one in time, a spool on local disk. From the
 * first one that the stream did not take until the spool is empty again, all go to the spool, so that a lane stays in order.
 */
export class AuditSinks {
  readonly #options: SinkOptions;
  readonly #spool: Spool | null;
  /** `holding`: the spool's last messages are on their way to the stream, and new ones wait for them. */
  #mode: 'stream' | 'spool' | 'holding' = 'stream';
  #draining: Promise<void> | null = null;
  #preparing: NodeJS.Timeout | null = null;
  readonly #closing = new AbortController();

  constructor(options: SinkOptions) {
    this.#options = options;
    this.#spool =
      options.spool === null
        ? null
        : new Spool(options.spool, (what, detail) => options.log?.error({ alert: 'audit_spool', ...detail }, what));
    this.#prepare();
  }

  /** Whether new messages should wait, for some milliseconds, until `onResume`. */
  get holding(): boolean {
    return this.#mode === 'holding';
  }

  /**
   * Settles when the message is durable. `onPublished` is called when it was handed to the connection.
   * @throws what the sinks failed with, when neither took it.
   */
  deliver(message: SpooledMessage, onPublished: () => void): Promise<void> {
    const { messaging, timeoutMs } = this.#options;
    if (this.#spool === null) return this.#publish(message, timeoutMs, onPublished);
    if (this.#mode === 'stream' && messaging.connected) return this.#streamFirst(message, this.#spool, onPublished);
    return this.#spoolFirst(message, this.#spool, onPublished);
  }

  get #quickMs(): number {
    return Math.min(quickMs, this.#options.timeoutMs);
  }

  /** Ends the draining; what is left is on disk for the next process. */
  async close(): Promise<void> {
    this.#closing.abort();
    if (this.#preparing !== null) clearTimeout(this.#preparing);
    await this.#draining;
    await this.#spool?.close();
  }

  async #publish(message: SpooledMessage, timeoutMs: number, onPublished?: () => void): Promise<void> {
    const { subject, messageId, producer, mac, payload } = message;
    const acknowledged = this.#options.messaging.publishDurable(subject, payload, {
      messageId,
      timeoutMs,
      headers: { [auditHeaders.producer]: producer, [auditHeaders.mac]: mac },
    });
    onPublished?.();
    await acknowledged;
  }

  async #streamFirst(message: SpooledMessage, spool: Spool, onPublished: () => void): Promise<void> {
    try {
      await this.#publish(message, this.#quickMs, onPublished);
    } catch (failure) {
      if (isFinal(failure)) throw failure;
      this.#leaveStream(spool, failure);
      try {
        await spool.append(message);
      } catch (refusal) {
        throw new AggregateError([failure, refusal], 'neither the stream nor the spool took it');
      }
    }
  }

  async #spoolFirst(message: SpooledMessage, spool: Spool, onPublished: () => void): Promise<void> {
    this.#leaveStream(spool, null);
    try {
      await spool.append(message);
    } catch (refusal) {
      if (!this.#options.messaging.connected) throw refusal;
      // Out of its lane's order, and better than not at all.
      await this.#publish(message, this.#quickMs, onPublished).catch((failure) => {
        throw new AggregateError([refusal, failure], 'neither the spool nor the stream took it');
      });
    }
  }

  #leaveStream(spool: Spool, failure: unknown): void {
    const held = this.#mode === 'holding';
    if (this.#mode === 'stream')
      this.#options.log?.warn({ err: failure }, 'the audit stream is away: records go to the spool');
    this.#mode = 'spool';
    if (held) this.#options.onResume();
    if (!this.#closing.signal.aborted) this.#draining ??= this.#drain(spool);
  }

  async #drain(spool: Spool): Promise<void> {
    const { messaging, log } = this.#options;
    let unreadable = false;
    const drained = await drainSpool(spool, {
      connected: () => messaging.connected,
      publish: (message, timeoutMs) => this.#publish(message, timeoutMs),
      isFinal,
      hold: () => {
        this.#mode = 'holding';
      },
      // Something was spooled while the last round was under way.
      stillHolding: () => this.#mode === 'holding',
      release: (empty) => {
        this.#mode = empty ? 'stream' : 'spool';
        // Whoever is resumed may have to begin another.
        if (empty) this.#draining = null;
        this.#options.onResume();
      },
      onUnreadable: (err) => {
        if (!unreadable) log?.error({ alert: 'audit_spool', err }, 'the audit spool cannot be read');
        unreadable = true;
      },
      onRefused: (message, error) =>
        log?.error(
          { alert: 'audit_spool', err: error, subject: message.subject, message_id: message.messageId },
          'the audit stream will never take a record of the spool',
        ),
      signal: this.#closing.signal,
    });
    if (drained > 0) log?.info({ messages: drained, left: spool.bytes }, 'the audit spool was drained');
  }

  /** Finds what a process before left, and begins to bring it to the stream. */
  #prepare(): void {
    const spool = this.#spool;
    if (spool === null) return;
    this.#preparing = null;
    try {
      spool.prepare();
      if (!spool.empty) this.#leaveStream(spool, null);
    } catch (error) {
      this.#options.log?.error({ alert: 'audit_spool', err: error }, 'the audit spool cannot be used');
      this.#preparing = setTimeout(() => this.#prepare(), prepareAgainMs).unref();
    }
  }
}

/** JetStream's codes for messages that it would never take, whatever becomes of it. Source: nats-server `errors.json`. */
const finalCodes = new Set([10_052, 10_054]);

/** Whether the fault is the message's, or its sender's, and not the stream's. */
function isFinal(failure: unknown): boolean {
  if (!(failure instanceof Error)) return false;
  if (failure.name === 'PermissionViolationError' || failure.name === 'InvalidArgumentError') return true;
  return failure.name === 'StreamRefusal' && finalCodes.has((failure as Error & { code: number }).code);
}
