import type { ExportComparison, ExportProblem, ExportVerdict } from '@patchbay/audit-log/proofs';
import { count, type Style, visible } from './style.ts';

/** Problems that text shows; --json has up to a hundred. */
const shown = 20;

export function renderExportVerdict(path: string, verdict: ExportVerdict, style: Style): string {
  const { ok, origin, tenant, first, size, records, withheld, checkpoints, witnesses, problems, problem_count } =
    verdict;
  if (ok) {
    const range = records + withheld === 0 ? `no records, at ${size}` : `records ${first} to ${(size as number) - 1}`;
    const beside = withheld > 0 ? `, ${withheld.toLocaleString('en')} of them as leaves alone` : '';
    const seen = witnesses.length > 0 ? `, the last one witnessed by ${witnesses.join(', ')}` : '';
    return `${style.good('✔')} ${visible(path)}: tenant '${tenant}', ${range}${beside}, under ${count(checkpoints, 'checkpoint')} of ${origin}${seen}.`;
  }
  const worst = verdict.first_bad as ExportProblem;
  const lines = [
    `${style.bad('✘')} ${visible(path)}: not what was logged. First at ${placeOf(worst)}: ${worst.what}.`,
    ...problems
      .slice(0, shown)
      .map((problem) => `    ${placeOf(problem)} (line ${problem.line}): ${visible(problem.detail)}`),
  ];
  if (problem_count > shown) lines.push(style.quiet(`    … ${count(problem_count - shown, 'more problem')}`));
  return lines.join('\n');
}

/** A record, or those of which one is it. */
function placeOf({ index, before }: ExportProblem): string {
  return before === null || before <= index + 1 ? `record ${index}` : `records ${index} to ${before - 1}`;
}

export function renderComparison(paths: readonly [string, string], comparison: ExportComparison, style: Style): string {
  const { verdict, first, end, index } = comparison;
  const both = `${visible(paths[0])} and ${visible(paths[1])}`;
  const common = `records ${first} to ${(end as number) - 1}`;
  switch (verdict) {
    case 'same':
      return `${style.good('✔')} ${both} have the same ${common}.`;
    case 'continues':
      return `${style.good('✔')} ${both} have ${common} in common, the same.`;
    case 'apart':
      return `${style.warn('!')} ${both} have no record in common.`;
    case 'other_log':
      return `${style.warn('!')} ${both} are of two logs.`;
    case 'malformed':
      return `${style.bad('✘')} ${both}: one of them is no export.`;
    default:
      return `${style.bad('✘')} ${both} are two histories of one log: they part at record ${index}.`;
  }
}
