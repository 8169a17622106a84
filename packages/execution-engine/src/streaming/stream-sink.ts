import type { Untrusted } from '@patchbay/contracts';

/** Where the items of a stream go. */
export interface StreamSink {
  /**
   * Takes the next item. Settles when there is room for another: until then nothing more is read of the upstream. Never
   * rejects; once nobody takes items any more it settles at once. `untrusted`: what is suspicious about it.
   */
  deliver(item: unknown, untrusted: Untrusted | null): Promise<void>;
}

/** What was delivered of a stream. */
export interface StreamedSoFar {
  /** Items handed to the sink. */
  readonly delivered: number;
  /** The limit that ended it early. */
  readonly cutBy: 'max_items' | 'max_bytes' | null;
}
