import type { Connection } from '@patchbay/contracts';
import type { CommandContext } from '../context.ts';
import { renderTable } from './table.ts';

export function renderConnections(
  connections: readonly Connection[],
  { io, style }: Pick<CommandContext, 'io' | 'style'>,
): string {
  return renderTable(
    connections,
    [
      { title: 'CONNECTION', value: ({ id }) => id, paint: style.quiet },
      { title: 'INTEGRATION', value: ({ integration }) => integration, paint: style.name },
      { title: 'SIGN-IN', value: ({ auth_type }) => auth_type },
      {
        title: 'STATUS',
        value: ({ status }) => status,
        paint: (text, { status }) => (status === 'active' ? style.good : style.bad)(text),
      },
      {
        title: 'HEALTH',
        value: ({ health }) => health?.state ?? '',
        paint: (text, { health }) => (health?.state === 'ok' ? style.good : style.bad)(text),
      },
      { title: 'DEFAULT', value: ({ is_default }) => (is_default ? 'yes' : '') },
      { title: 'SINCE', value: ({ created_at }) => created_at.slice(0, 10) },
      {
        title: 'LABEL',
        value: ({ label, variables }) =>
          [label, ...Object.entries(variables).map(([name, value]) => `${name}=${value}`)].join('  '),
        flexible: true,
      },
    ],
    { style, width: io.stdout.columns ?? 120 },
  );
}
