import type { Issue } from '@patchbay/contracts';
import type { Published } from '../commands/integrations-publish.ts';
import { renderChanges } from './diff.ts';
import { issuesIn } from './failure.ts';
import { type Style, visible } from './style.ts';

/** What became of one document that was to be registered. */
export function renderPublished(
  { file, result, error }: Published,
  { dryRun, style }: { dryRun: boolean; style: Style },
): string {
  if (error !== null) {
    const issues = issuesIn(error.details);
    const lines =
      issues.length === 0
        ? [`  ${visible(error.message)}`]
        : issues.map((issue) => `  ${place(file, issue, style)}  ${problemText(issue)}`);
    return [
      `${style.bad('refused')}  ${file}  ${error.code}${issues.length === 0 ? '' : `: ${visible(error.message)}`}`,
      ...lines,
    ].join('\n');
  }
  const done = dryRun ? 'would publish' : result.created ? 'published' : 'unchanged';
  return [
    `${style.good(done)}  ${style.name(result.integration)} ${result.version}  ${style.quiet(result.tools.join(', '))}`,
    ...(dryRun && result.compared_to !== null
      ? [
          `  ${style.quiet(result.changes.length === 0 ? `as ${result.compared_to}, which is served` : `changes of ${result.compared_to}, which is served:`)}`,
          ...renderChanges(result.changes, style).map((line) => `  ${line}`),
        ]
      : []),
    ...result.warnings.map(
      (warning) => `  ${style.warn('warning')}  ${place(file, warning, style)}  ${problemText(warning)}`,
    ),
  ].join('\n');
}

/** `slack.yaml:12:5 tools.post_message.request`; without a text there is only the path. */
export function place(file: string, { path, line, column }: Omit<Issue, 'message'>, style: Style): string {
  const at = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
  return path === '' ? at : `${at}${line === undefined ? ':' : ' '}${style.name(visible(path))}`;
}

/** What is wrong, and what was probably meant. */
export function problemText({ message, suggestion }: Pick<Issue, 'message' | 'suggestion'>): string {
  return visible(suggestion === undefined ? message : `${message}; did you mean '${suggestion}'?`);
}
