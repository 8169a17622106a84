import type { ExportJob } from '@patchbay/contracts';
import type { CommandContext } from '../context.ts';
import { clock } from './style.ts';
import { renderTable } from './table.ts';

/** Exports to object storage, a line each. */
export function renderExports(
  exports: readonly ExportJob[],
  { io, style }: Pick<CommandContext, 'io' | 'style'>,
): string {
  const paints = { waiting: style.quiet, running: style.warn, done: style.good, failed: style.bad };
  return renderTable(
    exports,
    [
      { title: 'EXPORT', value: ({ id }) => id, paint: style.name },
      { title: 'STATE', value: ({ state }) => state, paint: (text, { state }) => paints[state](text) },
      { title: 'RECORDS', value: ({ records, from_index, to_index }) => `${records}/${to_index - from_index}` },
      { title: 'STARTED', value: ({ created_at }) => clock(created_at), paint: style.quiet },
      { title: 'WHERE', value: ({ location, problem }) => problem ?? location, flexible: true },
    ],
    { style, width: io.stdout.columns ?? 120 },
  );
}
