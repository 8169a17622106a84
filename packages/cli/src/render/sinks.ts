import type { AuditSink } from '@patchbay/contracts';
import type { CommandContext } from '../context.ts';
import { clock } from './style.ts';
import { renderTable } from './table.ts';

/** Sinks of audit records, a line each. */
export function renderSinks(sinks: readonly AuditSink[], { io, style }: Pick<CommandContext, 'io' | 'style'>): string {
  return renderTable(
    sinks,
    [
      { title: 'SINK', value: ({ name }) => name, paint: style.name },
      {
        title: 'STATE',
        value: stateOf,
        paint: (text, sink) =>
          (sink.state === 'paused' ? style.bad : sink.failures > 0 ? style.warn : style.good)(text),
      },
      { title: 'SENT', value: ({ delivered }) => String(delivered), align: 'right' },
      { title: 'WAITING', value: ({ waiting }) => String(waiting), align: 'right' },
      {
        title: 'LAST',
        value: ({ delivered_at }) => (delivered_at === null ? 'never' : clock(delivered_at)),
        paint: style.quiet,
      },
      { title: 'WHERE', value: ({ settings, problem }) => problem ?? new URL(settings.url).host, flexible: true },
    ],
    { style, width: io.stdout.columns ?? 120 },
  );
}

function stateOf({ state, failures }: AuditSink): string {
  if (state === 'paused') return 'paused';
  return failures > 0 ? `failing (${failures})` : 'active';
}
