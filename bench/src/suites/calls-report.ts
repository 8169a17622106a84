import { type Candidate, candidates, type DriverResult } from '../work.ts';

export interface Sample extends DriverResult {
  readonly candidate: Candidate;
  readonly concurrency: number;
  readonly round: number;
  /** Seconds of processor time by process. */
  readonly cpu: Readonly<Record<string, number>>;
}

export interface Row {
  readonly candidate: Candidate;
  readonly concurrency: number;
  readonly calls_per_second: number;
  readonly p50_ms: number;
  readonly p95_ms: number;
  readonly p99_ms: number;
  readonly cpu_seconds_per_1000: number;
  /** The same by process. */
  readonly cpu_by_process: Readonly<Record<string, number>>;
  /** Medians of the ratios inside each round, so that the machine's drift cancels. */
  readonly throughput_ratio: number;
  readonly p50_ratio: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** One row per candidate and concurrency: medians over rounds, ratios to bare NATS of the same round. */
export function summarise(samples: readonly Sample[]): Row[] {
  const levels = [...new Set(samples.map(({ concurrency }) => concurrency))];
  return candidates.flatMap((candidate) =>
    levels.map((concurrency) => {
      const own = samples.filter((sample) => sample.candidate === candidate && sample.concurrency === concurrency);
      const bare = new Map(
        samples
          .filter((sample) => sample.candidate === 'bare' && sample.concurrency === concurrency)
          .map((sample) => [sample.round, sample]),
      );
      const rate = (sample: Sample) => sample.calls / sample.seconds;
      const total = ({ cpu }: Sample) => Object.values(cpu).reduce((sum, seconds) => sum + seconds, 0);
      const ratio = (of: (sample: Sample) => number) =>
        median(own.map((sample) => of(sample) / of(bare.get(sample.round) as Sample)));
      return {
        candidate,
        concurrency,
        calls_per_second: median(own.map(rate)),
        p50_ms: median(own.map(({ p50 }) => p50)),
        p95_ms: median(own.map(({ p95 }) => p95)),
        p99_ms: median(own.map(({ p99 }) => p99)),
        cpu_seconds_per_1000: median(own.map((sample) => (total(sample) / sample.calls) * 1_000)),
        cpu_by_process: Object.fromEntries(
          Object.keys(own[0]?.cpu ?? {}).map((role) => [
            role,
            median(own.map(({ cpu, calls }) => ((cpu[role] ?? 0) / calls) * 1_000)),
          ]),
        ),
        throughput_ratio: ratio(rate),
        p50_ratio: ratio(({ p50 }) => p50),
      };
    }),
  );
}

export interface Goal {
  readonly text: string;
  readonly value: number;
  readonly met: boolean;
}

/** What the full path is held to, as ratios to bare NATS. */
export function judge(rows: readonly Row[]): Goal[] {
  const row = (candidate: Candidate, concurrency: number) =>
    rows.find((one) => one.candidate === candidate && one.concurrency === concurrency);
  const most = (text: string, value: number | undefined, limit: number): Goal[] =>
    value === undefined ? [] : [{ text: `${text} <= ${limit} x bare NATS`, value, met: value <= limit }];
  const least = (text: string, value: number | undefined, limit: number): Goal[] =>
    value === undefined ? [] : [{ text: `${text} >= ${limit} x bare NATS`, value, met: value >= limit }];
  return [
    ...most('read tool, p50 at concurrency 1', row('read', 1)?.p50_ratio, 2),
    ...least('read tool, throughput at concurrency 64', row('read', 64)?.throughput_ratio, 0.5),
    ...most('write tool (durable intent), p50 at concurrency 1', row('write', 1)?.p50_ratio, 2.5),
    ...least('write tool (durable intent), throughput at concurrency 64', row('write', 64)?.throughput_ratio, 0.4),
  ];
}

const names: Record<Candidate, string> = {
  direct: 'direct undici call',
  bare: 'bare NATS -> worker -> undici',
  read: 'Patchbay, read tool',
  write: 'Patchbay, write tool',
};

export function renderReport(rows: readonly Row[], goals: readonly Goal[]): string {
  const head =
    '| | at | calls/s | p50 ms | p95 ms | p99 ms | CPU s / 1,000 | calls x bare | p50 x bare |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|';
  const lines = rows.map(
    (row) =>
      `| ${names[row.candidate]} | ${row.concurrency} | ${Math.round(row.calls_per_second).toLocaleString('en')} | ${row.p50_ms.toFixed(2)} | ${row.p95_ms.toFixed(2)} | ${row.p99_ms.toFixed(2)} | ${row.cpu_seconds_per_1000.toFixed(3)} | ${row.throughput_ratio.toFixed(2)} | ${row.p50_ratio.toFixed(2)} |`,
  );
  const busiest = Math.max(...rows.map(({ concurrency }) => concurrency));
  const shares = rows
    .filter(({ concurrency }) => concurrency === busiest)
    .map(
      ({ candidate, cpu_by_process }) =>
        `${names[candidate]}: ${Object.entries(cpu_by_process)
          .map(([role, seconds]) => `${role} ${seconds.toFixed(3)}`)
          .join(', ')}`,
    );
  const verdicts = goals.map(
    ({ text, value, met }) => `${met ? 'met        ' : 'FALLS SHORT'}  ${text}: ${value.toFixed(2)}`,
  );
  return `${[head, ...lines].join('\n')}\n\nCPU s / 1,000 by process at ${busiest}:\n${shares.join('\n')}\n\n${verdicts.join('\n')}\n`;
}
