import { NdjsonReader } from './ndjson-reader.ts';
import { BytePieceReader, TextPieceReader } from './piece-reader.ts';
import { SseReader } from './sse-reader.ts';
import type { ItemReader } from './stream-item.ts';
import type { StreamPlan } from './stream-plan.ts';

const textualType =
  /^\s*(?:text\/|application\/(?:[\w.+-]*\+)?(?:json|xml|yaml|javascript|x-ndjson|jsonl)\b|message\/)/i;

/** Whether the pieces of a chunked answer are bytes, to be delivered in base64. */
export function isBinary(plan: StreamPlan, contentType: string | null): boolean {
  if (plan.kind !== 'chunked' || plan.data === 'text') return false;
  return plan.data === 'base64' || contentType === null || !textualType.test(contentType);
}

/** Whether an answer of this type can be the stream that the document promises. */
export function isStreamOfKind(plan: StreamPlan, contentType: string | null): boolean {
  return plan.kind !== 'sse' || (contentType !== null && /^\s*text\/event-stream\b/i.test(contentType));
}

export function itemReaderOf(plan: StreamPlan, contentType: string | null): ItemReader {
  if (plan.kind === 'sse') return new SseReader(plan);
  if (plan.kind === 'ndjson') return new NdjsonReader();
  return isBinary(plan, contentType) ? new BytePieceReader() : new TextPieceReader();
}
