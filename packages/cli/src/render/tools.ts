import type { ToolSummary } from '@patchbay/contracts';
import type { CommandContext } from '../context.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';

type Place = Pick<CommandContext, 'io' | 'style'>;

export function riskStyle(style: Style, risk: string): (text: string) => string {
  if (risk === 'destructive') return style.bad;
  return risk === 'write' ? style.warn : style.good;
}

/** What is deprecated says so first: it is the reason to look further. */
function whatItDoes({ title, description, deprecated }: ToolSummary): string {
  return deprecated === undefined ? `${title}. ${description}` : `(deprecated: ${deprecated.message}) ${title}.`;
}

/** One line a tool. */
export function renderTools(tools: readonly ToolSummary[], { io, style }: Place): string {
  return renderTable(
    tools,
    [
      { title: 'TOOL', value: ({ name }) => name, paint: style.name },
      { title: 'RISK', value: ({ risk }) => risk, paint: (text, { risk }) => riskStyle(style, risk)(text) },
      { title: 'VERSION', value: ({ version }) => version, paint: style.quiet },
      { title: 'WHAT IT DOES', value: whatItDoes, flexible: true },
    ],
    { style, width: io.stdout.columns ?? 120 },
  );
}
