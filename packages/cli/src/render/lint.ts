import type { LintedFile } from '../lint-text.ts';
import { place, problemText } from './published.ts';
import { count, type Style } from './style.ts';

export interface LintReport {
  readonly files: readonly LintedFile[];
  readonly errors: number;
  readonly warnings: number;
}

/** Findings under each file, then the sum. */
export function renderLint({ files, errors, warnings }: LintReport, style: Style): string {
  const lines = files.flatMap((linted) => [
    linted.integration === null
      ? `${style.bad('✗')} ${linted.file}`
      : `${linted.findings.some(({ severity }) => severity === 'error') ? style.bad('✗') : style.good('✓')} ${linted.file}  ${style.quiet(`${linted.integration} ${linted.version}, ${count(linted.tools.length, 'tool')}${linted.form === 'single_tool' ? ', single-tool form' : ''}`)}`,
    ...linted.findings.map(
      (finding) =>
        `    ${finding.severity === 'error' ? style.bad('error  ') : style.warn('warning')}  ${place(linted.file, finding, style)}  ${problemText(finding)} ${style.quiet(`(${finding.rule})`)}`,
    ),
  ]);
  const sum = `${count(files.length, 'file')}, ${count(errors, 'error')}, ${count(warnings, 'warning')}`;
  return [...lines, '', errors > 0 ? style.bad(sum) : sum].join('\n');
}
