import { platformScope, type ToolsetView } from '@patchbay/contracts';
import type { CommandContext } from '../context.ts';
import { problemText } from './published.ts';
import { count, visible } from './style.ts';
import { renderTable } from './table.ts';

type Place = Pick<CommandContext, 'io' | 'style'>;

const whose = ({ scope }: ToolsetView) => (scope === platformScope ? 'every tenant' : `tenant ${scope}`);

export function renderToolset(toolset: ToolsetView, { style }: Place): string {
  const { name, title, resolved, tokens, loading, warnings } = toolset;
  const facts = [
    whose(toolset),
    count(resolved.length, 'tool'),
    `about ${tokens} tokens`,
    ...(loading ? [loading] : []),
  ];
  return [
    `${style.name(name)}  ${style.strong(visible(title))}  ${style.quiet(facts.join(', '))}`,
    ...resolved.map((tool) => `  ${tool}`),
    ...warnings.map((issue) => `  ${style.warn('warning')}  ${problemText(issue)}`),
  ].join('\n');
}

export function renderToolsets(toolsets: readonly ToolsetView[], { io, style }: Place): string {
  if (toolsets.length === 0) return 'There are no toolsets. Make one: patchbay toolsets set <name> <tools...>';
  return renderTable(
    toolsets,
    [
      { title: 'TOOLSET', value: ({ name }) => name, paint: style.name },
      { title: 'FOR', value: whose, paint: style.quiet },
      { title: 'TOOLS', value: ({ resolved }) => String(resolved.length), align: 'right' },
      { title: 'TOKENS', value: ({ tokens }) => String(tokens), align: 'right' },
      { title: '', value: ({ warnings }) => (warnings.length > 0 ? '!' : ''), paint: style.warn },
      { title: 'TITLE', value: ({ title }) => title, flexible: true },
    ],
    { style, width: io.stdout.columns ?? 120 },
  );
}
