import { type GetIntegrationResult, toolNameOf } from '@patchbay/contracts';
import type { CommandContext } from '../context.ts';
import { visible } from './style.ts';
import { renderTable } from './table.ts';
import { riskStyle } from './tools.ts';

export function renderIntegration(
  { document, versions }: GetIntegrationResult,
  { io, style }: Pick<CommandContext, 'io' | 'style'>,
): string {
  const variables = Object.keys(document.variables ?? {});
  const tools = renderTable(
    Object.entries(document.tools),
    [
      { title: 'TOOL', value: ([key]) => toolNameOf(document, key), paint: style.name },
      { title: 'RISK', value: ([, { risk }]) => risk, paint: (text, [, { risk }]) => riskStyle(style, risk)(text) },
      { title: 'WHAT IT DOES', value: ([, { title }]) => title, flexible: true },
    ],
    { style, width: io.stdout.columns ?? 120 },
  );
  return [
    `${style.name(document.id)} ${style.quiet(document.version)}  ${style.strong(visible(document.name))}  ${document.category}`,
    visible(document.description),
    '',
    `  ${style.quiet('base URL')}   ${visible(document.base_url)}`,
    `  ${style.quiet('sign-in')}    ${document.auth.type}`,
    ...(variables.length === 0 ? [] : [`  ${style.quiet('variables')}  ${variables.join(', ')}`]),
    `  ${style.quiet('versions')}   ${versions.map(({ version, retired }) => (retired ? `${version} (retired)` : version)).join(', ')}`,
    '',
    tools,
  ].join('\n');
}
