import type { DeadLetter, ListDeadLettersResult } from '@patchbay/contracts';
import type { CommandContext } from '../context.ts';
import { clock, count } from './style.ts';
import { renderTable } from './table.ts';

export function renderDeadLetters(
  { dead_letters: letters, total }: ListDeadLettersResult,
  { io, style }: Pick<CommandContext, 'io' | 'style'>,
): string {
  const table = renderTable<DeadLetter>(
    letters,
    [
      { title: 'DEAD LETTER', value: ({ id }) => id, paint: style.quiet },
      { title: 'TENANT', value: ({ tenant }) => tenant },
      {
        title: 'TOOL',
        value: ({ tool, calls }) => tool ?? (calls === undefined ? '' : `plan of ${count(calls, 'call')}`),
        paint: style.name,
      },
      { title: 'REASON', value: ({ reason }) => reason, paint: style.bad },
      { title: 'TRIES', value: ({ tries }) => String(tries) },
      { title: 'SINCE (UTC)', value: ({ died_at }) => clock(died_at) },
      { title: 'ERROR', value: ({ error }) => `${error.code}: ${error.message}`, flexible: true },
    ],
    { style, width: io.stdout.columns ?? 120 },
  );
  return total > letters.length ? `${table}\n${total - letters.length} older ones are not shown: use --limit.` : table;
}
