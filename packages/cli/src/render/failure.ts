import { Issue } from '@patchbay/contracts';
import { exitCodes } from '../exit-codes.ts';
import type { Failure } from '../failures.ts';
import { type Style, visible } from './style.ts';

/** A failure on a terminal: what, why, what to do next. */
export function renderFailure({ error, next, exitCode }: Failure, style: Style): string {
  const lines = [
    `${style.bad('error')} ${exitCode === exitCodes.usage || exitCode === exitCodes.cannotConnect ? '' : `${style.strong(error.code)}: `}${visible(error.message)}`,
  ];
  const message = error.message;
  for (const { path, message: text } of issuesIn(error.details))
    if (!message.includes(text) || !message.includes(path))
      lines.push(`  ${path === '' ? '' : `${style.name(visible(path))}: `}${visible(text)}`);
  if (error.retry_after_ms !== null) lines.push(`  try again in ${Math.ceil(error.retry_after_ms)} ms`);
  lines.push(`${style.quiet('next')}  ${next}`);
  return lines.join('\n');
}

/** The same for a program. */
export function failureDocument({ error, next, exitCode }: Failure) {
  return { error: { ...error, next, exit_code: exitCode } };
}

export function issuesIn(details: Record<string, unknown>): Issue[] {
  const issues = details.issues;
  return Array.isArray(issues) ? issues.flatMap((issue) => Issue.safeParse(issue).data ?? []) : [];
}
