import type { ListRetentionResult } from '@patchbay/contracts';
import type { CommandContext } from '../context.ts';
import { renderTable } from './table.ts';

const words = {
  tenant_class: 'its own rule of the class',
  tenant: 'its own rule',
  class: 'the rule of the class for every tenant',
  default: 'the rule for every tenant',
  floor: 'its regime: a rule says less',
  none: 'no rule',
} as const;
const said = (days: number | null) => (days === null ? 'no limit' : `${days} d`);

/** What holds for each class of a tenant; of every tenant, the rules that there are. */
export function renderRetention(
  { rules, regime, effective }: ListRetentionResult,
  { io, style }: Pick<CommandContext, 'io' | 'style'>,
): string {
  const width = io.stdout.columns ?? 120;
  if (effective.length > 0) {
    const table = renderTable(
      effective,
      [
        { title: 'CLASS', value: (one) => one.class, paint: style.name },
        { title: 'KEPT', value: ({ days }) => said(days), align: 'right' },
        { title: 'BY', value: ({ by }) => words[by], flexible: true },
      ],
      { style, width },
    );
    return regime === null ? table : `${table}\n\nBound by ${regime}.`;
  }
  if (rules.length === 0) return 'There is no rule: nothing goes.';
  return renderTable(
    rules,
    [
      { title: 'CLASS', value: (rule) => rule.class ?? 'every', paint: style.name },
      { title: 'KEPT', value: ({ days }) => said(days), align: 'right' },
      { title: 'CHANGED', value: ({ changed_at }) => changed_at.slice(0, 16), paint: style.quiet },
    ],
    { style, width },
  );
}
