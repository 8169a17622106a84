import type { Published } from '../commands/integrations-publish.ts';
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
        : issues.map((issue) => `  ${place(file, issue.path, style)}  ${visible(issue.message)}`);
    return [
      `${style.bad('refused')}  ${file}  ${error.code}${issues.length === 0 ? '' : `: ${visible(error.message)}`}`,
      ...lines,
    ].join('\n');
  }
  const done = dryRun ? 'would publish' : result.created ? 'published' : 'unchanged';
  return [
    `${style.good(done)}  ${style.name(result.integration)} ${result.version}  ${style.quiet(result.tools.join(', '))}`,
    ...result.warnings.map(
      (warning) => `  ${style.warn('warning')}  ${place(file, warning.path, style)}  ${visible(warning.message)}`,
    ),
  ].join('\n');
}

/** `slack.yaml:tools.post_message.request`. */
export function place(file: string, path: string, style: Style): string {
  return `${file}${path === '' ? '' : `:${style.name(visible(path))}`}`;
}
