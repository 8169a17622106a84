import type { LegalHold } from '@patchbay/contracts';
import type { CommandContext } from '../context.ts';
import { clock } from './style.ts';
import { renderTable } from './table.ts';

/** Legal holds, a line each. */
export function renderHolds(holds: readonly LegalHold[], { io, style }: Pick<CommandContext, 'io' | 'style'>): string {
  return renderTable(
    holds,
    [
      { title: 'HOLD', value: ({ id }) => id, paint: style.name },
      { title: 'PLACED', value: ({ placed_at }) => clock(placed_at), paint: style.quiet },
      { title: 'RELEASED', value: ({ released_at }) => (released_at === null ? '' : clock(released_at)) },
      { title: 'COVERS', value: coverage },
      { title: 'REASON', value: ({ reason }) => reason, flexible: true },
    ],
    { style, width: io.stdout.columns ?? 120 },
  );
}

function coverage({ class: auditClass, subject, from, to }: LegalHold): string {
  const parts = [
    auditClass,
    subject === null ? null : `subject ${subject}`,
    from === null ? null : `from ${from.slice(0, 16)}`,
    to === null ? null : `to ${to.slice(0, 16)}`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? 'everything' : parts.join(', ');
}
