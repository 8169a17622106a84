import type { ExecutionResult, StreamSummary } from '@patchbay/contracts';
import { confirmationOf } from '@patchbay/sdk';
import type { CommandContext } from '../context.ts';
import { failureOfBody } from '../failures.ts';
import { issuesIn } from './failure.ts';
import { count, duration, outcomeStyle, visible } from './style.ts';

/** An execution for a person: what came of it, how long it took, what to do when it did not succeed. */
export function renderExecution(result: ExecutionResult, { style }: Pick<CommandContext, 'style'>): string {
  const { error, timing } = result;
  const tool =
    result.tool === null ? '' : `${style.name(visible(result.tool))} ${style.quiet(result.version ?? '')}`.trim();
  const lines: string[] = [];
  if (result.output !== null && result.output !== undefined)
    lines.push(visible(typeof result.output === 'string' ? result.output : JSON.stringify(result.output, null, 2)), '');
  const facts = [
    duration(timing.total_ms),
    ...(result.attempts > 0
      ? [`${duration(timing.upstream_ms)} upstream`, `${duration(timing.overhead_ms)} ours`]
      : []),
    count(result.attempts, 'attempt'),
    ...(result.stream === undefined ? [] : [chunksOf(result.stream)]),
    ...(result.replayed ? ['the stored answer of an earlier call with this key'] : []),
  ];
  lines.push(`${outcomeStyle(style, result.status)(result.status.replace('_', ' '))}  ${tool}`);
  lines.push(`  ${style.quiet('took')}       ${facts.join(', ')}`);
  lines.push(`  ${style.quiet('execution')}  ${result.execution_id}`);
  if (error === null) return lines.join('\n');
  const { next } = failureOfBody(error);
  lines.push(`  ${style.quiet('error')}      ${style.strong(error.code)}: ${visible(error.message)}`);
  for (const issue of issuesIn(error.details))
    if (!error.message.includes(`${issue.path} ${issue.message}`))
      lines.push(`             ${style.name(visible(issue.path))} ${visible(issue.message)}`);
  if (error.retry_after_ms !== null) lines.push(`  ${style.quiet('retry in')}   ${duration(error.retry_after_ms)}`);
  lines.push(`  ${style.quiet('spoken')}     “${visible(error.speakable)}”`);
  lines.push(`  ${style.quiet('next')}       ${next}`);
  const asked = confirmationOf(result);
  if (asked !== null) lines.push(`  ${style.quiet('token')}      --confirmation ${asked.token}`);
  return lines.join('\n');
}

function chunksOf({ chunks, cut_by }: StreamSummary): string {
  return `${count(chunks, 'chunk')}${cut_by === null ? '' : `, cut by ${cut_by}`}`;
}
