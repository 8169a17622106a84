import type { LoadDocument } from '../load/load-document.ts';
import { doubtsOf, expectationText, shapeText, timesOf } from './load-report.ts';

/** A load's report as a page of Markdown. */
export function loadMarkdown(document: LoadDocument): string {
  const { over, tenant, called, keys, seconds, counts, per_second, errors, started_at, machine, sandbox } = document;
  const ms = (value: number | null) => (value === null ? '' : value.toFixed(2));
  const row = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  const head = (cells: readonly string[]) => [row(cells), `|---${'|--:'.repeat(cells.length - 1)}|`];
  return `${[
    `# Load over ${over}, ${started_at.slice(0, 16).replace('T', ' ')} UTC`,
    '',
    `${called.map(({ what, weight }) => `\`${what}\`${called.length > 1 ? ` (weight ${weight})` : ''}`).join(', ')} of tenant ${tenant}, ${shapeText(document)}, for ${seconds.toFixed(1)} seconds; idempotency keys: ${keys}; ${sandbox === true ? 'executors call the sandbox' : 'executors may call real hosts'}. ${machine.processors} processors, Node.js ${machine.node}.`,
    '',
    ...head(['calls', 'made', 'succeeded', 'refused', 'failed', 'unknown', 'unanswered', 'not made', 'succeeded/s']),
    row([
      '',
      counts.made,
      counts.succeeded,
      counts.refused,
      counts.failed,
      counts.unknown,
      counts.unanswered,
      counts.not_made,
      per_second.toFixed(1),
    ]),
    '',
    ...head(['milliseconds', 'calls', 'mean', 'p50', 'p90', 'p95', 'p99', 'p99.9', 'max']),
    ...timesOf(document).map(([name, { count, mean, p50, p90, p95, p99, p999, max }]) =>
      row([name, count, ...[mean, p50, p90, p95, p99, p999, max].map(ms)]),
    ),
    '',
    ...(Object.keys(errors).length === 0
      ? []
      : [
          ...head(['not succeeded', 'calls']),
          ...Object.entries(errors).map(([code, times]) => row([`\`${code}\``, times])),
          '',
        ]),
    ...[...doubtsOf(document), ...document.expectations.map(expectationText)].map((line) => `- ${line}`),
  ]
    .join('\n')
    .trimEnd()}\n`;
}
