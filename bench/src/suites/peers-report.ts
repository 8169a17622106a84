import { number, table } from '../suite.ts';
import type { DriverResult } from '../work.ts';
import { median } from './calls-report.ts';

export interface Sample extends DriverResult {
  readonly door: string;
  readonly name: string;
  readonly delayMs: number;
  readonly concurrency: number;
  readonly round: number;
  /** Seconds of processor time by process; `driver` and `upstream` are not the product's. */
  readonly cpu: Readonly<Record<string, number>>;
  /** Of all processes of the product. */
  readonly memoryBytes: number;
}

export interface NotMeasured {
  readonly peer: string;
  readonly reason: string;
}

export interface Row {
  readonly door: string;
  readonly name: string;
  readonly upstream_ms: number;
  readonly concurrency: number;
  readonly calls_per_second: number;
  readonly failed: number;
  readonly p50_ms: number;
  readonly p95_ms: number;
  readonly p99_ms: number;
  /** Of the product's processes. */
  readonly cpu_seconds_per_1000: number;
  readonly cpu_by_process: Readonly<Record<string, number>>;
  readonly memory_bytes: number;
}

/** One of Patchbay's doors beside a peer's, at the most calls at once. */
export interface Comparison {
  readonly peer: string;
  readonly ours: string;
  readonly upstream_ms: number;
  readonly concurrency: number;
  /** Patchbay's calls a second by the peer's. */
  readonly calls_ratio: number;
  /** Patchbay's processor time for each call by the peer's. */
  readonly cpu_ratio: number;
  /** Null where there is no goal. */
  readonly met: boolean | null;
}

/**
 * What is held against what: the door that speaks the same protocol, and the one over NATS. `least` is the goal for calls a
 * second as a ratio to the peer's; processor time is to be less than the inverse of it.
 */
const heldAgainst: readonly {
  readonly peer: string;
  readonly ours: readonly string[];
  readonly least: number | null;
}[] = [
  { peer: 'worker', ours: ['nats-write'], least: 1 / 1.3 },
  { peer: 'moleculer', ours: ['nats-read'], least: null },
  { peer: 'openapi-mcp', ours: ['mcp', 'nats-read'], least: 1 },
  { peer: 'mcp-hub', ours: ['mcp', 'nats-read'], least: 1 },
  { peer: 'node-red', ours: ['rest', 'nats-read'], least: 1 },
  { peer: 'n8n', ours: ['rest', 'nats-read'], least: 1 },
  { peer: 'n8n-unsaved', ours: ['rest', 'nats-read'], least: 1 },
];

const outside = ['driver', 'upstream'];

/** A row for each door, upstream and concurrency, in the order of the samples: medians over rounds. */
export function summarise(samples: readonly Sample[]): Row[] {
  const cells = Map.groupBy(samples, ({ door, delayMs, concurrency }) => `${door}|${delayMs}|${concurrency}`);
  return [...cells.values()].map((cell) => {
    const [{ door, name, delayMs, concurrency, cpu }] = cell as [Sample, ...Sample[]];
    const of = (field: (sample: Sample) => number) => median(cell.map(field));
    const per1000 = (roles: readonly string[]) =>
      of((one) => (roles.reduce((sum, role) => sum + (one.cpu[role] ?? 0), 0) / one.calls) * 1_000);
    const roles = Object.keys(cpu);
    return {
      door,
      name,
      upstream_ms: delayMs,
      concurrency,
      calls_per_second: of((one) => one.calls / one.seconds),
      failed: cell.reduce((sum, one) => sum + one.failed, 0),
      p50_ms: of(({ p50 }) => p50),
      p95_ms: of(({ p95 }) => p95),
      p99_ms: of(({ p99 }) => p99),
      cpu_seconds_per_1000: per1000(roles.filter((role) => !outside.includes(role))),
      cpu_by_process: Object.fromEntries(roles.map((role) => [role, per1000([role])])),
      memory_bytes: of(({ memoryBytes }) => memoryBytes),
    };
  });
}

/** At the most calls at once, for each upstream, where both were measured. */
export function compare(rows: readonly Row[]): Comparison[] {
  const most = Math.max(...rows.map(({ concurrency }) => concurrency));
  const busiest = rows.filter(({ concurrency }) => concurrency === most);
  return heldAgainst.flatMap(({ peer, ours, least }) =>
    busiest
      .filter(({ door }) => door === peer)
      .flatMap((theirs) =>
        busiest
          .filter(({ door, upstream_ms }) => ours.includes(door) && upstream_ms === theirs.upstream_ms)
          .map((own) => {
            const calls_ratio = own.calls_per_second / theirs.calls_per_second;
            const cpu_ratio = own.cpu_seconds_per_1000 / theirs.cpu_seconds_per_1000;
            return {
              peer: theirs.name,
              ours: own.name,
              upstream_ms: own.upstream_ms,
              concurrency: most,
              calls_ratio,
              cpu_ratio,
              met: least === null ? null : calls_ratio >= least && cpu_ratio <= 1 / least,
            };
          }),
      ),
  );
}

export function renderReport(
  rows: readonly Row[],
  comparisons: readonly Comparison[],
  notMeasured: readonly NotMeasured[],
): string {
  return [
    table(
      ['', 'upstream ms', 'at once', 'calls/s', 'p50 ms', 'p95 ms', 'p99 ms', 'CPU s / 1,000', 'memory MB', 'failed'],
      rows.map((row) => [
        row.name,
        row.upstream_ms,
        row.concurrency,
        number(row.calls_per_second),
        number(row.p50_ms, 2),
        number(row.p95_ms, 2),
        number(row.p99_ms, 2),
        number(row.cpu_seconds_per_1000, 3),
        number(row.memory_bytes / 1_048_576),
        row.failed,
      ]),
    ),
    ...(comparisons.length === 0
      ? []
      : [
          `\nPatchbay by each peer, at ${comparisons[0]?.concurrency}:\n\n`,
          table(
            ['peer', 'Patchbay’s door', 'upstream ms', 'calls/s x', 'CPU x', 'goal'],
            comparisons.map((one) => [
              one.peer,
              one.ours.replace('Patchbay ', ''),
              one.upstream_ms,
              number(one.calls_ratio, 2),
              number(one.cpu_ratio, 2),
              one.met === null ? '' : one.met ? 'met' : 'falls short',
            ]),
          ),
        ]),
    ...notMeasured.map(({ peer, reason }) => `\nNot measured: ${peer}: ${reason}\n`),
  ].join('');
}
