import type { Tool, ToolLatency } from '@patchbay/contracts';
import type { ObservedLatency } from './observed-latencies.ts';

/** Fewer samples than this give way to what the document says. */
const enoughSamples = 10;
/** Samples told at most: how much others use a shared tool is theirs. */
const mostSamples = 1_000;

/** How long a call takes: as observed, else as declared, else as far as it was observed at all. Undefined: nobody knows. */
export function toolLatency(
  declared: Tool['latency'],
  observed: ObservedLatency | null,
  now: number,
): ToolLatency | undefined {
  const samples = observed?.durations.count ?? 0;
  const isDeclared = declared?.p50_ms !== undefined || declared?.p95_ms !== undefined;
  if (observed !== null && samples > 0 && (samples >= enoughSamples || !isDeclared)) {
    const quantile = (q: number) => Math.round((observed.durations.quantile(q) as number) * 10) / 10;
    return {
      p50_ms: quantile(0.5),
      p95_ms: quantile(0.95),
      p99_ms: quantile(0.99),
      samples: roundedDown(samples),
      age_ms: Math.max(0, now - observed.newestAt),
      source: 'observed',
    };
  }
  if (!isDeclared) return undefined;
  return {
    p50_ms: declared?.p50_ms ?? null,
    p95_ms: declared?.p95_ms ?? null,
    p99_ms: null,
    samples: 0,
    age_ms: null,
    source: 'declared',
  };
}

/** 1, 2 or 5 times a power of ten. */
function roundedDown(samples: number): number {
  const power = 10 ** Math.floor(Math.log10(samples));
  const step = [5, 2, 1].find((one) => one * power <= samples) as number;
  return Math.min(mostSamples, step * power);
}
