import { textsAt } from './find-values.ts';
import { Refusal } from './hook-request.ts';
import type { Values } from './render-template.ts';
import type { SignedVerification } from './scheme.ts';

/**
 * The request's time as it is written, after it was found near enough to `nowMs` (Unix milliseconds), on both sides: a
 * time in the future would let a captured request be kept.
 */
export function checkTimestamp(
  timestamp: NonNullable<SignedVerification['timestamp']>,
  values: Values,
  nowMs: number,
): string {
  const [text, ...others] = textsAt(timestamp, values);
  if (text === undefined) throw new Refusal('timestamp_missing', `There is no time at ${timestamp.from}.`);
  if (others.length > 0) throw new Refusal('timestamp_malformed', 'There is more than one time.');
  const offMs = millisecondsOf(text, timestamp.unit) - nowMs;
  if (Number.isNaN(offMs)) throw new Refusal('timestamp_malformed', `The time is not in ${timestamp.unit}.`);
  const { tolerance_s } = timestamp;
  if (offMs < -tolerance_s * 1_000) {
    const late = Math.round(-offMs / 1_000);
    throw new Refusal('timestamp_too_old', `The request is ${late} s old; ${tolerance_s} s are let pass.`);
  }
  if (offMs > tolerance_s * 1_000) {
    const early = Math.round(offMs / 1_000);
    throw new Refusal('timestamp_in_future', `The request is from ${early} s ahead; ${tolerance_s} s are let pass.`);
  }
  return text;
}

/** Unix milliseconds; NaN for what is not written so. */
export function millisecondsOf(text: string, unit: 's' | 'ms' | 'rfc3339'): number {
  if (unit === 'rfc3339') return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (!/^\d{1,16}$/.test(text)) return Number.NaN;
  return unit === 's' ? Number(text) * 1_000 : Number(text);
}
