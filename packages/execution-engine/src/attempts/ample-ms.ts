import type { LatencyEstimate } from './latency-estimate.ts';

/** A wait this long, in milliseconds, is ample for any host, as is four times the tool's median. */
const ampleMs = 1_000;

/** Milliseconds after which silence is the host's fault rather than a short deadline's. Timers may fire a little early. */
export function ampleMsOf(timeoutMs: number, latency: LatencyEstimate): number {
  return Math.min(timeoutMs, Math.max(ampleMs, 4 * latency.p50Ms)) - 2;
}
