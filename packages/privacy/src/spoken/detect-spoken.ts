import { Context } from '../context.ts';
import { defaultCountries } from '../detect.ts';
import type { Entity } from '../entities.ts';
import type { DetectOptions, Finding } from '../finding.ts';
import { isTrusted } from '../is-trusted.ts';
import { resolveOverlaps } from '../resolve-overlaps.ts';
import { viewOf } from '../view.ts';
import { findCardDetails } from './find-card-details.ts';
import { findSpokenEmail } from './find-email.ts';
import { findNumbers } from './find-numbers.ts';
import { sequencesOf } from './sequences.ts';
import { tokensOf } from './tokens.ts';
import { type Part, partsOf, type Turn, transcriptOf } from './turns.ts';

/** Something personal that was said, in one turn or over several. */
export interface SpokenFinding {
  readonly entity: Entity;
  /** 0 to 1, as of written findings. */
  readonly score: number;
  /** Digits or an address as they would be written. */
  readonly normalized: string;
  /** Every place where a part of it was said, in order; what lies between the first and the last word of a turn counts. */
  readonly parts: readonly Part[];
}

/**
 * Finds cards with their expiry and code, social security and phone numbers and e-mail addresses that are spoken: digits as words,
 * "double four", tens, fillers, corrections, over turns of both speakers. Pure; meant for a conversation's last turns, of which
 * `createTurnFolder` keeps them.
 */
export function detectSpoken(turns: readonly Turn[], options: DetectOptions = {}): SpokenFinding[] {
  const transcript = transcriptOf(turns);
  const tokens = tokensOf(transcript);
  const sequences = sequencesOf(tokens);
  const pieces = sequences.flat();
  const context = new Context(viewOf(transcript.text, options.label));
  const found: Finding[] = [...findSpokenEmail(tokens)];
  for (const sequence of sequences)
    found.push(...findNumbers(sequence, context, transcript.speakers, options.countries ?? defaultCountries));
  const trusted = resolveOverlaps(found.filter((one) => isTrusted(one, options)));
  const cards = trusted.filter(({ entity }) => entity === 'credit_card');
  const all = resolveOverlaps([...trusted, ...findCardDetails(tokens, sequences, cards)]);
  const wanted = options.entities && new Set(options.entities);
  return all
    .filter(({ entity }) => wanted?.has(entity) ?? true)
    .map(({ entity, start, end, score, normalized = '' }) => {
      const parts = partsOf(transcript, start, end, entity === 'email' ? tokens : pieces);
      return { entity, score, normalized, parts };
    });
}
