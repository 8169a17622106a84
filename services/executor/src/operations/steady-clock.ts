/**
 * Unix milliseconds that no step of the wall clock moves: the time this process began, and what a monotonic clock has
 * counted since. Claims are held against it, so that an NTP correction gives none up that is still running. It drifts
 * from the wall clock by what that was stepped since; between machines, only their clocks at start need agree.
 */
export function steadyNow(): number {
  return performance.timeOrigin + performance.now();
}
