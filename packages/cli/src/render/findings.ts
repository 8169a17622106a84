import type { Check, Finding } from '../doctor/check.ts';
import { count, type Style, visible } from './style.ts';

const signs = { ok: '✓', warn: '!', fail: '✗', skip: '-' } as const;

export function renderFindings(findings: readonly Finding[], style: Style): string {
  const paint = { ok: style.good, warn: style.warn, fail: style.bad, skip: style.quiet };
  const width = Math.max(0, ...findings.map(({ id }) => id.length));
  const indent = ' '.repeat(width + 4);
  const lines = findings.flatMap(({ id, about, status, message, means, fix }) => [
    `${paint[status](signs[status])} ${id.padEnd(width)}  ${about === null ? '' : `${visible(about)}: `}${visible(message)}`,
    ...(means === null ? [] : [`${indent}${style.quiet(visible(means))}`]),
    ...(fix === null ? [] : [`${indent}${style.quiet('fix:')} ${visible(fix)}`]),
  ]);
  const of = (status: Finding['status']) => findings.filter((finding) => finding.status === status).length;
  const sum = of('fail') > 0 ? style.bad(`${count(of('fail'), 'check')} failed`) : style.good('All is well');
  const warned = of('warn') > 0 ? `, ${count(of('warn'), 'warning')}` : '';
  const skipped = of('skip') > 0 ? `, ${of('skip')} not looked at` : '';
  return [...lines, '', `${sum}${warned}${skipped}.`].join('\n');
}

/** What there is to look for. */
export function renderChecks(checks: readonly Pick<Check, 'id' | 'title'>[], style: Style): string {
  const width = Math.max(...checks.map(({ id }) => id.length));
  return checks.map(({ id, title }) => `${style.name(id.padEnd(width))}  ${title}`).join('\n');
}
