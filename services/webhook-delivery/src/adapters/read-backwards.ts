import type { Messaging, StreamMessage } from '@patchbay/messaging';

/** Sequence numbers of the first stretch that is read, and of the longest. */
const firstStretch = 256;
const longestStretch = 4_194_304;

export interface ReadBackwardsOptions {
  readonly stream: string;
  readonly filter: string;
  /** From below this sequence number on; null: from the end. */
  readonly before: number | null;
  readonly headersOnly?: boolean;
  /** Where it may end: false for a page with nothing newer than what is asked for. Default: at the stream's first message. */
  readonly goOn?: (oldest: StreamMessage) => boolean;
  /** Messages held at once. */
  readonly pageRows: number;
}

/**
 * A stream's messages newest first, in pages. JetStream reads forwards only, so it is read in stretches from the end on, each
 * twice as long as the one before where that had little in it.
 */
export async function* readBackwards(
  messaging: Pick<Messaging, 'readStream' | 'streamBounds'>,
  { stream, filter, before, headersOnly = false, goOn = () => true, pageRows }: ReadBackwardsOptions,
): AsyncGenerator<readonly StreamMessage[], void, undefined> {
  const { first, last } = await messaging.streamBounds(stream);
  let end = Math.min(before ?? last + 1, last + 1);
  for (let stretch = firstStretch; end > first; ) {
    const start = Math.max(first, end - stretch);
    const found: StreamMessage[] = [];
    for await (const { messages } of messaging.readStream(stream, {
      filter,
      after: start - 1,
      pageRows,
      headersOnly,
    })) {
      const inside = messages.filter(({ sequence }) => sequence < end);
      found.push(...inside);
      if (inside.length < messages.length) break;
    }
    end = start;
    if (found.length < pageRows / 2) stretch = Math.min(stretch * 2, longestStretch);
    else if (found.length > pageRows * 2) stretch = Math.max(firstStretch, Math.floor(stretch / 2));
    const oldest = found[0];
    if (oldest === undefined) continue;
    yield found.toReversed();
    if (!goOn(oldest)) return;
  }
}
