import type { CommandContext } from '../context.ts';
import type { StatsReport, StatsRow } from '../stats/merge-stats.ts';
import { count, duration, type Style } from './style.ts';
import { renderTable } from './table.ts';

/** Rows of tools shown; the rest is in --json. */
const maxTools = 20;

/** What the executors counted, for a person. */
export function renderStats(report: StatsReport, { io, style }: Pick<CommandContext, 'io' | 'style'>): string {
  const { executors, in_flight, total, tools, tenant_classes, attempts, limiter, replays, circuits } = report;
  const width = io.stdout.columns ?? 120;
  const limited = limiter.admitted + limiter.delayed;
  const head = [
    `${count(executors.length, 'executor')}, ${in_flight} in flight, ${count(total.count, 'execution')}, ${total.per_second}/s`,
    ...(replays > 0 ? [`${replays} answered from the ledger`] : []),
    ...(limited > 0 ? [`${limiter.delayed} of ${limited} held up by rate limits`] : []),
    ...(limiter.local > 0 ? [style.warn(`${limiter.local} rate decisions without Redis`)] : []),
  ];
  const parts = [head.join('; ')];
  const tables: [string, readonly StatsRow[]][] = [
    ['TOOL', [total, ...tools.slice(0, maxTools)].filter((row) => row.count > 0)],
    ...(tenant_classes.length > 1 ? ([['TENANT CLASS', tenant_classes]] as [string, readonly StatsRow[]][]) : []),
    ['UPSTREAM', attempts.slice(0, maxTools)],
  ];
  for (const [title, rows] of tables) if (rows.length > 0) parts.push(tableOf(title, rows, style, width));
  if (circuits.length > 0) {
    parts.push(
      renderTable(
        circuits,
        [
          { title: 'CIRCUIT', value: ({ host }) => host, flexible: true },
          { title: 'OF', value: ({ tenant }) => tenant ?? 'everyone' },
          { title: 'STATE', value: ({ state }) => state.replace('_', ' '), paint: style.bad },
          { title: 'EXECUTOR', value: ({ instance }) => instance },
        ],
        { style, width },
      ),
    );
  }
  return parts.join('\n\n');
}

function tableOf(title: string, rows: readonly StatsRow[], style: Style, width: number): string {
  const ms = (value: number | null) => (value === null ? '' : duration(value));
  return renderTable(
    rows,
    [
      { title, value: ({ name }) => name, paint: style.name },
      { title: 'CALLS', value: (row) => String(row.count), align: 'right' },
      { title: '/S', value: (row) => String(row.per_second), align: 'right' },
      { title: 'P50', value: (row) => ms(row.p50_ms), align: 'right' },
      { title: 'P95', value: (row) => ms(row.p95_ms), align: 'right' },
      { title: 'P99', value: (row) => ms(row.p99_ms), align: 'right' },
      {
        title: 'ERRORS',
        value: ({ errors }) =>
          Object.entries(errors)
            .map(([code, times]) => `${code} ${times}`)
            .join(', '),
        paint: style.bad,
        flexible: true,
      },
    ],
    { style, width },
  );
}
