/** A value at a time. */
export interface Point {
  /** Seconds. */
  readonly at: number;
  readonly value: number;
}

/** How values go over time. */
export interface Trend {
  /** The median of the slopes between all pairs (Theil–Sen), for each second: one odd value does not move it. */
  readonly perSecond: number;
  /** How surely they go up, or down below 0, in standard deviations of what chance makes (Mann–Kendall, with ties). */
  readonly surely: number;
  readonly median: number;
}

/** The trend of at least two points at different times; of fewer, none. */
export function trendOf(points: readonly Point[]): Trend {
  const slopes: number[] = [];
  let ups = 0;
  for (const [i, from] of points.entries())
    for (const to of points.slice(i + 1)) {
      ups += Math.sign(to.value - from.value);
      if (to.at !== from.at) slopes.push((to.value - from.value) / (to.at - from.at));
    }
  const n = points.length;
  const ties = [...Map.groupBy(points, ({ value }) => value).values()].map((same) => same.length);
  const variance = (spread(n) - ties.reduce((sum, times) => sum + spread(times), 0)) / 18;
  // Continuity: one pair less in the direction of the sum.
  const surely = variance > 0 ? (ups - Math.sign(ups)) / Math.sqrt(variance) : 0;
  return { perSecond: middle(slopes) ?? 0, surely, median: middle(points.map(({ value }) => value)) ?? 0 };
}

function spread(times: number): number {
  return times * (times - 1) * (2 * times + 5);
}

function middle(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  if (sorted.length === 0) return null;
  const upper = sorted[half] as number;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] as number)) / 2;
}

/** One chance in a hundred that values which do not grow look so. */
const sure = 2.33;

/**
 * Whether values grow: surely, and in the time of the points by more than what does not matter, which is the larger of
 * `tolerated` and 5 % of their median. Both are asked, since values that follow each other are seldom independent.
 */
export function grows(points: readonly Point[], tolerated: number): boolean {
  const { perSecond, surely, median } = trendOf(points);
  const seconds = (points.at(-1)?.at ?? 0) - (points[0]?.at ?? 0);
  return surely > sure && perSecond * seconds > Math.max(tolerated, median * 0.05);
}
