import type { DurableDefinition } from '@patchbay/contracts';
import type { BackUpStreamOptions, StreamSnapshot } from './stream-backup.ts';
import type { StreamMessage } from './types.ts';

/** A durable that is made while Patchbay runs, for some of a stream's subjects. */
export interface FilteredDurable extends DurableDefinition {
  /** A subject of the stream, with wildcards if need be. */
  readonly filter: string;
  /** What is its business: messages stored from then on, or from when it is made. Default: all that the stream has. */
  readonly from?: Date | 'now';
}

/** Some messages of a stream, in its order. */
export interface StreamPage {
  readonly messages: readonly StreamMessage[];
  /** The sequence number that the page reaches: reading after it goes on where this one is. */
  readonly upTo: number;
  /** Messages that were left when the page was made. */
  readonly left: number;
}

export interface ReadStreamOptions {
  /** A subject of the stream, with wildcards if need be. */
  readonly filter: string;
  /** From the message behind this sequence number on, or from the first one stored at or after a point in time. */
  readonly after: number | Date;
  readonly pageRows: number;
  /** Leaves payloads behind: a message's is empty. Default false. */
  readonly headersOnly?: boolean;
  /** False for who may not remove readers: the server forgets this one a minute after its last page. Default true. */
  readonly mayRemove?: boolean;
}

/** Part of a stream, and a subject that the server sends it to. */
export interface PushStreamOptions extends Pick<ReadStreamOptions, 'filter' | 'after'> {
  /** Nothing says whose it is: the caller has to know. */
  readonly deliverTo: string;
}

/** What a durable has before it. */
export interface DurableState {
  /** Messages that were not handed out yet. */
  readonly waiting: number;
  /** Handed out and not acknowledged, those that wait for another try included. */
  readonly open: number;
  /** Every message up to this sequence number is acknowledged. */
  readonly doneUpTo: number;
}

/** Streams beyond publishing and working through a durable that provisioning made. */
export interface StreamAccess {
  /**
   * Reads part of a stream in its order, page by page, and ends when none is left. A page is read when the one before was
   * taken. @throws Error when the server lost the reading; one from `upTo` on goes on.
   */
  readStream(stream: string, options: ReadStreamOptions): AsyncIterable<StreamPage>;
  /**
   * Has the server send part of a stream to a subject, then what comes, until nobody has listened there for a minute.
   * @returns messages that there are to send now.
   */
  pushStream(stream: string, options: PushStreamOptions): Promise<number>;
  /** One message by its number; null when it is no longer there. */
  streamMessage(stream: string, sequence: number): Promise<StreamMessage | null>;
  /** The first message of a subject with this number or a later one; null when there is none. For streams that no reading fits. */
  nextOfSubject(stream: string, subject: string, from: number): Promise<StreamMessage | null>;
  /** Overwrites a message and takes it away. False when it is no longer there. */
  eraseMessage(stream: string, sequence: number): Promise<boolean>;
  /** The numbers of the first and the last message; the first is beyond the last when there is none. */
  streamBounds(stream: string): Promise<{ readonly first: number; readonly last: number }>;
  /** Copies a stream out while it is written to. Needs the backup identity. @throws PatchbayError `overloaded`. */
  backUpStream(stream: string, options: BackUpStreamOptions): Promise<StreamSnapshot>;
  /**
   * Makes a stream that is missing again, from a copy. Needs the backup identity. @throws PatchbayError `invalid_request` when the
   * server does not take it, as when it is there; `overloaded`.
   */
  restoreStream(snapshot: StreamSnapshot, chunks: AsyncIterable<Uint8Array>): Promise<void>;
  /** Removes every message of a subject, wildcards included, and says how many those were. */
  purgeSubject(stream: string, subject: string): Promise<number>;
  /** Makes a durable, or leaves one as it is that is there already. */
  makeDurable(durable: FilteredDurable): Promise<void>;
  /** Removes a durable. What it has not acknowledged stays in the stream. One that is not there counts as removed. */
  removeDurable(stream: string, durable: string): Promise<void>;
  /** The names of a stream's durables. */
  durableNames(stream: string): Promise<string[]>;
  /** Null when there is no such durable. */
  durableState(stream: string, durable: string): Promise<DurableState | null>;
}
