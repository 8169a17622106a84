import type { PlanCallResult, PlanProgress, PlanResult } from '@patchbay/contracts';
import type { CommandContext } from '../context.ts';
import { failureOfBody } from '../failures.ts';
import { issuesIn } from './failure.ts';
import { count, duration, oneLine, outcomeStyle, type Style, visible } from './style.ts';
import { renderTable } from './table.ts';

type Place = Pick<CommandContext, 'io' | 'style'>;

/** A call that began or ended, on one line: when, on which level, which, and how. */
export function renderProgress(event: PlanProgress, { style }: Pick<CommandContext, 'style'>): string {
  const began = event.status === 'started';
  const what = began ? style.quiet('begins') : statusStyle(style, event.status)(wordsOf(event.status));
  const why = event.error_code ?? (event.skipped === null ? '' : reasonOf(event.skipped));
  const time = duration(event.elapsed_ms).padStart(8);
  const line = `${style.quiet(time)}  ${style.quiet(`level ${event.level}`)}  ${style.name(visible(event.call))}  ${what}`;
  return `${line}${why === '' ? '' : `  ${style.quiet(why)}`}`;
}

/** A plan's answer for a person: every call, then what was said, then the sum. */
export function renderPlan(result: PlanResult, { io, style }: Place): string {
  const width = io.stdout.columns ?? 120;
  const lines: string[] = [];
  const table = renderTable(
    result.results,
    [
      { title: 'CALL', value: ({ id }) => id, paint: style.name },
      { title: 'TOOL', value: ({ tool }) => tool ?? '' },
      {
        title: 'STATUS',
        value: ({ status }) => wordsOf(status),
        paint: (text, { status }) => statusStyle(style, status)(text),
      },
      { title: 'BEGAN', value: ({ started_ms }) => (started_ms === null ? '' : duration(started_ms)), align: 'right' },
      {
        title: 'TOOK',
        value: ({ started_ms, timing }) => (started_ms === null ? '' : duration(timing.total_ms)),
        align: 'right',
      },
      { title: 'ANSWER', value: answerOf, flexible: true },
    ],
    { style, width },
  );
  if (table !== '') lines.push(table, '');
  const sum = Object.entries(result.counts).map(([status, number]) => `${number} ${wordsOf(status)}`);
  lines.push(
    `${statusStyle(style, result.status)(wordsOf(result.status))}  ${count(result.results.length, 'call')}${sum.length > 0 ? `: ${sum.join(', ')}` : ''}`,
    `  ${style.quiet('took')}  ${duration(result.timing.total_ms)}; one after another it would have been ${duration(result.timing.calls_ms)}`,
    `  ${style.quiet('plan')}  ${result.plan_id}`,
  );
  const { error } = result;
  if (error === null) return lines.join('\n');
  lines.push(`  ${style.quiet('error')} ${style.strong(error.code)}: ${visible(error.message)}`);
  for (const { path, message } of issuesIn(error.details))
    if (!error.message.includes(`${path} ${message}`))
      lines.push(`        ${style.name(visible(path))} ${visible(message)}`);
  lines.push(`  ${style.quiet('next')}  ${failureOfBody(error).next}`);
  return lines.join('\n');
}

function answerOf({ status, output, error, skipped, output_left_out, replayed }: PlanCallResult): string {
  if (error !== null) return `${error.code}: ${error.message}`;
  if (skipped !== null) return reasonOf(skipped);
  if (output_left_out) return 'left out: too large for the answer';
  if (status !== 'succeeded') return '';
  const text = typeof output === 'string' ? output : JSON.stringify(output);
  return oneLine(`${replayed ? 'stored: ' : ''}${text}`, 1_000);
}

function reasonOf({ reason, call }: NonNullable<PlanCallResult['skipped']>): string {
  if (reason === 'condition') return 'its condition does not hold';
  return reason === 'dependency' ? `'${call}' did not succeed` : `'${call}' stopped the plan`;
}

function wordsOf(status: string): string {
  return status.replace('_', ' ');
}

function statusStyle(style: Style, status: string): (text: string) => string {
  return status === 'skipped' ? style.quiet : outcomeStyle(style, status);
}
