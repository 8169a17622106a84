import type { WarmResult } from '@patchbay/contracts';
import type { CommandContext } from '../context.ts';
import { duration } from './style.ts';
import { renderTable } from './table.ts';

export function renderWarmed(
  { integrations, missing }: WarmResult,
  { io, style }: Pick<CommandContext, 'io' | 'style'>,
): string {
  const table = renderTable(
    integrations,
    [
      { title: 'INTEGRATION', value: ({ integration }) => integration, paint: style.name },
      {
        title: 'READY',
        value: ({ ready }) => (ready ? 'yes' : 'no'),
        paint: (text, { ready }) => (ready ? style.good : style.bad)(text),
      },
      { title: 'TOOK', value: ({ took_ms }) => duration(took_ms) },
      {
        title: 'HOSTS',
        value: ({ hosts }) => hosts.map(({ host, ready }) => (ready ? host : `${host} (not open)`)).join(' '),
      },
      { title: 'WHY NOT', value: ({ error }) => error?.message ?? '', flexible: true },
    ],
    { style, width: io.stdout.columns ?? 120 },
  );
  const unknown = missing.length === 0 ? '' : `Not known to this tenant: ${missing.join(', ')}.`;
  return [table, unknown].filter((text) => text !== '').join('\n');
}
