import { type GetIntegrationResult, toolNameOf } from '@patchbay/contracts';
import type { CommandContext } from '../context.ts';
import { type Style, visible } from './style.ts';
import { renderTable } from './table.ts';
import { riskStyle } from './tools.ts';

export function renderIntegration(
  { document, versions, served, pin }: GetIntegrationResult,
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
    `  ${style.quiet('versions')}   ${versions.map(versionText).join(', ')}`,
    `  ${style.quiet('served')}     ${served ?? 'nothing'}${pin === null ? '' : ' (pinned)'}`,
    ...deprecations(versions, style),
    '',
    tools,
  ].join('\n');
}

type StoredVersion = GetIntegrationResult['versions'][number];

function versionText({ version, retired, deprecated, origin }: StoredVersion): string {
  const marks = [
    ...(retired ? ['retired'] : []),
    ...(deprecated === undefined ? [] : ['deprecated']),
    ...(origin === undefined ? [] : [`of the ${origin}`]),
  ];
  return marks.length === 0 ? version : `${version} (${marks.join(', ')})`;
}

/** Each thing that is said, once, with the versions it is said of. */
function deprecations(versions: readonly StoredVersion[], style: Style): string[] {
  const said = Map.groupBy(
    versions.filter(({ deprecated, retired }) => deprecated !== undefined && !retired),
    ({ deprecated }) =>
      `${deprecated?.message}${deprecated?.sunset === undefined ? '' : ` Until ${deprecated.sunset}.`}`,
  );
  return [...said].map(
    ([message, own]) =>
      `  ${style.warn('deprecated')} ${own.map(({ version }) => version).join(', ')}: ${visible(message)}`,
  );
}
