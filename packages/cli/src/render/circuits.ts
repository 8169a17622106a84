import type { CircuitView, ExecutorCircuits } from '@patchbay/contracts';
import type { CommandContext } from '../context.ts';
import { renderTable } from './table.ts';

interface Row extends CircuitView {
  readonly executor: string;
}

/** What opens each kind of circuit. */
const causes = { connections: 'connections', answers: '5xx answers', credential: 'refused credential' } as const;

export function renderCircuits(
  executors: readonly ExecutorCircuits[],
  { io, style }: Pick<CommandContext, 'io' | 'style'>,
): string {
  if (executors.length === 0) return 'No executor answered.';
  const rows: Row[] = executors.flatMap(({ executor, circuits }) => circuits.map((one) => ({ ...one, executor })));
  const names = executors.map(({ executor }) => executor).join(', ');
  if (rows.length === 0) return `No upstream failed lately. Answered: ${names}.`;
  const table = renderTable(
    rows,
    [
      { title: 'HOST', value: ({ host }) => host, paint: style.name, flexible: true },
      { title: 'OF', value: ({ tenant }) => tenant ?? 'everyone' },
      { title: 'FOR', value: ({ watches }) => causes[watches] },
      {
        title: 'STATE',
        value: ({ state }) => state.replace('_', ' '),
        paint: (text, { state }) => (state === 'closed' ? style.good : style.bad)(text),
      },
      { title: 'NEXT PROBE', value: (row) => (row.state === 'open' ? `in ${seconds(row.retry_after_ms)}` : '') },
      { title: 'FAILED', value: ({ calls, failures }) => `${failures} of ${calls}` },
      { title: 'OPENED', value: ({ opened_by }) => opened_by ?? '' },
      { title: 'EXECUTOR', value: ({ executor }) => executor, paint: style.quiet },
    ],
    { style, width: io.stdout.columns ?? 120 },
  );
  const omitted = executors.reduce((sum, executor) => sum + executor.omitted, 0);
  return omitted === 0 ? table : `${table}\n${omitted} more circuits are not shown; narrow them down with --host.`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
