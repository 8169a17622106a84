import type { Finding } from '../doctor/finding.ts';
import { count, type Style, visible } from './style.ts';

const signs = { ok: '✓', warn: '!', fail: '✗' } as const;

export function renderFindings(findings: readonly Finding[], style: Style): string {
  const paint = { ok: style.good, warn: style.warn, fail: style.bad };
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.flatMap(({ check, status, message, fix }) => [
    `${paint[status](signs[status])} ${check.padEnd(width)}  ${visible(message)}`,
    ...(fix === null ? [] : [`  ${' '.repeat(width)}  ${style.quiet('fix:')} ${visible(fix)}`]),
  ]);
  const of = (status: Finding['status']) => findings.filter((finding) => finding.status === status).length;
  const sum = of('fail') > 0 ? style.bad(`${count(of('fail'), 'check')} failed`) : style.good('All is well');
  return [...lines, '', `${sum}${of('warn') > 0 ? `, ${count(of('warn'), 'warning')}` : ''}.`].join('\n');
}
