import { z } from 'zod';
import { idSchema } from '../ids.ts';
import { Untrusted } from './untrusted.ts';

/** Chunks under way to one caller at most, and what an omitted window becomes. */
export const maxStreamWindow = 1_024;
export const defaultStreamWindow = 64;

/** Bytes of chunks under way to one caller at most, whatever its window. */
export const maxStreamWindowBytes = 1_048_576;

/**
 * One message of a stream, on the reply subject of the request that asked for it. Sequence 0 comes first, holds no data,
 * and tells the execution's id; items count from 1 without a gap. A number left out means that a chunk was lost.
 */
export const StreamChunk = z.object({
  execution_id: idSchema('execution'),
  sequence: z.int().nonnegative(),
  /** The item, as the tool's document shapes it. */
  data: z.unknown(),
  /** Only when something in it is suspicious. */
  untrusted: Untrusted.optional(),
});
export type StreamChunk = z.infer<typeof StreamChunk>;

/**
 * `tools.v1.<tenant>.stream.<execution>`: what the caller has used up so far. The executor sends at most a window beyond
 * it, and then stops reading the upstream. Said again, it does no harm; a number never sent is ignored.
 */
export const StreamCredit = z.strictObject({
  /** Sequence of the last chunk used up; 0 when none was. */
  acknowledged: z.int().nonnegative(),
  /** The caller takes no more: as a cancel, without a search for the execution. */
  cancel: z.boolean().default(false),
});
export type StreamCredit = z.infer<typeof StreamCredit>;

/** What a stream came to. */
export const StreamSummary = z.object({
  /** Chunks sent, so the sequence of the last. Fewer arrived: some were lost. */
  chunks: z.int().nonnegative(),
  /** The limit of the document that ended it early, or null. */
  cut_by: z.enum(['max_items', 'max_bytes']).nullable(),
});
export type StreamSummary = z.infer<typeof StreamSummary>;
