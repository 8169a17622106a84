/** How calls come. Times in seconds, rates in calls a second. */
export type LoadShape =
  /** So many callers, each of which waits for its answer before it calls again: a stalled system is asked less. */
  | { readonly kind: 'closed'; readonly callers: number }
  /** Calls at a rate, whatever becomes of those before, as many conversations at once make them. */
  | { readonly kind: 'open'; readonly perSecond: number; readonly mostInFlight: number };

/** When a load ends, whichever comes first. */
export interface LoadBounds {
  /** Measured seconds, after the warm-up. */
  readonly seconds: number;
  /** Calls, those of the warm-up among them. */
  readonly calls: number;
  /** Seconds at the beginning whose calls are made and not measured. */
  readonly warmupSeconds: number;
}

/** What no load goes beyond, whoever asks. */
const loadCaps = {
  seconds: 3_600,
  calls: 1_000_000,
  warmupSeconds: 300,
  callers: 1_024,
  perSecond: 20_000,
  mostInFlight: 10_000,
} as const;

/** Why a load may not be, or null. */
export function problemOfLoad(shape: LoadShape, bounds: LoadBounds): string | null {
  const within = (name: string, value: number, most: number, least = 1): string | null =>
    value >= least && value <= most ? null : `${name} may be from ${least} to ${most}, and is ${value}.`;
  const ofShape =
    shape.kind === 'closed'
      ? within('The number of callers', shape.callers, loadCaps.callers)
      : (within('The rate', shape.perSecond, loadCaps.perSecond, 0.1) ??
        within('The number of calls in flight', shape.mostInFlight, loadCaps.mostInFlight));
  return (
    ofShape ??
    within('The time in seconds', bounds.seconds, loadCaps.seconds, 0.1) ??
    within('The number of calls', bounds.calls, loadCaps.calls) ??
    within('The warm-up in seconds', bounds.warmupSeconds, loadCaps.warmupSeconds, 0)
  );
}
