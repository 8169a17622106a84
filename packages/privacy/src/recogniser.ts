import { detect } from './detect.ts';
import type { DetectOptions, Finding } from './finding.ts';
import { isTrusted } from './is-trusted.ts';
import { resolveOverlaps } from './resolve-overlaps.ts';

/** A port: what finds names and other things that no pattern can, such as a model in a process of its own. */
export interface Recogniser {
  /** Offsets are those of `text`. Rejects when it cannot tell; what then happens to the text is the caller's choice. */
  recognise(text: string, options: DetectOptions): Promise<readonly Finding[]>;
}

/** What patterns find together with what a recogniser finds, overlaps resolved. */
export async function detectWith(
  recogniser: Recogniser,
  text: string,
  options: DetectOptions = {},
): Promise<Finding[]> {
  const wanted = options.entities && new Set(options.entities);
  const recognised = (await recogniser.recognise(text, options)).filter(
    ({ entity, score, start, end }) =>
      (wanted?.has(entity) ?? true) &&
      isTrusted({ entity, score }, options) &&
      Number.isInteger(start) &&
      start >= 0 &&
      start < end &&
      end <= text.length,
  );
  return resolveOverlaps([...detect(text, options), ...recognised]);
}
