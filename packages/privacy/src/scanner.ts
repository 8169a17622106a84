import type { Context } from './context.ts';
import type { Finding } from './finding.ts';
import type { NumberRun } from './number-runs.ts';
import type { View } from './view.ts';

/** A text with what every scanner needs of it. */
export interface Scanned {
  readonly view: View;
  readonly context: Context;
  readonly runs: readonly NumberRun[];
  readonly countries: readonly string[];
}

/** Finds candidates of whatever trust; thresholds and overlaps come after. Time grows with the text's length and no faster. */
export type Scanner = (scanned: Scanned) => Iterable<Finding>;
