import type { ToolDrift } from '@patchbay/openapi-import';
import { count, type Style, visible } from './style.ts';

const meanings: Readonly<Record<ToolDrift['drift'], string>> = {
  changed: 'takes other arguments, or gives other hints, than the document pins: executors refuse it',
  vanished: 'is no longer at the server: executors refuse it',
  unpinned: 'has no digest in the document: whatever the server makes of it is called',
  new: 'is not in the document',
};

/** What differs between a document and its server. */
export function renderDrift(drifts: readonly ToolDrift[], file: string, tools: number, style: Style): string {
  if (drifts.length === 0) return `${style.good('✓')} ${file}  ${count(tools, 'tool')}, all as the server has them`;
  const lines = drifts.map(({ key, tool, drift }) => {
    const word = drift === 'new' ? style.quiet(drift) : style.warn(drift);
    return `  ${word}  ${style.name(key ?? visible(tool))}  ${meanings[drift]}`;
  });
  const differ = drifts.some(({ drift }) => drift !== 'new');
  return [
    `${differ ? style.bad('✗') : style.good('✓')} ${file}`,
    ...lines,
    ...(differ
      ? ['', `${style.quiet('next')}  the same command with --update, then read what it changes and raise the version`]
      : []),
  ].join('\n');
}
