/** What a drill showed, as `npm run drill -- NAME --json` prints it. */
export interface DrillReport {
  readonly drill: string;
  readonly at: string;
  readonly seconds: number;
  readonly steps: readonly { readonly step: string; readonly seconds: number }[];
  /** What was measured and is not judged. */
  readonly figures: readonly Figure[];
  readonly verdicts: readonly Verdict[];
  /** Every verdict held. */
  readonly held: boolean;
}

export interface Figure {
  readonly what: string;
  readonly value: number | string;
  readonly unit: string;
}

export interface Verdict {
  readonly what: string;
  readonly value: number | string;
  /** What it had to be, or at most. */
  readonly wanted: number | string;
  readonly held: boolean;
}

/** A rehearsal of a runbook, under way. */
export interface Drill {
  /** Does a step and takes its time. */
  step<T>(name: string, work: () => Promise<T>): Promise<T>;
  figure(what: string, value: number | string, unit?: string): void;
  /** Judges a number by the most that it may be. */
  atMost(what: string, value: number, wanted: number): void;
  /** Judges something by what it has to be. */
  equals(what: string, value: number | string, wanted: number | string): void;
  /** Done when the drill ends, however it ends; the last one first. */
  onEnd(clean: () => Promise<unknown> | unknown): void;
}

/** Runs a drill to its end. What it throws is a verdict too. */
export async function rehearse(
  name: string,
  play: (drill: Drill) => Promise<void>,
  say: (line: string) => void,
): Promise<DrillReport> {
  const started = performance.now();
  const at = new Date().toISOString();
  const steps: { step: string; seconds: number }[] = [];
  const figures: Figure[] = [];
  const verdicts: Verdict[] = [];
  const ends: (() => Promise<unknown> | unknown)[] = [];
  const judge = (verdict: Verdict) => {
    verdicts.push(verdict);
    say(`  ${verdict.held ? 'held' : 'NOT HELD'}  ${verdict.what}: ${verdict.value} (wanted ${verdict.wanted})`);
  };
  const drill: Drill = {
    async step(step, work) {
      const begun = performance.now();
      try {
        return await work();
      } finally {
        const seconds = rounded((performance.now() - begun) / 1_000);
        steps.push({ step, seconds });
        say(`${seconds.toFixed(1).padStart(7)} s  ${step}`);
      }
    },
    figure(what, value, unit = '') {
      const figure = { what, value: typeof value === 'number' ? rounded(value) : value, unit };
      figures.push(figure);
      say(`           ${what}: ${figure.value}${unit === '' ? '' : ` ${unit}`}`);
    },
    atMost: (what, value, wanted) =>
      judge({ what, value: rounded(value), wanted: `at most ${wanted}`, held: value <= wanted }),
    equals: (what, value, wanted) => judge({ what, value, wanted, held: value === wanted }),
    onEnd: (clean) => void ends.push(clean),
  };
  try {
    await play(drill);
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    judge({ what: 'came to its end', value: message, wanted: 'yes', held: false });
  }
  for (const clean of ends.reverse()) {
    try {
      await clean();
    } catch (error) {
      judge({ what: 'left the machine as it was', value: String(error), wanted: 'yes', held: false });
    }
  }
  const held = verdicts.length > 0 && verdicts.every((verdict) => verdict.held);
  return { drill: name, at, seconds: rounded((performance.now() - started) / 1_000), steps, figures, verdicts, held };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
